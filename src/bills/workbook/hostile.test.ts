import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { comparable } from '../../../test/support/bill-items.ts';
import {
  archive,
  bytesOf,
  ENTRY,
  HEAD,
  NS,
  PACKAGE,
  REL,
  sheet,
  text,
  withStyles,
} from '../../../test/support/workbook-parts.ts';
import { isChannelError } from '../../emissions/index.ts';
import { type ReadOptions, readBills } from '../index.ts';
import { dateOfSerial, decimalOfDouble } from './cell-number.ts';
import { writeWorkbook } from './workbook-writer.ts';
import { zipArchive } from './zip-writer.ts';

const read = (bytes: Uint8Array, options: ReadOptions = {}) =>
  Array.fromAsync(
    readBills({
      body: (async function* () {
        yield bytes;
      })(),
      options,
    }),
  );
const refused = (bytes: Uint8Array, message: RegExp, code = 'FILE_MALFORMED') =>
  assert.rejects(read(bytes), { code, message });

const amountIn = async (cell: string) => {
  const [item] = await read(await archive(sheet(HEAD + ENTRY(cell))));
  return item !== undefined && 'line' in item
    ? [item.line.quantity, ...item.line.warnings.map(({ code }) => code)]
    : item?.rejected.code;
};

test('a formula is never run: the stored value is taken and said, none is refused', async () => {
  assert.deepEqual(await amountIn('<c r="E2"><v>7</v></c>'), ['7', 'END_ASSUMED']);
  assert.deepEqual(await amountIn('<c r="E2"><f>5*2</f><v>7</v></c>'), ['7', 'END_ASSUMED', 'FORMULA_STORED']);
  assert.equal(await amountIn('<c r="E2"><f>5*2</f></c>'), 'QUANTITY_BLANK');
  assert.equal(await amountIn('<c r="E2"><f>5*2</f><v></v></c>'), 'QUANTITY_BLANK');
  assert.equal(await amountIn('<c r="E2" t="e"><v>#REF!</v></c>'), 'QUANTITY_BLANK');
  assert.equal(await amountIn('<c r="E2" t="b"><v>1</v></c>'), 'DECIMAL_INVALID');
  assert.equal(await amountIn('<c r="E2"><v>1e300</v></c>'), 'DECIMAL_INVALID');
  assert.equal(await amountIn('<c r="E2"><v>NaN</v></c>'), 'DECIMAL_INVALID');
});

test('what a sheet shows otherwise than it holds is read as it is held, and said', async () => {
  // Formats by style: 1 is 0%, 2 is built-in 0.00%, 3 divides by a thousand, 4 rounds, 5 is a date in words, 6 has a comma in a text.
  const codes = ['0%', '#,##0,', '0', 'd mmm yyyy', '#,##0.0" kWh, net"'];
  const numFmts = codes.map(
    (code, at) => `<numFmt numFmtId="${200 + at}" formatCode="${code.replaceAll('"', '&quot;')}"/>`,
  );
  const ids = [0, 200, 10, 201, 202, 203, 204];
  const styles = `<styleSheet ${NS}><numFmts>${numFmts.join('')}</numFmts><cellXfs>${ids.map((id) => `<xf numFmtId="${id}"/>`).join('')}</cellXfs></styleSheet>`;
  const shown = async (cell: string) => {
    const [item] = await read(await archive(sheet(HEAD + ENTRY(cell)), withStyles(styles)));
    if (item === undefined || 'rejected' in item) return item?.rejected.message;
    return [item.line.quantity, ...item.line.warnings.map(({ code }) => code)];
  };
  const inStyle = (style: number) => shown(`<c r="E2" s="${style}"><v>1234.5678</v></c>`);
  assert.equal(await inStyle(1), 'the cell is shown as a percentage');
  assert.equal(await inStyle(2), 'the cell is shown as a percentage');
  assert.deepEqual(await inStyle(3), ['1234.5678', 'END_ASSUMED', 'NUMBER_SCALED']);
  assert.deepEqual(await inStyle(4), ['1234.5678', 'END_ASSUMED']);
  assert.match(String(await inStyle(5)), /beyond what a spreadsheet keeps|holds a date/);
  assert.deepEqual(await inStyle(6), ['1234.5678', 'END_ASSUMED']);
  assert.deepEqual(await shown('<c r="E2" s="4"><v>1.2345678E3</v></c>'), ['1234.5678', 'END_ASSUMED']);
  assert.deepEqual(await shown(text('E2', '1234.5678')), ['1234.5678', 'END_ASSUMED']);
});

test('hidden columns and merged cells are said; a blank takes nothing from the merged cell above it', async () => {
  const rows = `${HEAD}${ENTRY('<c r="E2"><v>7</v></c>')}${ENTRY('')
    .replaceAll(/(r="[A-F]?)2"/g, '$13"')
    .replace('>m<', '>n<')}`;
  const table = `<worksheet ${NS}><cols><col min="1" max="1" hidden="1"/><col min="4" max="5" hidden="true"/></cols><sheetData>${rows}</sheetData><mergeCells><mergeCell ref="E2:E3"/><mergeCell ref="H1:Z9"/></mergeCells></worksheet>`;
  const [first, second] = await read(await archive(table));
  assert.deepEqual(first !== undefined && 'line' in first && first.line.warnings.map(({ code }) => code), [
    'COLUMN_HIDDEN',
    'END_ASSUMED',
  ]);
  assert.match(JSON.stringify(first), /hides were read: Meter Name, End Date, Usage"/);
  assert.equal(second !== undefined && 'rejected' in second && second.rejected.code, 'QUANTITY_BLANK');
  // Of a column that may be blank, the line says so.
  const unit = `<worksheet ${NS}><sheetData>${HEAD.replace('>Units<', '>Estimation<')}${ENTRY('<c r="E2"><v>7</v></c>').replace('>kWh<', '>No<').replace('r="F2"', 'r="G2"')}</sheetData><mergeCells><mergeCell ref="F1:F3"/></mergeCells></worksheet>`;
  const [line] = await read(await archive(unit), { unit: 'kWh' });
  assert.deepEqual(line !== undefined && 'line' in line && line.line.warnings.map(({ code }) => code), [
    'END_ASSUMED',
    'CELL_MERGED',
  ]);
});

test('merged areas are found by their column, and refused where they lie on each other', async () => {
  const merged = (...refs: string[]) =>
    `<worksheet ${NS}><sheetData>${HEAD}${ENTRY('<c r="E2"><v>7</v></c>')}</sheetData><mergeCells>${refs.map((ref) => `<mergeCell ref="${ref}"/>`).join('')}</mergeCells></worksheet>`;
  await refused(await archive(merged('A1:F9', 'E2:E3')), /overlap/);
  const items = await read(await archive(merged('A1:A2', 'H1:Z9', 'H2:H3')));
  assert.match(JSON.stringify(items), /merged cells cover them: Meter Name"/);
});

test('archives that would fill a disk, or hide what they hold, are refused before they are unpacked', async () => {
  const plain = sheet(HEAD + ENTRY('<c r="E2"><v>7</v></c>'));
  const megabyte = ' '.repeat(1_048_576);
  await refused(
    await archive(plain, { 'xl/media/a.xml': Array.from({ length: 40 }, () => megabyte) }),
    /200 times its size/,
  );
  const many = Object.fromEntries(Array.from({ length: 2_001 }, (_, at) => [`x${at}`, '']));
  await refused(await archive(plain, many), /more than 2000 parts/);
  await refused(await archive(plain, { '../outside.xml': '' }), /damaged, cut off or made by hand/);
  await refused(await archive(plain, { '/etc/x': '' }), /damaged/);
  await refused(await archive(plain, { 'xl/WORKBOOK.xml': '' }), /one name/);
  const twice = `<workbook ${NS} xmlns:r="${REL}"><sheets><sheet name="S" sheetId="1" r:id="s"/><sheet name="T" sheetId="2" r:id="s"/></sheets></workbook>`;
  await refused(await archive(plain, { 'xl/workbook.xml': twice }), /two sheets of the workbook are one part/);
  const link = `<Relationship Id="x" Type="${REL}/image" Target="x"/>`;
  const links = `<Relationships ${PACKAGE}>${link.repeat(4_001)}</Relationships>`;
  await refused(await archive(plain, { 'xl/_rels/workbook.xml.rels': links }), /more than 4000 links/);

  const good = await archive(plain);
  // The directory's flags of the first part: bit 0 is encryption (APPNOTE 4.4.4).
  const encrypted = Buffer.from(good);
  const directory = encrypted.readUInt32LE(encrypted.length - 6);
  encrypted.writeUInt16LE(encrypted.readUInt16LE(directory + 8) | 1, directory + 8);
  await refused(encrypted, /encrypted/);
  // The second part starts where the first does.
  const overlapping = Buffer.from(good);
  const second = overlapping.indexOf(Buffer.from('PK\x01\x02'), directory + 4);
  overlapping.writeUInt32LE(0, second + 42);
  await refused(overlapping, /overlap/);
  await refused(good.subarray(0, good.length - 30), /damaged/);
});

test('XML of a workbook is bounded, and never declares entities', async () => {
  await refused(await archive(`<!DOCTYPE x [<!ENTITY a "b">]>${sheet('')}`), /DOCTYPE/);
  await refused(await archive(sheet(`<x>${'<y>'.repeat(50)}${'</y>'.repeat(50)}</x>`)), /nested deeper/);
  await refused(
    await archive(sheet(`<row r="1"><c t="inlineStr"><is><t>${'a'.repeat(40_000)}</t></is></c></row>`)),
    /32,767/,
  );
  await refused(await archive(sheet('<row r="2"></row><row r="1"></row>')), /not in order/);
  await refused(await archive(sheet('<row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>1</v></c></row>')), /not in order/);
  await refused(await archive(sheet('<row r="1"><c t="s"><v>5</v></c></row>')), /text that the workbook does not hold/);
  await refused(await archive(`${sheet('')}<`), /not well-formed/);
});

test('old, binary and protected workbooks are named', async () => {
  const old = Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(600)]);
  await refused(old, /an old workbook \(xls\)/, 'FILE_KIND_UNKNOWN');
  await refused(
    Buffer.concat([old, Buffer.from('EncryptedPackage', 'utf16le')]),
    /with a password/,
    'FILE_KIND_UNKNOWN',
  );
  await refused(await bytesOf(zipArchive([{ name: 'a.csv', text: ['x'] }])), /no workbook/, 'FILE_KIND_UNKNOWN');
});

test('a double becomes the shortest decimal that is it, and a serial its day', () => {
  // Shortest round trip: ECMA-262; checked with Python's repr, which has the same rule.
  assert.equal(decimalOfDouble('1234.5599999999999'), '1234.56');
  assert.equal(decimalOfDouble('1234.4999999999998'), '1234.4999999999998');
  assert.equal(decimalOfDouble('1.5E-7'), '0.00000015');
  assert.equal(decimalOfDouble('1E3'), '1000');
  assert.equal(decimalOfDouble('9007199254740993'), undefined);
  assert.equal(decimalOfDouble('0x10'), undefined);
  // Serials of 2022-01-01 as Excel gives them in the two systems.
  assert.equal(dateOfSerial('44562', false), '2022-01-01');
  assert.equal(dateOfSerial('43100', true), '2022-01-01');
  assert.equal(dateOfSerial('60', false), undefined);
  assert.equal(dateOfSerial('44562.5', false), undefined);
  fc.assert(
    fc.property(fc.double({ min: -9e15, max: 9e15, noNaN: true }), (value) => {
      const decimal = decimalOfDouble(String(value));
      return decimal !== undefined && !/e/i.test(decimal) && Number(decimal) === value + 0;
    }),
  );
});

test('a workbook with changed bytes is read, or refused with a code: it neither crashes nor leaves a spool behind', async (t) => {
  // A folder of this test's own: other processes spool as well.
  const folder = mkdtempSync(join(tmpdir(), 'uec-test-'));
  const { TMPDIR } = process.env;
  process.env.TMPDIR = folder;
  t.after(() => {
    if (TMPDIR === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = TMPDIR;
    rmSync(folder, { recursive: true });
  });
  const rows = Array.from({ length: 5 }, (_, at) => [
    `m${at}`,
    'Electric',
    { date: '2022-01-01' },
    { date: '2022-01-31' },
    { number: '7' },
    'kWh',
  ]);
  const good = await bytesOf(
    writeWorkbook('S', [['Meter Name', 'Meter Type', 'Start Date', 'End Date', 'Usage', 'Units'], ...rows]),
  );
  const whole = await read(good);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
      fc.nat(good.length),
      fc.boolean(),
      async (changes, length, cut) => {
        const bytes = Buffer.from(cut ? good.subarray(0, length) : good);
        for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
        const items = await read(bytes).catch((error: unknown) => {
          assert.ok(isChannelError(error), String(error));
          return [];
        });
        // Each part has a checksum: what is read is what was written.
        if (items.length > 0) assert.deepEqual(comparable(items), comparable(whole));
      },
    ),
    { numRuns: 200 },
  );
  assert.deepEqual(readdirSync(folder), []);
});
