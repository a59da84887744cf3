// Workbooks of known meter entries, written in the many ways in which programs and people write them.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type BillItem, readBills } from '../../src/bills/index.ts';
import { zipArchive } from '../../src/bills/workbook/zip-writer.ts';
import { formatDate, isChannelError, parseDate } from '../../src/emissions/index.ts';
import { comparable } from './bill-items.ts';
import { bytesOf, NS, PACKAGE, REL } from './workbook-parts.ts';

/** An entry as it is known before it is written: day numbers, half-open, and hundredths of the unit. */
interface KnownEntry {
  readonly meter: number;
  readonly start: number;
  readonly end: number;
  readonly hundredths: number;
  readonly estimated: boolean;
}

export interface WorkbookCase {
  readonly entries: readonly KnownEntry[];
  /** Parts of the archive by name: what is broken on purpose is broken here. */
  readonly parts: Readonly<Record<string, string>>;
  readonly how: Style;
}

/** Spelling, the factor to the unit read, and the type of a meter that is billed in it. */
const units = [
  ['kWh (thousand Watt-hours)', 1, 'Electric - Grid'],
  ['MWh (million Watt-hours)', 1, 'Electric'],
  ['MBtu/MMBtu (million Btu)', 1, 'District Steam'],
  ['MCF(million cubic feet)', 1_000, 'Natural Gas'],
  ['KGal (thousand gallons) (US)', 1_000, 'Municipally Supplied Potable Water - Indoor'],
] as const;

const style = fc.record({
  date1904: fc.boolean(),
  shared: fc.boolean(),
  unit: fc.constantFrom(...units),
  dates: fc.constantFrom('built-in', 'own format', 'iso cell', 'text'),
  texts: fc.constantFrom('shared', 'rich', 'inline', 'formula'),
  numbers: fc.constantFrom('plain', 'scientific', 'text', 'formula', 'rounded', 'scaled'),
  references: fc.boolean(),
  prefix: fc.constantFrom('', 'x:'),
  title: fc.boolean(),
  newestFirst: fc.boolean(),
  hiddenRows: fc.boolean(),
  hiddenSheet: fc.boolean(),
  columns: fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7], { minLength: 8 }),
});
type Style = typeof style extends fc.Arbitrary<infer S> ? S : never;

const entries = fc
  .tuple(
    fc.integer({ min: parseDate('2005-01-01'), max: parseDate('2024-06-01') }),
    fc.array(
      fc.record({
        meter: fc.integer({ min: 1, max: 3 }),
        days: fc.integer({ min: 1, max: 40 }),
        gap: fc.constantFrom(0, 0, 0, 0, 9),
        hundredths: fc.integer({ min: 0, max: 999_999_999 }),
        estimated: fc.boolean(),
      }),
      { minLength: 1, maxLength: 12 },
    ),
  )
  .map(([first, all]): KnownEntry[] => {
    const next = new Map<number, number>();
    return all.map(({ meter, days, gap, ...rest }) => {
      const start = (next.get(meter) ?? first) + gap;
      next.set(meter, start + days);
      return { meter, start, end: start + days, ...rest };
    });
  });

export const workbookCase: fc.Arbitrary<WorkbookCase> = fc
  .tuple(entries, style)
  .map(([known, how]) => ({ entries: known, how, parts: written(known, how) }));

const HEADINGS = [
  'Meter ID',
  'Meter Type',
  'Start Date',
  'End Date',
  'Quantity',
  'Usage Units',
  'Estimation?',
  'Cost ($)',
];

function written(known: readonly KnownEntry[], how: Style): Record<string, string> {
  const book = new Texts(how);
  const rows = (how.newestFirst ? known.toReversed() : known).map((entry) => cellsOf(entry, how, book));
  const table = [
    ...(how.title ? [[book.text('Meter Consumption Data')]] : []),
    HEADINGS.map((name) => book.text(name)),
  ];
  const ordered = [...table.map((cells) => (cells.length === 1 ? cells : inOrder(cells, how))), ...rows];
  const sheet = sheetOf(ordered, how, table.length);
  const other = sheetOf(
    [
      inOrder(
        HEADINGS.map((name) => book.text(name)),
        how,
      ),
      ...rows.slice(0, 1),
    ],
    how,
    1,
  );
  const { prefix: x, date1904, hiddenSheet } = how;
  const space = x === '' ? NS : NS.replace('xmlns=', 'xmlns:x=');
  const relation = (id: string, type: string, target: string) =>
    `<Relationship Id="${id}" Type="${REL}/${type}" Target="${target}"/>`;
  return {
    '[Content_Types].xml': '<Types/>',
    '_rels/.rels': `<Relationships ${PACKAGE}>${relation('a', 'officeDocument', '/xl/workbook.xml')}</Relationships>`,
    'xl/workbook.xml': `<${x}workbook ${space} xmlns:r="${REL}"><${x}workbookPr date1904="${date1904 ? 1 : 0}"/><${x}sheets>${hiddenSheet ? `<${x}sheet name="Old" sheetId="7" state="hidden" r:id="o"/>` : ''}<${x}sheet name="S" sheetId="1" r:id="s"/></${x}sheets></${x}workbook>`,
    'xl/_rels/workbook.xml.rels': `<Relationships ${PACKAGE}>${relation('o', 'worksheet', 'worksheets/old.xml')}${relation('s', 'worksheet', 'worksheets/sheet1.xml')}${relation('t', 'sharedStrings', 'sharedStrings.xml')}${relation('y', 'styles', 'styles.xml')}</Relationships>`,
    'xl/styles.xml': `<${x}styleSheet ${space}><${x}numFmts><${x}numFmt numFmtId="170" formatCode="[$-409]d\\-mmm\\-yyyy;@"/><${x}numFmt numFmtId="171" formatCode="#,##0,"/></${x}numFmts><${x}cellStyleXfs><${x}xf numFmtId="14"/></${x}cellStyleXfs><${x}cellXfs><${x}xf numFmtId="0"/><${x}xf numFmtId="14"/><${x}xf numFmtId="170"/><${x}xf numFmtId="1"/><${x}xf numFmtId="171"/></${x}cellXfs></${x}styleSheet>`,
    'xl/sharedStrings.xml': `<${x}sst ${space}>${book.items().join('')}</${x}sst>`,
    'xl/worksheets/sheet1.xml': `<${x}worksheet ${space}>${sheet}</${x}worksheet>`,
    'xl/worksheets/old.xml': `<${x}worksheet ${space}>${other}</${x}worksheet>`,
  };
}

/** Attributes and content of a cell. */
type CellText = readonly [attributes: string, content: string];

/** Texts of cells in one of the ways in which they are kept. */
class Texts {
  readonly #shared: string[] = [];
  readonly #how: Style;

  constructor(how: Style) {
    this.#how = how;
  }

  text(value: string): CellText {
    const { texts, prefix: x } = this.#how;
    if (texts === 'inline') return ['t="inlineStr"', `<${x}is><${x}t>${value}</${x}t></${x}is>`];
    // Headings that formulas give are read as well: what is stored counts.
    if (texts === 'formula') return ['t="str"', `<${x}f>"${value}"</${x}f><${x}v>${value}</${x}v>`];
    const [head, tail] = [value.slice(0, 2), value.slice(2)];
    const runs = `<${x}r><${x}t>${head}</${x}t></${x}r><${x}r><${x}rPr><${x}b/></${x}rPr><${x}t>${tail}</${x}t></${x}r><${x}rPh sb="0" eb="1"><${x}t>no</${x}t></${x}rPh>`;
    this.#shared.push(`<${x}si>${texts === 'rich' ? runs : `<${x}t>${value}</${x}t>`}</${x}si>`);
    return ['t="s"', `<${x}v>${this.#shared.length - 1}</${x}v>`];
  }

  items(): readonly string[] {
    return this.#shared;
  }
}

function cellsOf(entry: KnownEntry, how: Style, book: Texts): CellText[] {
  const { unit, prefix: x } = how;
  const value = (text: string): CellText => ['', `<${x}v>${text}</${x}v>`];
  // The end as it is stated: the last day billed, or the first of the next; a single day is stated as such.
  const stated = how.shared && entry.end - entry.start > 1 ? entry.end : entry.end - 1;
  const cells = [
    value(String(500 + entry.meter)),
    book.text(unit[2]),
    dateCell(entry.start, how, book),
    dateCell(stated, how, book),
    amountCell(entry.hundredths, how, book),
    book.text(unit[0]),
    book.text(entry.estimated ? 'Yes' : 'No'),
    value('10.5'),
  ];
  return inOrder(cells, how);
}

function inOrder(cells: readonly CellText[], { columns }: Style): CellText[] {
  return columns.map((at) => cells[at] as CellText);
}

function dateCell(day: number, { dates, date1904, prefix: x }: Style, book: Texts): CellText {
  if (dates === 'text') return book.text(formatDate(day));
  if (dates === 'iso cell') return ['t="d"', `<${x}v>${formatDate(day)}T00:00:00</${x}v>`];
  // Day numbers here count from 1970: serial 25569, or 24107 where 1904 is the first year.
  const serial = day + (date1904 ? 24_107 : 25_569);
  return [`s="${dates === 'built-in' ? 1 : 2}"`, `<${x}v>${serial}</${x}v>`];
}

function amountCell(hundredths: number, { numbers, prefix: x }: Style, book: Texts): CellText {
  const plain = decimal(hundredths);
  const value = (text: string) => `<${x}v>${text}</${x}v>`;
  if (numbers === 'text') return book.text(plain);
  if (numbers === 'scientific') return ['', value(`${hundredths}E-2`)];
  if (numbers === 'formula') return ['', `<${x}f>SUM(A1:A9)</${x}f>${value(plain)}`];
  return [numbers === 'plain' ? '' : `s="${numbers === 'rounded' ? 3 : 4}"`, value(plain)];
}

/** Hundredths as a decimal without needless zeros, times a factor: written and counted apart from the software's own arithmetic. */
function decimal(hundredths: number, factor = 1): string {
  const digits = String(BigInt(hundredths) * BigInt(factor)).padStart(3, '0');
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`.replace(/\.?0+$/, '');
}

function sheetOf(rows: readonly (readonly CellText[])[], how: Style, heads: number): string {
  const { prefix: x, references, hiddenRows } = how;
  const all = rows.map((cells, at) => {
    const hidden = hiddenRows && at >= heads ? ' hidden="1"' : '';
    const number = at + 1 + (references ? 2 : 0);
    const row = cells.map(([attributes, content], column) => {
      const reference = references ? ` r="${'ABCDEFGH'[column]}${number}"` : '';
      return `<${x}c${reference} ${attributes}>${content}</${x}c>`;
    });
    return `<${x}row${references ? ` r="${number}"` : ''}${hidden}>${row.join('')}</${x}row>`;
  });
  return `<${x}sheetData>${all.join('')}</${x}sheetData>`;
}

export const archived = (parts: Readonly<Record<string, string>>): Promise<Buffer> =>
  bytesOf(zipArchive(Object.entries(parts).map(([name, text]) => ({ name, text: [text] }))));

/**
 * Reads a workbook of known entries: each is read exactly, or refused because nothing shows what its end means, or said to be assumed.
 * @throws AssertionError for a silent misread
 */
export async function checkCase({ entries: known, parts, how }: WorkbookCase): Promise<'read' | 'refused'> {
  const items = await read(await archived(parts));
  const ordered = how.newestFirst ? known.toReversed() : known;
  assert.equal(items.length, ordered.length);
  let refused = 0;
  for (const [at, { meter, start, end, hundredths, estimated }] of ordered.entries()) {
    const item = items[at] as BillItem;
    if ('rejected' in item) {
      assert.equal(item.rejected.code, 'END_CONVENTION_UNKNOWN', JSON.stringify({ item, how }));
      refused += 1;
      continue;
    }
    const { line } = item;
    const codes = line.warnings.map(({ code }) => code);
    assert.deepEqual(
      [line.meter, line.start, line.quantity, line.readBasis],
      [String(500 + meter), formatDate(start), decimal(hundredths, how.unit[1]), estimated ? 'estimated' : 'actual'],
      JSON.stringify(how),
    );
    if (line.end !== formatDate(end)) assert.ok(codes.includes('END_ASSUMED'), JSON.stringify({ line, how }));
    assert.equal(codes.includes('ROW_HIDDEN'), how.hiddenRows);
    assert.equal(codes.includes('FORMULA_STORED'), how.numbers === 'formula' || isFormulaText(how));
    assert.equal(codes.includes('NUMBER_SCALED'), how.numbers === 'scaled');
  }
  if (refused < items.length)
    assert.equal(JSON.stringify(items).includes('SHEET_HIDDEN'), how.hiddenSheet, JSON.stringify(how));
  return refused === 0 ? 'read' : 'refused';
}

/** Some column whose formulas are told is a text that a formula gives. */
function isFormulaText({ texts }: Style): boolean {
  return texts === 'formula';
}

const snippets = [
  '<!DOCTYPE a [<!ENTITY b "c">]>',
  '&b;',
  '<c r="A1"><v>1</v></c>',
  '<row r="1048577"/>',
  '<row r="1"/>',
  '</row>',
  '<mergeCell ref="A1:XFD1048576"/>',
  '<col min="1" max="99999999" hidden="1"/>',
  '<f>HYPERLINK("http://a")</f>',
  ' t="s"',
  ' t="e"',
  '<v>#REF!</v>',
  '<v>1e308</v>',
  '<v>-1</v>',
  '<v></v>',
  '<![CDATA[',
  '<!-- ',
  '\u0000',
  '"',
  '<y>'.repeat(60),
  '9'.repeat(40_000),
];

/** What is done to the XML of a part, before it is packed with right checksums, or to the bytes of the archive. */
const damage = fc.oneof(
  fc.record({ part: fc.nat(7), at: fc.nat(4_000), insert: fc.constantFrom(...snippets) }),
  fc.record({ part: fc.nat(7), at: fc.nat(4_000), remove: fc.integer({ min: 1, max: 300 }) }),
  fc.record({ part: fc.nat(7), drop: fc.constant(true) }),
  fc.record({ byte: fc.nat(20_000), value: fc.nat(255) }),
  fc.record({ cut: fc.nat(20_000) }),
);
type Damage = typeof damage extends fc.Arbitrary<infer D> ? D : never;

export const brokenFile: fc.Arbitrary<Promise<Buffer>> = fc
  .tuple(workbookCase, fc.array(damage, { minLength: 1, maxLength: 3 }))
  .map(([{ parts }, all]) => broken(parts, all));

async function broken(parts: Readonly<Record<string, string>>, all: readonly Damage[]): Promise<Buffer> {
  const changed = { ...parts };
  for (const one of all) if ('part' in one) breakPart(changed, one);
  let bytes = await archived(changed);
  for (const one of all) {
    if ('byte' in one) bytes[one.byte % bytes.length] = one.value;
    if ('cut' in one) bytes = bytes.subarray(0, one.cut % bytes.length);
  }
  return bytes;
}

function breakPart(parts: Record<string, string>, one: Extract<Damage, { readonly part: number }>): void {
  const names = Object.keys(parts);
  const name = names[one.part % names.length];
  if (name === undefined) return;
  const text = parts[name] as string;
  if ('drop' in one) {
    delete parts[name];
    return;
  }
  const at = one.at % (text.length + 1);
  const [head, tail] = [text.slice(0, at), text.slice(at)];
  parts[name] = 'insert' in one ? head + one.insert + tail : head + tail.slice(one.remove);
}

/** A file gives lines, rejected rows, or an error with a code, and the same the second time. */
export async function checkBroken(file: Uint8Array): Promise<void> {
  const [once, again] = [await outcome(file), await outcome(file)];
  assert.deepEqual(again, once);
}

/** The code of the error that a file ends with; `read` where it ends with none. */
export async function codeOf(file: Uint8Array): Promise<string> {
  return read(file).then(
    () => 'read',
    (error: unknown) => (isChannelError(error) ? error.code : String(error)),
  );
}

async function outcome(file: Uint8Array): Promise<unknown> {
  try {
    return comparable(await read(file));
  } catch (error) {
    assert.ok(isChannelError(error), String((error as Error).stack));
    return error.report();
  }
}

function read(file: Uint8Array): Promise<BillItem[]> {
  const body = (async function* () {
    yield file;
  })();
  return Array.fromAsync(readBills({ body, options: {} }));
}
