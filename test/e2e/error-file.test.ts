// Rows that were left out: mended in the error file and sent in again, they become the records that they would have been.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { UseCaseResult } from '../../src/node/index.ts';
import { answerOf, command, finished, refusalOf, startCommand } from '../support/command.ts';
import { newChannel, onNode, temporaryFolder } from '../support/nodes.ts';

type Recorded = UseCaseResult<'record'>;
const folder = temporaryFolder();

/** What a record says, but for what differs between two nodes: its meter's pseudonym, its evidence and its time. */
async function recordsOf(node: string): Promise<unknown[]> {
  return onNode(node, async (call) => {
    const { items } = await call('records', {});
    const shown = await Promise.all(items.map(({ id }) => call('show', { record: id })));
    return shown
      .map(({ record, meter }) => {
        const { meter: _meter, evidence: _evidence, owner: _owner, ...rest } = record;
        return { ...rest, meter };
      })
      .toSorted((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
  });
}

/** Records a good file; and in another node the same with a fault, mended in the error file and sent in with nothing but `again`. */
async function roundTrip(
  name: string,
  good: string,
  [fault, mended]: readonly [RegExp, readonly [RegExp, string]],
  options: readonly string[],
  again: readonly string[] = [],
): Promise<string> {
  const [first, second] = [await newChannel(), await newChannel()];
  const right = join(folder, `${name}.csv`);
  writeFileSync(right, good);
  await answerOf<Recorded>(['record', first.acme, right, ...options]);

  const wrong = join(folder, `${name}-wrong.csv`);
  const errors = join(folder, `${name}-errors.csv`);
  writeFileSync(
    wrong,
    good.replace(fault, (text) => text.replace(/[\d.]+$/, '')),
  );
  const partial = await command(['record', second.acme, wrong, ...options, '--errors', errors]);
  assert.equal(partial.code, 2, partial.stdout + partial.stderr);
  const text = readFileSync(errors, 'utf8');
  const [from, to] = mended;
  assert.match(text, from, name);
  writeFileSync(errors, text.replace(from, to));
  await answerOf<Recorded>(['record', second.acme, errors, ...again]);
  assert.deepEqual(await recordsOf(second.acme), await recordsOf(first.acme), name);
  return partial.stdout;
}

test('what was told by options stands in the error file: sent in without them, the rows become the same records', async () => {
  const options = ['--zip', '94105', '--unit', 'kWh', '--commodity', 'electricity', '--end-convention', 'inclusive'];
  const names = ['--utility-name', 'Sample Power', '--account', 'A-1', '--zone', 'America/Los_Angeles'];
  await roundTrip(
    'plain',
    'Meter,Start,End,Quantity\nM-1,2022-01-01,2022-01-31,100\nM-1,2022-02-01,2022-02-28,200\n',
    [/2022-02-28,200/, [/2022-02-28,,/, '2022-02-28,200,']],
    [...options, ...names],
  );
  // A row of another country takes nothing of the file's place; one that names its ZIP takes nothing but that.
  await roundTrip(
    'places',
    'meter,start,end,quantity,country,zip\nM-1,2022-01-01,2022-01-31,100,DE,\nM-2,2022-01-01,2022-01-31,200,,10001\nM-3,2022-01-01,2022-01-31,300,,\n',
    [/2022-01-31,300/, [/2022-01-31,,/, '2022-01-31,300,']],
    options,
  );
  await roundTrip(
    'another-country',
    'meter,start,end,quantity,country,zip\nM-2,2022-01-01,2022-01-31,200,,10001\nM-1,2023-01-01,2023-01-31,100,DE,\n',
    [/2023-01-31,100/, [/2023-01-31,,/, '2023-01-31,100,']],
    options,
  );
});

test('a row of a foreign table keeps the place of the file; an option that no column holds is named', async () => {
  const bill = (start: string, end: string, amount: string) => `Electric billing,${start},${end},${amount},kWh,$1,`;
  const table = `Name,X\nAccount Number,42\n\nTYPE,START DATE,END DATE,USAGE,UNITS,COST,NOTES\n${[
    bill('2022-01-01', '2022-01-31', '100'),
    bill('2022-02-01', '2022-02-28', '200'),
    bill('2022-03-01', '2022-03-31', '300'),
  ].join('\n')}\n`;
  const said = await roundTrip(
    'foreign',
    table,
    [/2022-03-31,300/, [/inclusive,,,kWh/, 'inclusive,,300,kWh']],
    ['--zip', '94105', '--gwp', 'AR5'],
    ['--gwp', 'AR5'],
  );
  assert.match(said, /mend the cells and record that file, again with --gwp AR5/);
});

test('the error file is there before the first line is recorded', async () => {
  const { acme } = await newChannel();
  const file = join(folder, 'long.csv');
  const errors = join(folder, 'long-errors.csv');
  const day = (at: number) => new Date(Date.UTC(2021, 0, 1 + at)).toISOString().slice(0, 10);
  const rows = Array.from({ length: 900 }, (_, at) => `K-1,electricity,${day(at)},${day(at + 1)},exclusive,1,kWh,DE`);
  writeFileSync(
    file,
    `meter,commodity,start,end,end_convention,quantity,unit,country\n${rows.join('\n')}\nK-2,electricity,2021-01-01,2021-02-01,exclusive,,kWh,DE\n`,
  );
  const log = join(acme, 'ledger', 'blocks.log');
  const before = statSync(log).size;
  const child = startCommand(['record', acme, file, '--errors', errors]);
  const ended = finished(child);
  let over = false;
  void ended.then(() => {
    over = true;
  });
  while (!over && statSync(log).size === before) await sleep(1);
  const isThere = existsSync(errors);
  child.kill('SIGKILL');
  await ended;
  assert.equal(isThere, true, 'something was recorded and the rows that were left out stood nowhere');
  assert.match(readFileSync(errors, 'utf8'), /K-2,.*QUANTITY_BLANK/);
});

test('a file of which every row was left out is on the list of imports, and stands in no later one’s way', async () => {
  const { acme } = await newChannel();
  const file = join(folder, 'Jane-Roe-4711.csv');
  const errors = join(folder, 'all-errors.csv');
  writeFileSync(
    file,
    'meter,commodity,start,end,quantity,unit,country\nA-1,electricity,2023-01-01,2023-02-01,5,kWh,DE\nA-1,electricity,2023-02-01,2023-02-28,6,kWh,DE\n',
  );
  // The wrong convention: both rows contradict it.
  const options = ['--end-convention', 'read-date'];
  // Without the option the same command would be refused; with it the file for the rows is written even now.
  const dry = await command(['record', acme, file, ...options, '--dry-run']);
  assert.match(dry.stdout, /row 2, column days, and so on to row 3, column days \(2 times\): ROW_INVALID/);
  assert.match(dry.stdout, /Nothing was written\. Mend what is named above/);
  const some = join(folder, 'one-bad-row.csv');
  writeFileSync(
    some,
    'meter,commodity,start,end,quantity,unit,country\nA-2,electricity,2023-01-01,2023-02-01,5,kWh,DE\nA-2,electricity,2023-02-01,2023-03-01,,kWh,DE\n',
  );
  const half = ['record', acme, some, '--end-convention', 'exclusive', '--dry-run'];
  assert.match((await command(half)).stdout, /the file would be refused whole: .*--errors FILE/);
  const told = await command([...half, '--errors', join(folder, 'half-errors.csv')]);
  assert.match(told.stdout, /Nothing was recorded\. To record it: the same command without --dry-run\.\n$/);
  const left = await command(['record', acme, file, ...options, '--errors', errors]);
  assert.equal(left.code, 2);
  const { items } = await answerOf<UseCaseResult<'imports'>>(['imports', 'list', acme]);
  assert.deepEqual(
    items.map(({ state, lines, rejected, file: name }) => [state, lines, rejected, name]),
    [['finished', 0, 2, null]],
  );
  const id = items[0]?.id as string;
  const { refusals } = await answerOf<UseCaseResult<'showImport'>>(['imports', 'show', acme, id]);
  assert.deepEqual(
    refusals.map(({ where, code }) => [where, code]),
    [
      ['row 2', 'ROW_INVALID'],
      ['row 3', 'ROW_INVALID'],
    ],
  );
  assert.match((await command(['imports', 'list', acme])).stdout, /every row was left out/);
  // Read rightly, the same file is no duplicate.
  const right = await answerOf<Recorded>(['record', acme, file, '--end-convention', 'shared-day']);
  assert.equal(right.totals.kWh, '11');
  assert.equal((await refusalOf(['record', acme, file, '--end-convention', 'shared-day'])).code, 'FILE_DUPLICATE');
});
