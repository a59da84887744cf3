import assert from 'node:assert/strict';
import { createReadStream, existsSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { isChannelError } from '../../emissions/index.ts';
import { type BillItem, type BillLine, errorFile, type ReadOptions, readBills } from '../index.ts';

const samples = fileURLToPath(new URL('../../../samples/layouts/', import.meta.url));
const shared = fileURLToPath(new URL('../../../../shared/data/greenbutton/csv/', import.meta.url));

function readFile(path: string, options: ReadOptions = {}): Promise<BillItem[]> {
  return Array.fromAsync(readBills({ body: createReadStream(path), options }));
}

function readText(text: string | Uint8Array, options: ReadOptions = {}): Promise<BillItem[]> {
  const body = (async function* () {
    yield Buffer.from(text as string);
  })();
  return Array.fromAsync(readBills({ body, options }));
}

function lines(items: readonly BillItem[]): BillLine[] {
  return items.map((item) => {
    assert.ok('line' in item, JSON.stringify(item));
    return item.line;
  });
}

/** Sums by what is measured, in ten-thousandths, which all samples have at most. */
function totals(items: readonly BillItem[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { commodity, flow, unit, quantity } of lines(items)) {
    const key = `${commodity} ${flow} ${unit}`;
    sums[key] = (sums[key] ?? 0) + Math.round(Number(quantity) * 10_000);
  }
  return Object.fromEntries(Object.entries(sums).map(([key, sum]) => [key, sum / 10_000]));
}

const messages = (line: BillLine | undefined) => line?.warnings.map(({ code, message }) => `${code}: ${message}`) ?? [];

// The totals of the samples were added up by a Python script when the files were made; samples/README.md lists them.

test('Green Button billing: preamble, month-first dates, thousands commas, an estimated bill', async () => {
  const items = await readFile(`${samples}green-button-billing.csv`);
  assert.deepEqual(totals(items), { 'electricity delivered kWh': 4070.33 });
  const [first, second] = lines(items);
  // 9 January to 7 February, the last day billed: 30 days.
  assert.deepEqual([first?.start, first?.end, first?.statedEnd], ['2023-01-09', '2023-02-08', 'inclusive']);
  assert.deepEqual([first?.account, first?.meter], ['0000000001', '0000000001 Service 1']);
  assert.deepEqual([first?.readBasis, second?.readBasis], ['actual', 'estimated']);
  assert.deepEqual(messages(first), [
    'COLUMN_IGNORED: columns not read: COST',
    'DATE_ORDER_READ: dates were read month-first: row 7 would end before it begins',
    'END_DATE_READ: end dates were read as inclusive: 5 bills begin on the day after the one before ends (first rows 7 and 8)',
  ]);
  assert.deepEqual(messages(second), []);
});

test('Green Button billing of a real utility: the totals that stand beside the files', async (t) => {
  if (!existsSync(shared)) {
    t.skip('the third-party samples are not here');
    return;
  }
  const iso = await readFile(`${shared}national-grid-gas-bom-iso.csv`);
  assert.deepEqual([iso.length, totals(iso)], [35, { 'natural-gas delivered therm': 3716 }]);
  assert.deepEqual([lines(iso)[0]?.start, lines(iso).at(-1)?.end], ['2020-06-17', '2023-05-18']);
  const us = await readFile(`${shared}national-grid-gas-us-dates.csv`);
  assert.deepEqual([us.length, totals(us)], [25, { 'natural-gas delivered therm': 1055 }]);
  assert.deepEqual([lines(us)[0]?.start, lines(us).at(-1)?.end], ['2020-10-02', '2022-11-04']);
});

test('hourly readings are summed by local day and month; a day of 25 hours is a day like any other', async () => {
  const items = await readFile(`${samples}green-button-hourly.csv`, { zone: 'America/Los_Angeles' });
  const facts = lines(items).map((line) => [line.flow, line.start, line.end, line.quantity]);
  assert.deepEqual(facts, [
    ['delivered', '2023-10-30', '2023-11-01', '83.13'],
    ['delivered', '2023-11-01', '2023-11-08', '352.57'],
    ['exported', '2023-10-30', '2023-11-01', '9.9'],
    ['exported', '2023-11-01', '2023-11-08', '39.16'],
  ]);
  // No reading is missing or read twice: all 25 hours of 5 November are there.
  assert.deepEqual(
    lines(items).flatMap((line) => line.warnings.map(({ code }) => code)),
    ['COLUMN_IGNORED'],
  );
  await assert.rejects(readFile(`${samples}green-button-hourly.csv`), (error) => isChannelError(error, 'ZONE_UNKNOWN'));
});

test('quarter-hour readings with a duration and AM/PM times, over a day of 23 hours', async () => {
  const items = await readFile(`${samples}meter-quarter-hours.csv`, { zone: 'America/Los_Angeles' });
  assert.deepEqual(totals(items), { 'electricity delivered kWh': 143.0092, 'electricity exported kWh': 27.7833 });
  const [first] = lines(items);
  assert.deepEqual([first?.start, first?.end, first?.meter], ['2024-03-09', '2024-03-12', '00000001']);
  // 3/9, 3/10 and 3/11 are days that follow one another, and not months.
  assert.match(messages(first).join('\n'), /month-first: \d+ rows follow one another/);
  assert.doesNotMatch(messages(first).join('\n'), /MISSING|REPEATED/);
});

test('Eversource in UTF-16 with tabs: therms are read, the same use in CCF is not counted again', async () => {
  const items = await readFile(`${samples}eversource-utf16.csv`, { meter: 'G-1' });
  assert.deepEqual(totals(items), { 'natural-gas delivered therm': 221 });
  const [first, second] = lines(items);
  // Read on 12 July 2022 after 32 days.
  assert.deepEqual([first?.start, first?.end, first?.statedEnd], ['2022-06-10', '2022-07-12', 'read-date']);
  assert.equal(second?.readBasis, 'estimated');
});

test('Eversource older, lines ending in CR alone: unit and commodity must be told', async () => {
  const path = `${samples}eversource-older-cr.csv`;
  await assert.rejects(readFile(path), (error) => {
    return isChannelError(error, 'COLUMN_MISSING') && /meter \(or account\), commodity, unit/.test(error.message);
  });
  const items = await readFile(path, { meter: 'G-1', commodity: 'natural-gas', unit: 'therm' });
  assert.deepEqual([items.length, totals(items)], [4, { 'natural-gas delivered therm': 192.11 }]);
});

test('UtilityAPI: the bill total in kWh or as volume with unit; parts by time of use are not counted again', async () => {
  const items = await readFile(`${samples}utilityapi-bills.csv`);
  assert.deepEqual(totals(items), { 'electricity delivered kWh': 27118.6, 'natural-gas delivered therm': 190 });
  const [first] = lines(items);
  assert.deepEqual(
    [first?.meter, first?.account, first?.utility, first?.statedEnd],
    ['M-1', 'A1', 'SAMPLE', 'shared-day'],
  );
  assert.match(messages(first).join('\n'), /Winter_Usage_Off_Peak_kwh/);
});

const HEAD = 'TYPE,START DATE,END DATE,USAGE,UNITS,COST,NOTES';
const PREAMBLE = 'Name,X\nAccount Number,42\n\n';
const bill = (start: string, end: string, usage: string, unit = 'kWh', type = 'Electric billing') =>
  `${type},${start},${end},${usage},${unit},$1,`;
const billing = (...rows: string[]) => `${PREAMBLE}${[HEAD, ...rows].join('\n')}\n`;

test('what is no use is never counted: blanks and dashes are refused, totals and money are left out and named', async () => {
  const items = await readText(
    billing(
      bill('2022-01-01', '2022-01-31', '100'),
      bill('2022-02-01', '2022-02-28', ''),
      bill('2022-03-01', '2022-03-31', '-'),
      bill('2022-04-01', '2022-04-30', 'N/A'),
      bill('2022-05-01', '2022-05-31', '50'),
      bill('2022-05-01', '2022-05-31', '12', 'kW', 'Electric demand'),
      bill('2022-05-01', '2022-05-31', '20', '$', 'Customer charge'),
      'Total,,,150,kWh,,',
    ),
  );
  const codes = items.map((item) => ('line' in item ? item.line.quantity : item.rejected.code));
  assert.deepEqual(codes, ['100', 'QUANTITY_BLANK', 'QUANTITY_BLANK', 'QUANTITY_BLANK', '50']);
  const last = items.at(-1);
  assert.ok(last !== undefined && 'line' in last);
  assert.match(
    messages(last.line).join('\n'),
    /totals were not counted: row 12\n.*money or power were not counted: rows 10, 11/,
  );
});

test('day-first or month-first is decided by evidence, or refused', async () => {
  const start = async (rows: string[], options: ReadOptions = {}) => {
    const [line] = lines(await readText(billing(...rows), options));
    return [line?.start, messages(line).find((text) => text.startsWith('DATE_ORDER'))];
  };
  assert.deepEqual(await start([bill('13/01/2022', '12/02/2022', '1')]), [
    '2022-01-13',
    'DATE_ORDER_READ: dates were read day-first: row 5, column START DATE, has 13 where month-first has the month',
  ]);
  assert.deepEqual(await start([bill('1/13/22', '2/12/22', '1')]), [
    '2022-01-13',
    'DATE_ORDER_READ: dates were read month-first: row 5, column START DATE, has 13 where day-first has the month',
  ]);
  // 5 December to 6 January of the same year would end before it begins.
  assert.equal((await start([bill('05/12/2021', '06/01/2021', '1')]))[0], '2021-05-12');
  const ambiguous = [bill('01/02/2022', '01/03/2022', '1')];
  await assert.rejects(start(ambiguous), (error) => isChannelError(error, 'DATE_ORDER_UNKNOWN'));
  assert.equal((await start(ambiguous, { dateOrder: 'day-first' }))[0], '2022-02-01');
  assert.equal((await start(ambiguous, { dateOrder: 'month-first' }))[0], '2022-01-02');
  const both = [bill('13/01/2022', '12/02/2022', '1'), bill('02/13/2022', '03/12/2022', '1')];
  await assert.rejects(
    start(both),
    (error) => isChannelError(error, 'DATE_ORDER_UNKNOWN') && /row 5.*row 6|row 6.*row 5/.test(error.message),
  );
  assert.equal((await start([bill('"Jan 5, 2022"', '04-Feb-22', '1')]))[0], '2022-01-05');
  assert.equal((await start([bill('2022-01-05T00:00:00-08:00', '2022-02-04T00:00:00-08:00', '1')]))[0], '2022-01-05');
  // Two digits at the end that run over 31 years are days: 22/01/05 is a date that begins with the year.
  await assert.rejects(start([bill('22/01/01', '22/01/31', '1')]), (error) =>
    isChannelError(error, 'DATE_ORDER_UNKNOWN'),
  );
});

test('a date that does not fit the order decided is refused, not turned round', async () => {
  const items = await readText(billing(bill('1/13/2022', '2/12/2022', '1'), bill('2/13/2022', '3/12/2022', '2')), {
    dateOrder: 'day-first',
  });
  assert.deepEqual(
    items.map((item) => 'rejected' in item && item.rejected.code),
    ['DATE_INVALID', 'DATE_INVALID'],
  );
  assert.match(JSON.stringify(items[0]), /row 5, column START DATE/);
});

test('what the end date means is decided by bills that follow one another, told, or refused', async () => {
  const end = async (rows: string[], options: ReadOptions = {}) =>
    lines(await readText(billing(...rows), options))[0]?.end;
  const shared = [bill('2022-01-15', '2022-02-15', '1'), bill('2022-02-15', '2022-03-15', '2')];
  assert.equal(await end(shared), '2022-02-15');
  const after = [bill('2022-01-15', '2022-02-14', '1'), bill('2022-02-15', '2022-03-14', '2')];
  assert.equal(await end(after), '2022-02-15');
  // Both kinds in one file: what was seen is told, and nothing is guessed.
  const both = [...shared, bill('2022-03-16', '2022-04-14', '3')];
  await assert.rejects(end(both), (error) => {
    return isChannelError(error, 'END_CONVENTION_UNKNOWN') && /rows 5 and 6.*rows|after.*ends/.test(error.message);
  });
  assert.equal(await end(both, { statedEnd: 'exclusive' }), '2022-02-15');
});

test('a decimal comma is decided by evidence, told, or refused', async () => {
  const mapping = {
    kind: 'bills',
    columns: { meter: 'Zähler', start: 'Von', end: 'Bis', quantity: 'Menge' },
    fixed: { unit: 'kWh', commodity: 'electricity' },
    endConvention: 'inclusive',
  } as const;
  const amounts = async (cells: string[], options: ReadOptions = {}) => {
    const rows = cells.map((cell, at) => `Z1;2022-0${at + 1}-01;2022-0${at + 1}-28;${cell}`);
    const items = await readText(['Zähler;Von;Bis;Menge', ...rows].join('\n'), { mapping, ...options });
    return lines(items).map(({ quantity }) => quantity);
  };
  assert.deepEqual(await amounts(['1.234', '12,5']), ['1234', '12.5']);
  assert.deepEqual(await amounts(['1,234', '12.5']), ['1234', '12.5']);
  assert.deepEqual(await amounts(['1.234.567,8', '1 234,5']), ['1234567.8', '1234.5']);
  assert.deepEqual(await amounts(['12', '13']), ['12', '13']);
  assert.deepEqual(await amounts(['0,123', '5']), ['0.123', '5']);
  for (const cells of [['1.234'], ['1,234', '5'], ['12,5', '12.5']])
    await assert.rejects(amounts(cells), (error) => isChannelError(error, 'DECIMAL_SIGN_UNKNOWN'), String(cells));
  assert.deepEqual(await amounts(['1.234'], { decimalSign: 'comma' }), ['1234']);
  assert.deepEqual(await amounts(['1.234'], { decimalSign: 'point' }), ['1.234']);
});

test('encodings: the same lines from UTF-8, UTF-16, Windows-1252 and any line ends; what was assumed is told', async () => {
  const text = (end: string) =>
    `meter,commodity,start,end,end_convention,quantity,unit,site${end}M1,electricity,2022-01-01,2022-01-31,inclusive,5,kWh,Büro €${end}M2,electricity,2022-01-01,2022-01-31,inclusive,6,kWh,x${end}`;
  const facts = (items: BillItem[]) => lines(items).map(({ meter, site, quantity }) => [meter, site, quantity]);
  const wanted = [
    ['M1', 'Büro €', '5'],
    ['M2', 'x', '6'],
  ];
  const swap = (bytes: Buffer) => Buffer.from(bytes).swap16();
  const wide = Buffer.from(text('\n'), 'utf16le');
  const narrow = Buffer.from(text('\n').replace('ü', '\u00fc').replace('€', '\u0080'), 'latin1');
  const files: [string, Uint8Array | string, RegExp | undefined][] = [
    ['utf-8', text('\n'), undefined],
    ['utf-8 with mark, CRLF', `\uFEFF${text('\r\n')}`, undefined],
    ['CR alone', text('\r'), undefined],
    ['mixed ends', text('\r').replace('\r', '\r\n'), undefined],
    ['utf-16le with mark', Buffer.concat([Buffer.from([0xff, 0xfe]), wide]), undefined],
    ['utf-16be with mark', Buffer.concat([Buffer.from([0xfe, 0xff]), swap(wide)]), undefined],
    ['utf-16le', wide, /utf-16le: every second byte is zero/],
    ['utf-16be', swap(wide), /utf-16be: every second byte is zero/],
    ['windows-1252', narrow, /windows-1252: byte \d+ is not UTF-8/],
  ];
  for (const [name, file, notice] of files) {
    const items = await readText(file as string);
    assert.deepEqual(facts(items), wanted, name);
    const told = messages(lines(items)[0]).join('\n');
    if (notice === undefined) assert.equal(told, '', name);
    else assert.match(told, notice, name);
  }
});

test('names, addresses and numbers of a preamble reach no message, warning or place', async () => {
  const preamble = 'Name,SECRET-NAME\nAddress,"SECRET STREET, 1"\nAccount Number,SECRET-42\nService,SECRET-S\n\n';
  const items = await readText(
    `${preamble}${[HEAD, bill('2022-01-01', '2022-01-31', 'x'), bill('2022-02-01', '', '5')].join('\n')}`,
  );
  for (const item of items) {
    assert.ok('rejected' in item);
    assert.doesNotMatch(JSON.stringify([item.rejected, item.where]), /SECRET/);
  }
  const [good] = lines(await readText(`${preamble}${HEAD}\n${bill('2022-01-01', '2022-01-31', '7')}\n`));
  assert.doesNotMatch(JSON.stringify([good?.warnings, good?.where, good?.place, good?.parts]), /SECRET/);
  const { account: _a, meter: _m, raw: _r, ...rest } = good as BillLine;
  assert.doesNotMatch(JSON.stringify(rest), /SECRET/);
});

test('the error file of a layout is the plain layout: it keeps what the whole file showed, and is sent in again', async () => {
  // The file shows shared days; the one bad row alone would not.
  const items = await readText(
    billing(
      bill('2022-01-15', '2022-02-15', '1'),
      bill('2022-02-15', '2022-03-15', 'n/a'),
      bill('2022-03-15', '2022-04-15', '3'),
    ),
  );
  const bad = items.flatMap((item) => ('rejected' in item ? [item] : []));
  assert.equal(bad.length, 1);
  const file = [...errorFile(bad)].join('');
  const again = await readText(file);
  assert.deepEqual(
    again.map((item) => 'rejected' in item && item.rejected.code),
    ['DECIMAL_INVALID'],
  );
  const [mended] = lines(await readText(file.replace(',n/a,', ',2,')));
  assert.deepEqual(
    [mended?.start, mended?.end, mended?.statedEnd, mended?.quantity, mended?.account, mended?.commodity],
    ['2022-02-15', '2022-03-15', 'shared-day', '2', '42', 'electricity'],
  );
});

const READINGS = 'TYPE,DATE,START TIME,END TIME,USAGE,UNITS,COST,NOTES';
const hours = (date: string, cells: string[]) =>
  cells.map(
    (cell, at) =>
      `Electric usage,${date},${String(at).padStart(2, '0')}:00,${String(at).padStart(2, '0')}:59,${cell},kWh,,`,
  );
const readings = (...rows: string[]) => `${PREAMBLE}${[READINGS, ...rows].join('\n')}\n`;
const zone = 'America/Los_Angeles';

test('a blank reading is missing, one that cannot be read makes its month unusable', async () => {
  const day = Array.from({ length: 24 }, () => '1');
  const [line] = lines(await readText(readings(...hours('2022-01-01', ['', ...day.slice(1)])), { zone }));
  assert.equal(line?.quantity, '23');
  assert.match(messages(line).join('\n'), /READINGS_MISSING: readings of 60 minutes are missing/);
  const items = await readText(
    readings(...hours('2022-01-01', ['n/a', ...day.slice(1)]), ...hours('2022-02-01', day)),
    { zone },
  );
  assert.deepEqual(
    items.map((item) => ('line' in item ? item.line.start : `${item.rejected.code} ${item.rejected.where}`)),
    ['DECIMAL_INVALID row 5, column USAGE', '2022-02-01'],
  );
});

test('readings of one time: twice the same counts once, two that differ are refused; negative ones too', async () => {
  const day = Array.from({ length: 24 }, () => '1');
  const twice = lines(await readText(readings(...hours('2022-01-01', day), ...hours('2022-01-01', day)), { zone }));
  assert.equal(twice[0]?.quantity, '24');
  assert.match(messages(twice[0]).join('\n'), /READINGS_REPEATED/);
  const differ = await readText(readings(...hours('2022-01-01', day), ...hours('2022-01-01', ['2', ...day.slice(1)])), {
    zone,
  });
  assert.ok(differ[0] !== undefined && 'rejected' in differ[0]);
  const net = await readText(readings(...hours('2022-01-01', ['-1', ...day.slice(1)])), { zone });
  assert.ok(net[0] !== undefined && 'rejected' in net[0] && net[0].rejected.code === 'QUANTITY_NEGATIVE');
});

test('a reading at a time that the zone does not have shows that the zone is wrong', async () => {
  // 13 March 2022, 02:00 does not exist in Los Angeles; in Phoenix it does.
  const day = Array.from({ length: 24 }, () => '1');
  const file = readings(...hours('2022-03-13', day));
  const [bad] = await readText(file, { zone });
  assert.ok(bad !== undefined && 'rejected' in bad && /does not exist in the zone/.test(bad.rejected.message));
  assert.equal(lines(await readText(file, { zone: 'America/Phoenix' }))[0]?.quantity, '24');
});

test('gas by the day, over the days on which the clock changes', async () => {
  const rows = ['2022-03-12', '2022-03-13', '2022-03-14'].map(
    (date) => `Natural gas usage,${date},00:00,23:59,1.5,therms,,`,
  );
  const [line] = lines(await readText(readings(...rows), { zone }));
  assert.deepEqual(
    [line?.quantity, line?.unit, line?.start, line?.end, messages(line).length],
    ['4.5', 'therm', '2022-03-12', '2022-03-15', 1],
  );
});

test('an amount with a thousands comma and no quotation marks is refused, also where the row keeps its length', async () => {
  const head = 'TYPE,START DATE,END DATE,USAGE (kWh),COST,NOTES';
  const file = (...rows: string[]) => `${PREAMBLE}${[head, ...rows].join('\n')}\n`;
  const split = 'Electric billing,2022-02-01,2022-02-28,1,234.50,$2.00';
  const items = await readText(file('Electric billing,2022-01-01,2022-01-31,900.00,$2.00', split));
  assert.deepEqual(
    items.map((item) => ('line' in item ? item.line.quantity : item.rejected.code)),
    ['900', 'ROW_INVALID'],
  );
  const longer = await readText(file('Electric billing,2022-01-01,2022-01-31,900.00,$2.00,', `${split},`));
  assert.deepEqual(
    longer.map((item) => ('line' in item ? item.line.quantity : item.rejected.code)),
    ['900', 'ROW_INVALID'],
  );
});
