// The node's records as a workbook for Portfolio Manager: written by the command, read back by it, and opened by another program.
// Expected rows and sums are worked out by hand from the bills below.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { type RecordAnswer, type UseCaseResult, useCases } from '../../src/node/index.ts';
import { answerOf, command, jsonCommand, refusalOf } from '../support/command.ts';
import { type Channel, newChannel, onNode, temporaryFolder } from '../support/nodes.ts';
import { serveNode } from '../support/served.ts';

type Exported = Omit<UseCaseResult<'exportUpload'>, 'workbook'> & {
  readonly file: string | null;
  readonly bytes: number | null;
};

const BILLS = `utility,meter,site,commodity,flow,start,end,end_convention,quantity,unit,read_basis,heat_content,heat_content_unit
Sample Power,E-1,Harbor Hall,electricity,delivered,2022-01-01,2022-01-31,inclusive,1200.5,kWh,actual,,
Sample Power,E-1,Harbor Hall,electricity,delivered,2022-02-01,2022-03-01,shared-day,1100,kWh,estimated,,
Sample Power,E-1,Harbor Hall,electricity,delivered,2022-03-01,2022-04-01,exclusive,950,kWh,actual,,
Sample Power,E-1,Harbor Hall,electricity,delivered,2022-04-01,2022-05-01,exclusive,800,kWh,actual,,
Sample Power,E-1,Harbor Hall,electricity,delivered,2022-05-01,2022-05-31,inclusive,777,kWh,actual,,
Sample Power,E-2,Mill,electricity,delivered,2022-06-01,2022-06-30,inclusive,10,MWh,calculated,,
Other Light,E-2,Annex,electricity,delivered,2022-07-01,2022-07-31,inclusive,20,kWh,actual,,
Sample Power,E-4,Mill,electricity,delivered,2022-08-01,2022-08-31,inclusive,1.25,GWh,actual,,
Sample Power,E-3,Mill,electricity,delivered,2022-06-01,2022-06-30,inclusive,33,kWh,actual,,
Sample Gas,G-1,Mill,natural-gas,delivered,2022-01-05,2022-02-04,inclusive,340,CCF,actual,,
Sample Gas,G-2,Mill,natural-gas,delivered,2022-03-01,2022-03-31,inclusive,100,CCF,actual,1.037,therm/CCF
Sample Water,W-1,,water,delivered,2022-01-01,2022-01-31,inclusive,12.25,m3,actual,,
Sample Power,S-1,Mill,electricity,self-consumed,2022-06-01,2022-06-30,inclusive,500,kWh,actual,,
Sample Power,S-1,Mill,electricity,exported,2022-06-01,2022-06-30,inclusive,120,kWh,actual,,
`;

/** Headings, then rows by site, number and first day: dates are the last days billed. */
const SHEET = [
  [
    'Meter ID (Pre-filled)',
    'Meter Consumption ID (Pre-filled)',
    'Portfolio Manager ID (Pre-filled)',
    'Property Name (Pre-filled)',
    'Meter Name (Pre-filled)',
    'Meter Type (Pre-filled)',
    'Start Date (Required)',
    'End Date (Required)',
    'Quantity (Required)',
    'Usage Units',
    'Cost ($)',
    'Estimation',
  ],
  ...(
    [
      [null, 'W-1', 'Municipally Supplied Potable Water - Mixed Indoor/Outdoor', '01-01', '01-31', 12.25, 'm3', 'No'],
      ['Annex', 'E-2 (Other Light)', 'Electric - Grid', '07-01', '07-31', 20, 'kWh', 'No'],
      ['Harbor Hall', 'E-1', 'Electric - Grid', '01-01', '01-31', 1200.5, 'kWh', 'No'],
      ['Harbor Hall', 'E-1', 'Electric - Grid', '02-01', '02-28', 1100, 'kWh', 'Yes'],
      ['Harbor Hall', 'E-1', 'Electric - Grid', '03-01', '03-31', 1950, 'kWh', 'No'],
      ['Harbor Hall', 'E-1', 'Electric - Grid', '04-01', '04-30', 900, 'kWh', 'No'],
      ['Mill', 'E-2 (Sample Power)', 'Electric - Grid', '06-01', '06-30', 10, 'MWh', 'No'],
      ['Mill', 'E-4', 'Electric - Grid', '08-01', '08-31', 1250, 'MWh', 'No'],
      ['Mill', 'G-1', 'Natural Gas', '01-05', '02-04', 340, 'CCF', 'No'],
      ['Mill', 'G-2', 'Natural Gas', '03-01', '03-31', 100, 'CCF', 'No'],
    ] as const
  ).map(([site, meter, type, start, end, quantity, unit, estimated]) => [
    ...[null, null, null, site, meter, type, `2022-${start}`, `2022-${end}`, quantity],
    ...[
      {
        kWh: 'kWh (thousand Watt-hours)',
        MWh: 'MWh (million Watt-hours)',
        CCF: 'ccf (hundred cubic feet)',
        m3: 'cm (Cubic meters)',
      }[unit],
      null,
      estimated,
    ],
  ]),
];

const SUMMARY = {
  rows: 10,
  records: 11,
  meters: 7,
  leftOut: [
    { what: 'energy that is exported: the record does not say whether it is solar or wind', records: 1 },
    { what: 'energy that is self-consumed: the record does not say whether it is solar or wind', records: 1 },
    { what: 'the meter is erased, and nothing names it any more', records: 1 },
  ],
  notes: [
    { what: 'a record and its adjustments are one entry with their sum', records: 2 },
    { what: 'amounts in GWh are written in MWh (million Watt-hours), exactly', records: 1 },
    { what: "another meter has the meter's number too: its utility stands beside it", records: 2 },
    { what: 'read basis calculated is written as not estimated: there is no other column', records: 1 },
    { what: 'the heat content of the bill has no column: Portfolio Manager uses its own', records: 1 },
    {
      what: 'water is entered as Municipally Supplied Potable Water - Mixed Indoor/Outdoor: change it where it is another',
      records: 1,
    },
  ],
};

const byWords = ({ leftOut, notes, ...rest }: Exported) => ({
  ...rest,
  leftOut: leftOut.toSorted((a, b) => (a.what < b.what ? -1 : 1)),
  notes: notes.toSorted((a, b) => (a.what < b.what ? -1 : 1)),
});

describe('export for Portfolio Manager', () => {
  const folder = temporaryFolder();
  const file = join(folder, 'upload.xlsx');
  let channel: Channel;

  before(async () => {
    channel = await newChannel();
    const bills = join(folder, 'bills.csv');
    writeFileSync(bills, BILLS);
    await onNode(channel.acme, async (call) => {
      const { lines } = await call('record', { files: [bills], read: { place: { zip: '94105' } } });
      const id = (at: number) => lines[at]?.recordId as string;
      await call('correct', { record: id(2), reason: 'misread', quantity: '1950' });
      await call('correct', { record: id(3), reason: 'misread', adjust: true, quantity: '100' });
      await call('void', { records: [id(4)], reason: 'entered-in-error' });
      const erased = (await call('meters', {})).find(({ number }) => number === 'E-3')?.pseudonym as string;
      await call('eraseMeter', { meter: erased, order: 'order 1', reason: 'request' });
    });
  });

  test('counts what it wrote, what it left out and why; the file is this user’s alone', async () => {
    const answer = await answerOf<Exported>(['export', channel.acme, '--portfolio-manager', file]);
    const { bytes, file: told, ...summary } = byWords(answer);
    assert.deepEqual(summary, SUMMARY);
    assert.deepEqual([told, bytes], [file, statSync(file).size]);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.deepEqual(readdirSync(folder).sort(), ['bills.csv', 'upload.xlsx']);
  });

  test('what is written reads back to the same days, kWh, amounts and flags', async () => {
    const back = await answerOf<RecordAnswer>(['record', channel.beta, file, '--zip', '94105', '--dry-run']);
    assert.deepEqual(back.rejected, []);
    const original = await onNode(channel.acme, (call) => call('records', { member: 'ACME', state: 'active' }));
    const flags = new Map(
      original.items.map((line) => [`${line.commodity} ${line.start} ${line.end} ${line.quantity}`, line.flags]),
    );
    const lines = back.lines.map((line) => {
      const { commodity, start, end, quantity, unit, kWh, energy, readBasis } = line;
      return { commodity, start, end, quantity, unit, energy: kWh ?? energy?.value, readBasis };
    });
    assert.deepEqual(lines.map(Object.values), [
      ['water', '2022-01-01', '2022-02-01', '12.25', 'm3', '12.25', 'actual'],
      ['electricity', '2022-07-01', '2022-08-01', '20', 'kWh', '20', 'actual'],
      ['electricity', '2022-01-01', '2022-02-01', '1200.5', 'kWh', '1200.5', 'actual'],
      ['electricity', '2022-02-01', '2022-03-01', '1100', 'kWh', '1100', 'estimated'],
      ['electricity', '2022-03-01', '2022-04-01', '1950', 'kWh', '1950', 'actual'],
      ['electricity', '2022-04-01', '2022-05-01', '900', 'kWh', '900', 'actual'],
      ['electricity', '2022-06-01', '2022-07-01', '10', 'MWh', '10000', 'actual'],
      ['electricity', '2022-08-01', '2022-09-01', '1250', 'MWh', '1250000', 'actual'],
      // 100 cubic feet of 0.001026 mmBtu each.
      ['natural-gas', '2022-01-05', '2022-02-05', '340', 'CCF', '34.884', 'actual'],
      ['natural-gas', '2022-03-01', '2022-04-01', '100', 'CCF', '10.26', 'actual'],
    ]);
    for (const { commodity, start, end, quantity, flags: read } of back.lines) {
      const known = flags.get(`${commodity} ${start} ${end} ${quantity}`);
      // In no record as they stand: a sum with an adjustment, an amount in another unit, gas without the heat content of its bill.
      if (quantity === '900' || quantity === '1250') assert.equal(known, undefined);
      else if (quantity === '100') assert.deepEqual(read, [...(known as string[]), 'heat-content-default'].sort());
      else assert.deepEqual(read, known, `${commodity} ${start}`);
    }
  });

  const python = spawnSync('python3', ['-c', 'import openpyxl']).status === 0;
  test('another program opens it and finds the cells', { skip: python ? false : 'needs python3 with openpyxl' }, () => {
    const script = `
import json, sys
from openpyxl import load_workbook
book = load_workbook(sys.argv[1])
assert book.sheetnames == ['Add Bills'], book.sheetnames
def shown(cell):
    if cell.is_date:
        assert (cell.value.hour, cell.value.minute) == (0, 0)
        return cell.value.strftime('%Y-%m-%d')
    return cell.value
print(json.dumps([[shown(cell) for cell in row] for row in book.active.iter_rows()]))`;
    const { stdout, stderr } = spawnSync('python3', ['-c', script, file], { encoding: 'utf8' });
    assert.equal(stderr, '');
    assert.deepEqual(JSON.parse(stdout), SHEET);
  });

  test('a file that stands there is not touched, unless it is to be replaced', async () => {
    const before_ = readFileSync(file);
    const refusal = await refusalOf(['export', channel.acme, '--portfolio-manager', file, '--year', '2022']);
    assert.deepEqual([refusal.code, refusal.where, refusal.exit], ['OPTION_INVALID', '--portfolio-manager', 2]);
    assert.deepEqual(readFileSync(file), before_);
    const again = await answerOf<Exported>(['export', channel.acme, '--portfolio-manager', file, '--overwrite']);
    assert.equal(again.rows, 10);
    // The same records are the same file.
    assert.deepEqual(readFileSync(file), before_);
    const link = join(folder, 'link.xlsx');
    symlinkSync(file, link);
    assert.equal(
      (await refusalOf(['export', channel.acme, '--portfolio-manager', link, '--overwrite'])).code,
      'OPTION_INVALID',
    );
    const nowhere = join(folder, 'none', 'a.xlsx');
    assert.equal((await refusalOf(['export', channel.acme, '--portfolio-manager', nowhere])).code, 'OPTION_INVALID');
  });

  test('a period narrows; with nothing to write there is no file', async () => {
    const spring = join(folder, 'spring.xlsx');
    const part = await answerOf<Exported>([
      ...['export', channel.acme, '--portfolio-manager', spring, '--from', '2022-03-01', '--to', '2022-05-01'],
    ]);
    assert.deepEqual([part.rows, part.records, part.leftOut], [3, 4, []]);
    const none = join(folder, 'none.xlsx');
    const { code, answer } = await jsonCommand<Exported>([
      ...['export', channel.acme, '--portfolio-manager', none, '--year', '2019'],
    ]);
    assert.deepEqual([code, answer.rows, answer.file], [4, 0, null]);
    assert.ok(!readdirSync(folder).includes('none.xlsx'));
    const turned = ['export', channel.acme, '--portfolio-manager', none, '--from', '2022-05-01', '--to', '2022-05-01'];
    assert.equal((await refusalOf(turned)).code, 'PERIOD_INVALID');
    assert.equal((await refusalOf(['export', channel.acme])).code, 'OPTION_INVALID');
  });

  test('stopped on request, it ends at once and gives nothing', async () => {
    const stopped = onNode(channel.acme, (_, node) =>
      useCases.exportUpload(node, {}, () => undefined, AbortSignal.abort()),
    );
    await assert.rejects(stopped, { code: 'CANCELLED' });
  });

  test('through a node that is served, the same file; the meters stay out of its log', async () => {
    const served = await serveNode(channel.acme);
    try {
      const other = join(folder, 'served.xlsx');
      const answer = await answerOf<Exported>(['export', channel.acme, '--portfolio-manager', other]);
      assert.equal(answer.rows, 10);
      assert.deepEqual(readFileSync(other), readFileSync(file));
      const { stdout } = await command(['export', channel.acme, '--portfolio-manager', other, '--overwrite']);
      assert.match(stdout, /^11 records of 7 meters in 10 rows: .*served\.xlsx\nLeft out:\n {2}1 record: /);
    } finally {
      await served.stop();
    }
    assert.doesNotMatch(served.log(), /Harbor|E-1|Sample Power/);
  });
});
