// Lines that cannot be right beside the meter's others: exchanged units, and single days between two bills.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, test } from 'node:test';
import type { UseCaseResult } from '../../src/node/index.ts';
import { billFile, type Call, type Channel, newChannel, onNode, temporaryFolder } from '../support/nodes.ts';

type Recorded = UseCaseResult<'record'>;
const folder = temporaryFolder();
let files = 0;
const file = (rows: readonly string[]): string => {
  files += 1;
  return billFile(join(folder, `${files}.csv`), rows);
};
const row = (meter: string, start: string, end: string, amount: string, unit = 'kWh', convention = 'exclusive') =>
  `${meter},electricity,${start},${end},${convention},${amount},${unit},DE`;
const told = ({ lines }: Recorded, code: string) =>
  lines.flatMap(({ where, warnings }) =>
    warnings.filter((one) => one.code === code).map(({ message }) => `${where}: ${message}`),
  );
const dryRun = (call: Call, rows: readonly string[], more: object = {}): Promise<Recorded> =>
  call('record', { files: [file(rows)], read: {}, dryRun: true, ...more });

let channel: Channel;
before(async () => {
  channel = await newChannel();
});

test('a line that is out by a thousand beside the meter’s others is told, with the units that may have been exchanged', async () => {
  await onNode(channel.acme, async (call) => {
    const answer = await dryRun(call, [
      // 31,000 kWh in 31 days, 28 MWh in 28 days; then 31,000 "MWh".
      row('P-1', '2022-01-01', '2022-02-01', '31000'),
      row('P-1', '2022-02-01', '2022-03-01', '28', 'MWh'),
      row('P-1', '2022-03-01', '2022-04-01', '31000', 'MWh'),
      row('P-1', '2022-04-01', '2022-05-01', '30000'),
      // Another meter, of which the first line is the odd one; a season is none.
      row('P-2', '2022-01-01', '2022-02-01', '3100000'),
      row('P-2', '2022-02-01', '2022-03-01', '2800'),
      row('P-2', '2022-03-01', '2022-04-01', '3100'),
      row('P-2', '2022-04-01', '2022-05-01', '60'),
      row('P-2', '2022-05-01', '2022-06-01', '0'),
    ]);
    assert.deepEqual(
      told(answer, 'USAGE_IMPLAUSIBLE').map((text) => text.replace(/:.*? a day is /, ': ').replace(/ \(.*/, '')),
      [
        'row 4: 1,000 times what the same meter has in row 3',
        'row 7: one 1,000th of what the same meter has in row 6',
        'row 8: one 1,000th of what the same meter has in row 6',
      ],
    );
    assert.match(
      told(answer, 'USAGE_IMPLAUSIBLE')[0] ?? '',
      /1,000,000 kWh a day .*\(1,000 kWh a day\): Wh, kWh and MWh/,
    );
  });
});

test('a year of amounts that only grow is told: a register or a running total', async () => {
  const months = Array.from({ length: 13 }, (_, at) => new Date(Date.UTC(2022, at, 1)).toISOString().slice(0, 10));
  const bills = (meter: string, amount: (at: number) => number) =>
    months.slice(1).map((end, at) => row(meter, months[at] as string, end, String(amount(at))));
  await onNode(channel.acme, async (call) => {
    const grows = bills('P-8', (at) => 10_000 + 310 * at);
    assert.match(
      told(await dryRun(call, grows), 'USAGE_IMPLAUSIBLE').join(),
      /^row 13: the amounts of 12 bills .* only ever grow/,
    );
    assert.match(told(await dryRun(call, grows.toReversed()), 'USAGE_IMPLAUSIBLE').join(), /^row 13: /);
    const seasons = await dryRun(
      call,
      bills('P-9', (at) => 10_000 + 310 * Math.abs(6 - at)),
    );
    assert.deepEqual(told(seasons, 'USAGE_IMPLAUSIBLE'), []);
  });
});

test('a meter number that a spreadsheet took the leading zeros of is told', async () => {
  await onNode(channel.acme, async (call) => {
    const answer = await dryRun(call, [
      row('00471', '2022-01-01', '2022-02-01', '5'),
      row('471', '2022-02-01', '2022-03-01', '5'),
      row('A471', '2022-02-01', '2022-03-01', '5'),
    ]);
    assert.match(told(answer, 'METER_OTHER_UTILITY').join('\n'), /^row 3: .*other leading zeros[^\n]*$/);
  });
});

test('earlier records of the meter are asked too', async () => {
  await onNode(channel.acme, async (call) => {
    const first = file([
      row('P-3', '2022-01-01', '2022-02-01', '3100'),
      row('P-3', '2022-02-01', '2022-03-01', '2800'),
    ]);
    await call('record', { files: [first], read: {} });
    const answer = await dryRun(call, [row('P-3', '2022-03-01', '2022-04-01', '3100000')]);
    assert.match(
      told(answer, 'USAGE_IMPLAUSIBLE')[0] ?? '',
      /row 2: 100,000 kWh a day is 1,000 times .*last 2 records/,
    );
    const usual = await dryRun(call, [row('P-3', '2022-03-01', '2022-04-01', '3500')]);
    assert.deepEqual(told(usual, 'USAGE_IMPLAUSIBLE'), []);
    const gap = await dryRun(call, [row('P-3', '2022-03-02', '2022-04-01', '3500')]);
    assert.match(told(gap, 'DAY_BETWEEN_BILLS')[0] ?? '', /2022-03-01 is in neither this bill nor record [0-9a-f]{12}/);
  });
});

test('an amount that no meter shows is told without any other line', async () => {
  await onNode(channel.acme, async (call) => {
    const answer = await dryRun(call, [
      // 1 TWh in a month is 33 GWh a day; 500 GWh are 17.
      row('P-4', '2022-04-01', '2022-05-01', '1000', 'GWh'),
      row('P-5', '2022-04-01', '2022-05-01', '500', 'GWh'),
    ]);
    assert.deepEqual(
      told(answer, 'USAGE_IMPLAUSIBLE').map((text) => text.slice(0, 30)),
      ['row 2: 33,300,000 kWh a day is'],
    );
  });
});

test('inclusive end dates that are read as exclusive leave single days out: both readings are told', async () => {
  await onNode(channel.acme, async (call) => {
    const months = [
      ['2022-01-01', '2022-01-31'],
      ['2022-02-01', '2022-02-28'],
      ['2022-03-01', '2022-03-31'],
    ] as const;
    const rows = (convention: string) => months.map(([start, end]) => row('P-6', start, end, '310', 'kWh', convention));
    const exclusive = await dryRun(call, rows('exclusive'));
    assert.deepEqual(told(exclusive, 'DAY_BETWEEN_BILLS'), [
      'row 3: 2022-01-31 is in neither this bill nor row 2 of the same meter: with end dates taken as exclusive the earlier bill is 2022-01-01 to 2022-01-30; if they are the last day billed (inclusive) it is 2022-01-01 to 2022-01-31, and no day is missing',
      'row 4: 2022-02-28 is in neither this bill nor row 3 of the same meter: with end dates taken as exclusive the earlier bill is 2022-02-01 to 2022-02-27; if they are the last day billed (inclusive) it is 2022-02-01 to 2022-02-28, and no day is missing',
    ]);
    // Newest first.
    assert.equal(told(await dryRun(call, rows('exclusive').toReversed()), 'DAY_BETWEEN_BILLS').length, 2);
    assert.deepEqual(told(await dryRun(call, rows('inclusive')), 'DAY_BETWEEN_BILLS'), []);
  });
});

test('the warnings of lines that are not held reach the history of the import', async () => {
  await onNode(channel.acme, async (call) => {
    const rows = [
      row('P-7', '2022-01-01', '2022-02-01', '3100'),
      row('P-7', '2022-02-01', '2022-03-01', '2800'),
      row('P-7', '2022-03-01', '2022-04-01', '3100000'),
    ];
    const answer = await call('record', { files: [file(rows)], read: {}, heldLines: 1 });
    const shown = await call('showImport', { import: answer.files[0]?.import as string });
    assert.deepEqual(
      shown.lines.map(({ warnings }) => (warnings ?? []).map(({ code }) => code)),
      [[], [], ['USAGE_IMPLAUSIBLE']],
    );
  });
});

test('a row that names its own place is not given the time zone of the file’s place', async () => {
  await onNode(channel.acme, async (call) => {
    const rows = [row('Z-1', '2023-01-01', '2023-02-01', '5')];
    const { lines } = await call('record', { files: [file(rows)], read: { place: { zip: '94105' } } });
    const { record } = await call('show', { record: lines[0]?.recordId as string });
    assert.deepEqual([record.place.country, record.zone], ['DE', 'Europe/Berlin']);
  });
});
