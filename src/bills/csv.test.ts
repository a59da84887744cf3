import assert from 'node:assert/strict';
import { createReadStream, existsSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { comparable } from '../../test/support/bill-items.ts';
import { type ErrorCode, isChannelError } from '../emissions/index.ts';
import { type BillItem, type BillLine, errorFile, type ReadOptions, type RejectedRow, readBills } from './index.ts';

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

function read(file: string | Uint8Array, options: ReadOptions = {}, size = 1 << 20): Promise<BillItem[]> {
  const bytes = typeof file === 'string' ? Buffer.from(file) : file;
  return Array.fromAsync(readBills({ body: pieces(bytes, size), options }));
}

function lines(items: readonly BillItem[]): BillLine[] {
  return items.map((item) => {
    assert.ok('line' in item, JSON.stringify(item));
    return item.line;
  });
}

function refused(items: readonly BillItem[]): RejectedRow[] {
  return items.flatMap((item) => ('rejected' in item ? [item] : []));
}

const HEAD = 'meter,commodity,start,end,end_convention,quantity,unit';
const ROW = 'M1,electricity,2022-01-01,2022-01-31,inclusive,1000,kWh';

/** One row with some cells of a good row replaced. */
function row(change: Record<string, string>): string {
  const cells = { meter: 'M1', commodity: 'electricity', start: '2022-01-01', end: '2022-01-31' };
  const all = { ...cells, end_convention: 'inclusive', quantity: '1000', unit: 'kWh', ...change };
  const quote = (cell: string) => (/[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
  return `${Object.keys(all).join(',')}\n${Object.values(all).map(quote).join(',')}\n`;
}

async function rejection(change: Record<string, string>): Promise<RejectedRow> {
  const items = await read(row(change));
  const [first] = refused(items);
  assert.ok(first !== undefined && items.length === 1, JSON.stringify(items));
  return first;
}

test('a row becomes a line with a half-open period', async () => {
  const [{ raw, ...line }] = lines(await read(`${HEAD}\n${ROW}\n`)) as [BillLine];
  assert.deepEqual(Object.values(raw?.()[0] ?? {}), ROW.split(','));
  assert.deepEqual(line, {
    utility: '',
    meter: 'M1',
    commodity: 'electricity',
    flow: 'delivered',
    start: '2022-01-01',
    end: '2022-02-01',
    statedEnd: 'inclusive',
    quantity: '1000',
    unit: 'kWh',
    readBasis: 'actual',
    place: {},
    warnings: [],
    where: 'row 2',
  });
});

test('each end-date convention gives its own period (rule A)', async () => {
  const period = async (change: Record<string, string>) => {
    const [line] = lines(await read(row(change)));
    return [line?.start, line?.end];
  };
  assert.deepEqual(await period({ end_convention: 'inclusive' }), ['2022-01-01', '2022-02-01']);
  assert.deepEqual(await period({ end_convention: 'exclusive' }), ['2022-01-01', '2022-01-31']);
  assert.deepEqual(await period({ end_convention: 'Shared Day' }), ['2022-01-01', '2022-01-31']);
  assert.deepEqual(await period({ end_convention: 'read-date', start: '', days: '33' }), ['2021-12-29', '2022-01-31']);
});

test('every column is read', async () => {
  const [line] = lines(
    await read(
      row({
        utility: 'Sample Gas',
        account: 'A-1',
        commodity: 'Natural Gas',
        flow: 'delivered',
        quantity: '12.50',
        unit: 'CCF',
        read_basis: 'estimated',
        country: 'us',
        subdivision: 'us-ca',
        region: 'camx',
        zip: '94105-1234',
        utility_id: '14328',
        zone: 'America/Los_Angeles',
        site: 'Harbor Office',
        heat_content: '1.0370',
        heat_content_unit: 'therm/ccf',
        document: 'bills\\a.pdf',
      }),
    ),
  );
  assert.equal(line?.quantity, '12.5');
  assert.equal(line?.unit, 'CCF');
  assert.equal(line?.commodity, 'natural-gas');
  assert.equal(line?.readBasis, 'estimated');
  assert.deepEqual(line?.heatContent, { value: '1.037', unit: 'therm/CCF' });
  assert.deepEqual(line?.place, {
    country: 'US',
    subdivision: 'US-CA',
    region: 'CAMX',
    zip: '94105',
    utilityId: '14328',
  });
  assert.deepEqual(
    [line?.utility, line?.account, line?.zone, line?.site, line?.document],
    ['Sample Gas', 'A-1', 'America/Los_Angeles', 'Harbor Office', 'bills/a.pdf'],
  );
  const gas = { commodity: 'natural-gas', unit: 'kWh', calorific: 'gross' };
  assert.equal(lines(await read(row(gas)))[0]?.calorific, 'gross');
});

test('bad cells reject their row with a code, the column and what would be right', async () => {
  const cases: [Record<string, string>, ErrorCode, string, RegExp][] = [
    [{ quantity: '' }, 'QUANTITY_BLANK', 'quantity', /blank/],
    [{ quantity: '-5' }, 'QUANTITY_NEGATIVE', 'quantity', /exported/],
    [{ quantity: '(5)' }, 'QUANTITY_NEGATIVE', 'quantity', /exported/],
    [{ quantity: '1,234.5' }, 'DECIMAL_INVALID', 'quantity', /1234\.5 for 1,234\.5/],
    [{ quantity: '1.234,5' }, 'DECIMAL_INVALID', 'quantity', /1234\.5 for 1\.234,5/],
    [{ quantity: '1234,5' }, 'DECIMAL_INVALID', 'quantity', /decimal point/],
    [{ quantity: '1e3' }, 'DECIMAL_INVALID', 'quantity', /exponent/],
    [{ quantity: '=1000' }, 'DECIMAL_INVALID', 'quantity', /never evaluated/],
    [{ quantity: '+5' }, 'DECIMAL_INVALID', 'quantity', /plain decimal/],
    [{ unit: 'ton' }, 'UNIT_AMBIGUOUS', 'unit', /./],
    [{ unit: 'florps' }, 'UNIT_UNKNOWN', 'unit', /kWh/],
    [{ unit: '' }, 'UNIT_UNKNOWN', 'unit', /./],
    [{ unit: 'm3' }, 'UNIT_UNFIT', 'unit', /./],
    [{ commodity: 'coal' }, 'COMMODITY_UNKNOWN', 'commodity', /natural-gas/],
    [{ commodity: '' }, 'COMMODITY_UNKNOWN', 'commodity', /natural-gas/],
    [{ flow: 'imported' }, 'ROW_INVALID', 'flow', /delivered/],
    [{ read_basis: 'guess' }, 'ROW_INVALID', 'read_basis', /estimated/],
    [{ start: '03/04/2022' }, 'DATE_INVALID', 'start', /2022-03-04 if the month comes first, 2022-04-03/],
    [{ start: '31.01.2022' }, 'DATE_INVALID', 'start', /Write 2022-01-31/],
    [{ start: '2022-02-30' }, 'DATE_INVALID', 'start', /YYYY-MM-DD/],
    [{ end: '' }, 'DATE_INVALID', 'end', /YYYY-MM-DD/],
    [{ end: '2021-12-31' }, 'PERIOD_INVALID', 'end', /before the start/],
    [{ end: '2022-01-01', end_convention: 'exclusive' }, 'PERIOD_INVALID', 'end', /after the start/],
    [{ end: '2024-12-31' }, 'PERIOD_TOO_LONG', 'end', /800 days/],
    [{ end_convention: '' }, 'ROW_INVALID', 'end_convention', /inclusive/],
    [{ end_convention: 'read-date' }, 'ROW_INVALID', 'days', /./],
    [{ days: '30' }, 'PERIOD_INVALID', 'days', /end_convention/],
    [{ days: '31.0' }, 'ROW_INVALID', 'days', /31/],
    [{ end_convention: 'read-date', days: '29' }, 'PERIOD_INVALID', 'start', /end_convention/],
    [{ zone: 'Moon/Base' }, 'ZONE_UNKNOWN', 'zone', /IANA/],
    [{ zone: '+01:00' }, 'ZONE_UNKNOWN', 'zone', /IANA/],
    [{ country: 'USA' }, 'PLACE_INVALID', 'country', /US/],
    [{ subdivision: 'California' }, 'PLACE_INVALID', 'subdivision', /US-CA/],
    [{ zip: '2134' }, 'ZIP_UNKNOWN', 'zip', /leading zeros/],
    [{ zip: 'SW1A 1AA' }, 'ZIP_UNKNOWN', 'zip', /country/],
    [{ heat_content: '1.03' }, 'ROW_INVALID', 'heat_content_unit', /therm\/CCF/],
    [{ document: '../../etc/passwd' }, 'ROW_INVALID', 'document', /folder/],
    [{ document: '/etc/passwd' }, 'ROW_INVALID', 'document', /folder/],
    [{ document: 'C:\\secret.pdf' }, 'ROW_INVALID', 'document', /folder/],
    [{ meter: '1.23457E+11' }, 'ROW_INVALID', 'meter', /text/],
    [{ meter: '' }, 'ROW_INVALID', 'meter', /./],
    [{ meter: 'x'.repeat(201) }, 'ROW_INVALID', 'meter', /./],
    [{ meter: 'a\tb' }, 'ROW_INVALID', 'meter', /./],
  ];
  for (const [change, code, column, fix] of cases) {
    const { rejected, where } = await rejection(change);
    const shown = JSON.stringify([change, rejected]);
    assert.equal(rejected.code, code, shown);
    assert.equal(rejected.where, `row 2, column ${column}`, shown);
    assert.match(rejected.fix, fix, shown);
    assert.equal(where, 'row 2');
  }
});

test('a value outside its list is repeated with the one that was probably meant; what may be a name is not', async () => {
  const message = async (change: Record<string, string>) => (await rejection(change)).rejected.message;
  assert.equal(await message({ commodity: 'Gas' }), "commodity 'Gas' is not known; did you mean natural-gas?");
  assert.equal(
    await message({ commodity: 'Electricty' }),
    "commodity 'Electricty' is not known; did you mean electricity?",
  );
  assert.equal(await message({ commodity: 'coal' }), "commodity 'coal' is not known");
  assert.equal(await message({ flow: 'export' }), "flow 'export' is not known; did you mean exported?");
  assert.equal(
    await message({ end_convention: 'inclusiv' }),
    "end_convention 'inclusiv' is not known; did you mean inclusive?",
  );
  assert.equal(await message({ read_basis: '0012 345 678' }), 'read_basis is not known');
});

test('all faults of a row are told at once, each with its column', async () => {
  const { rejected } = await rejection({ start: '31.01.2022', end: '04/04/2023', unit: 'florps' });
  assert.equal(rejected.code, 'DATE_INVALID');
  assert.equal(rejected.where, 'row 2, columns start, end, unit');
  for (const part of ['31.01.2022', '04/04/2023', 'florps']) assert.ok(rejected.message.includes(part), part);
  assert.match(rejected.fix, /start: Write 2022-01-31\. end: Write 2023-04-04\. unit: /);
});

test('a wrong period repeats the dates as they are written', async () => {
  const message = async (change: Record<string, string>) => (await rejection(change)).rejected.message;
  assert.equal(await message({ end: '2021-12-30' }), 'the end 2021-12-30 is before the start 2022-01-01');
  assert.equal(
    await message({ end: '2022-01-01', end_convention: 'exclusive' }),
    'the end 2022-01-01 is no day after the start 2022-01-01',
  );
});

test('a bad row leaves the others alone and keeps its cells', async () => {
  const bad = 'M2,electricity,2022-01-01,2022-01-31,inclusive,,kWh';
  const items = await read(`${HEAD}\n${ROW}\n${bad}\n${ROW.replace('M1', 'M3')}\n`);
  assert.deepEqual(
    items.map((item) => ('line' in item ? item.line.meter : item.rejected.code)),
    ['M1', 'QUANTITY_BLANK', 'M3'],
  );
  assert.equal(refused(items)[0]?.raw?.[0]?.meter, 'M2');
});

test('messages hold no account, meter or site', async () => {
  const secret = { meter: 'SECRET-METER', account: 'SECRET-ACCOUNT', site: 'SECRET-SITE' };
  for (const change of [{ quantity: '' }, { zone: 'x' }, { end: '2020-01-01' }, { document: '/x' }, { flow: 'x' }]) {
    const { rejected } = await rejection({ ...secret, ...change });
    assert.doesNotMatch(JSON.stringify(rejected), /SECRET/);
  }
});

test('missing columns are named, and options stand in for them', async () => {
  const names = async (head: string) => {
    const error = await read(`${head}\n1\n`).catch((thrown: unknown) => thrown);
    assert.ok(isChannelError(error, 'COLUMN_MISSING'));
    return error;
  };
  const error = await names('start,end');
  assert.match(error.message, /quantity, unit, commodity, meter \(or account\), end_convention/);
  assert.match(error.fix, /last day billed \(inclusive\)/);
  assert.match((await names('end,quantity,unit')).message, /start \(or days\)/);
  assert.match((await names('start,unit')).message, / end, quantity/);
  const options = { unit: 'MWh', commodity: 'electricity', account: 'A9', statedEnd: 'exclusive' } as const;
  const [line] = lines(await read('start,end,quantity\n2022-01-01,2022-02-01,2\n', options));
  assert.deepEqual([line?.unit, line?.meter, line?.account, line?.end], ['MWh', 'A9', 'A9', '2022-02-01']);
});

test('the row wins over the options; a row in another country takes nothing of their place', async () => {
  const options = { zone: 'America/Chicago', place: { country: 'US', zip: '77002' }, utility: 'U' } as const;
  const [own] = lines(await read(row({ zone: 'Europe/Berlin', country: 'DE', utility: 'V' }), options));
  assert.deepEqual([own?.zone, own?.place, own?.utility], ['Europe/Berlin', { country: 'DE' }, 'V']);
  const [given] = lines(await read(row({ subdivision: 'US-TX' }), options));
  assert.deepEqual(given?.place, { country: 'US', zip: '77002', subdivision: 'US-TX' });
  assert.equal(given?.zone, 'America/Chicago');
});

test('neighbouring registers of one bill are summed exactly into one line with parts', async () => {
  const head = `${HEAD},register,read_basis,document`;
  const register = (quantity: string, name: string, more = 'actual,') =>
    `M1,electricity,2022-01-01,2022-01-31,inclusive,${quantity},kWh,${name},${more}`;
  const file = [head, register('0.1', 'peak'), register('0.2', 'off-peak', 'estimated,b.pdf')].join('\n');
  const [line, ...more] = lines(await read(file));
  assert.equal(more.length, 0);
  assert.equal(line?.quantity, '0.3');
  assert.deepEqual(line?.parts, [
    { name: 'peak', quantity: '0.1' },
    { name: 'off-peak', quantity: '0.2' },
  ]);
  assert.deepEqual([line?.readBasis, line?.document, line?.where], ['estimated', 'b.pdf', 'rows 2 to 3']);
  assert.deepEqual(
    line?.raw?.().map((cells) => cells.register),
    ['peak', 'off-peak'],
  );

  const other = register('5', 'peak').replace('2022-01-01', '2022-01-02');
  assert.equal(lines(await read([head, register('1', 'peak'), other].join('\n'))).length, 2);
});

test('a bill of which one register is bad is rejected whole', async () => {
  const head = `${HEAD},register`;
  const register = (quantity: string, name: string, unit = 'kWh') =>
    `M1,electricity,2022-01-01,2022-01-31,inclusive,${quantity},${unit},${name}`;
  const codes = async (...rows: string[]) =>
    refused(await read([head, ...rows].join('\n'))).map((item) => item.rejected.code);
  assert.deepEqual(await codes(register('1', 'peak'), register('', 'off-peak')), ['ROW_INVALID', 'QUANTITY_BLANK']);
  assert.deepEqual(await codes(register('1', 'peak'), register('1', 'peak')), ['ROW_INVALID', 'ROW_INVALID']);
  assert.deepEqual(await codes(register('1', 'a'), register('1', 'b', 'MWh')), ['ROW_INVALID', 'ROW_INVALID']);
});

test('columns that are not read are told once, and on each row where they hold an amount', async () => {
  const items = await read(`${HEAD},cost,usage_kwh\n${ROW},12.5,\n${ROW},1,900\n`);
  const codes = lines(items).map((line) => line.warnings.map((warning) => warning.code));
  assert.deepEqual(codes, [['COLUMN_IGNORED'], ['COLUMN_IGNORED_USAGE']]);
  assert.match(lines(items)[0]?.warnings[0]?.message ?? '', /cost, usage_kwh/);
});

test('BOM, CRLF, semicolons, tabs, blank rows and other column orders are read', async () => {
  const bare = (items: readonly BillItem[]) => lines(items).map(({ raw: _raw, ...line }) => line);
  const expected = bare(await read(`${HEAD}\n${ROW}\n`));
  for (const delimiter of [',', ';', '\t']) {
    const file = `\uFEFF${HEAD.toUpperCase()}\r\n${ROW}\r\n`.replaceAll(',', delimiter);
    assert.deepEqual(bare(await read(file)), expected);
  }
  assert.deepEqual(bare(await read(`${HEAD}\n${ROW}\n\n,,,,,,\n`)), expected);
  const backwards = (line: string) => line.split(',').reverse().join(',');
  assert.deepEqual(bare(await read(`${backwards(HEAD)}\n${backwards(ROW)}`)), expected);
});

test('a file that cannot be trusted is refused, with the place of the fault', async () => {
  const cases: [string | Buffer, RegExp][] = [
    // UTF-8 and what is none in one file: neither encoding.
    [Buffer.concat([Buffer.from(`${HEAD}\nü`), Buffer.from([0x4d, 0xe4, 0x72, 0x2c])]), /byte 58/],
    [Buffer.concat([Buffer.from(`${HEAD}\nü`), Buffer.from([0xc3])]), /byte 57 is not|ends inside a character/],
    [Buffer.concat([Buffer.from(`${HEAD}\nM`), Buffer.from([0x81, 0x2c])]), /neither UTF-8 nor Windows-1252: byte 56/],
    [`${HEAD}\nM\u0000`, /byte 56 is NUL/],
    [`${HEAD}\n"M1,electricity`, /never closed/],
    [`${HEAD}\n`, /no rows/],
    [`${HEAD}\n${'x'.repeat(70_000)}`, /longer than 65536/],
    [`${HEAD}\n${','.repeat(300)}\n`, /300|301/],
    [`${HEAD},meter\n${ROW},M1\n`, /meter twice/],
  ];
  for (const [file, message] of cases) {
    await assert.rejects(read(file), (error) => isChannelError(error, 'FILE_MALFORMED') && message.test(error.message));
  }
});

test('rows of another length and broken quotation are rejected', async () => {
  const code = async (line: string) => refused(await read(`${HEAD}\n${line}\n`)).map((item) => item.rejected.code);
  assert.deepEqual(await code(ROW.replace('1000', '1,000')), ['ROW_INVALID']);
  assert.deepEqual(await code(ROW.replace(',kWh', '')), ['ROW_INVALID']);
  assert.deepEqual(await code(ROW.replace('M1', '"M1"x"')), ['ROW_INVALID']);
  assert.deepEqual(await code(`${ROW},,`), []);
});

test('other kinds of file are named', async () => {
  const cases: [string | Uint8Array, RegExp][] = [
    ['', /empty/],
    [' \n', /empty/],
    ['PK\u0005\u0006xx', /empty, split or damaged zip archive or workbook \(xlsx\)/],
    [Buffer.from([0x89, 0x50, 0x4e, 0x47]), /PNG/],
    [Buffer.from([0xff, 0xd8, 0xff, 0xe0]), /JPEG/],
    [Buffer.from([0x1f, 0x8b, 8]), /gzip/],
    [Buffer.from('\uFEFFmeter', 'utf16le'), /no row names the columns/],
    [Buffer.from([1, 0, 2]), /binary/],
    ['<!DOCTYPE html><html>', /HTML/],
    ['<?xml version="1.0"?><invoice/>', /XML that is not Green Button/],
    ['{"usage": 5}', /JSON/],
    ['Property,Bill Start,Bill End,kWh Used\n', /no row names the columns/],
  ];
  for (const [file, message] of cases) {
    await assert.rejects(
      read(file),
      (error) => isChannelError(error, 'FILE_KIND_UNKNOWN') && message.test(error.message),
      String(message),
    );
  }
});

test('the same result wherever the pieces of a file are cut', async () => {
  const file = Buffer.from(
    `\uFEFF${HEAD},site,register\r\n${ROW},"Büro, ""Nord""\n2",\r\nM2,electricity,2022-01-01,2022-01-31,inclusive,1,kWh,,a\r\nM2,electricity,2022-01-01,2022-01-31,inclusive,2,kWh,,b\r\nM3,electricity,x,y,inclusive,1,kWh,"€",`,
  );
  const whole = await read(file);
  assert.equal(whole.length, 3);
  for (const size of [1, 2, 3, 7, 64]) assert.deepEqual(comparable(await read(file, {}, size)), comparable(whole));
});

test('an error file reads back as it was, is text to a spreadsheet and can be sent in again', async () => {
  const head = `${HEAD},site,note`;
  const bad = (meter: string, site: string) =>
    `${meter},electricity,2022-01-01,2022-01-31,inclusive,,kWh,${site},"l1\nl2"`;
  const rows = [bad('=cmd()', '@a'), bad("'=b", "''+c"), bad("O'Neill", '-5'), bad('"a ""b"", c"', '"x, y"')];
  const first = refused(await read(`${head}\n${rows.join('\n')}\n`));
  assert.equal(first.length, 4);
  const file = [...errorFile(first)].join('');
  assert.doesNotMatch(file, /(^|[,\n])"?[=+@-]/);
  assert.match(file, /error_where,error_code,error,fix\r\n/);
  const second = refused(await read(file));
  assert.deepEqual(
    second.map((item) => item.rejected),
    first.map((item) => item.rejected),
  );
  assert.equal([...errorFile(second)].join(''), file);
  const mended = lines(await read(file.replaceAll(',inclusive,,', ',inclusive,7,')));
  assert.deepEqual(
    mended.map((line) => [line.meter, line.site, line.quantity]),
    [
      ['=cmd()', '@a', '7'],
      ['=b', "'+c", '7'],
      ["O'Neill", '-5', '7'],
      ['a "b", c', 'x, y', '7'],
    ],
  );
});

test('a consumer that stops early closes the source', async () => {
  let closed = false;
  async function* endless(): AsyncGenerator<Uint8Array> {
    try {
      yield Buffer.from(`${HEAD}\n`);
      for (;;) yield Buffer.from(`${ROW}\n`.repeat(2_000));
    } finally {
      closed = true;
    }
  }
  for await (const item of readBills({ body: endless(), options: {} })) {
    assert.ok('line' in item);
    break;
  }
  assert.equal(closed, true);
});

test('whatever a file holds: lines, rejected rows or a ChannelError', async () => {
  const cell = fc.oneof(
    fc.constantFrom(
      '2022-01-01',
      '2022-02-01',
      '1000',
      'kWh',
      'electricity',
      'inclusive',
      '',
      '"',
      "'=",
      '-1',
      '1e9',
      '\u0000',
    ),
    fc.string({ maxLength: 12 }),
  );
  const table = fc.array(
    fc.array(cell, { minLength: 1, maxLength: 9 }).map((cells) => cells.join(',')),
    { maxLength: 6 },
  );
  await fc.assert(
    fc.asyncProperty(table, fc.boolean(), fc.integer({ min: 1, max: 40 }), async (rows, withHead, size) => {
      const file = Buffer.from([...(withHead ? [HEAD] : []), ...rows].join('\n'));
      const outcome = (pieceSize: number) =>
        read(file, {}, pieceSize).catch((error: unknown) => {
          assert.ok(isChannelError(error), String(error));
          return error.code;
        });
      assert.deepEqual(await outcome(size), await outcome(1 << 20));
    }),
    { numRuns: 300 },
  );
});

const samples = fileURLToPath(new URL('../../samples/', import.meta.url));

test('the sample bills add up to the totals of their README', async () => {
  const total = async (name: string) => {
    assert.ok(existsSync(samples + name));
    const items = lines(await Array.fromAsync(readBills({ body: createReadStream(samples + name), options: {} })));
    const sums = new Map<string, number>();
    // Quarters of a kWh: exact in floating point.
    for (const line of items) sums.set(line.commodity, (sums.get(line.commodity) ?? 0) + Number(line.quantity) * 20);
    return [items.length, ...[...sums.values()].map((sum) => Math.round(sum) / 20)];
  };
  assert.deepEqual(await total('acme/california-2022.csv'), [12, 150258.5]);
  assert.deepEqual(await total('acme/texas-2022.csv'), [4, 40828.25]);
  assert.deepEqual(await total('acme/gas-2022.csv'), [12, 2631.5]);
  assert.deepEqual(await total('beta/germany-2023.csv'), [12, 92603]);
  assert.deepEqual(await total('beta/uk-2023.csv'), [8, 23175.5, 55415.5]);
  assert.deepEqual(await total('beta/india-2023.csv'), [2, 10830]);
});
