// Options of one command that go to many files: what each file took of them is told.
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { RecordAnswer, UseCaseResult } from '../../src/node/index.ts';
import { answerOf, command } from '../support/command.ts';
import { billFile, newChannel, samples, temporaryFolder } from '../support/nodes.ts';

test('one place for a folder: which lines took it is told file by file, of a PDF too, and stands with the import', async () => {
  const { acme } = await newChannel();
  const bills = join(temporaryFolder(), 'bills');
  mkdirSync(bills);
  const row = (meter: string, country: string) =>
    `${meter},electricity,2022-01-01,2022-02-01,exclusive,100,kWh,${country}`;
  billFile(join(bills, 'a.csv'), [row('A-1', ''), row('A-2', 'DE'), row('A-3', '')]);
  billFile(join(bills, 'b.csv'), [row('B-1', 'DE')]);
  copyFileSync(join(samples, 'pdf/us-electricity.pdf'), join(bills, 'c.pdf'));
  const options = ['--zip', '77002', '--unit', 'kwh'];
  const tried = await answerOf<RecordAnswer>(['record', acme, bills, '--dry-run', ...options]);
  const told = (answer: RecordAnswer) => answer.files.map(({ told: counts }) => counts);
  assert.deepEqual(told(tried), [{ place: 2, unit: 3 }, { unit: 1 }, { place: 1, unit: 1 }]);
  const { stdout } = await command(['record', acme, bills, '--dry-run', ...options]);
  assert.match(stdout, /checked {5}a\.csv {2}3 lines; by the options: place on 2 of 3 lines, unit\n/);
  assert.match(stdout, /checked {5}b\.csv {2}1 line; by the options: unit\n/);
  assert.match(
    stdout,
    /to confirm {2}c\.pdf {2}1 line; by the options: place, unit; compare it with the bill, then --confirm [0-9a-f]{64}\n/,
  );
  const single = await command(['record', acme, join(bills, 'a.csv'), ...options]);
  assert.match(single.stdout, /\n {2}by the options: place on 2 of 3 lines, unit\n/);
  const { items } = await answerOf<UseCaseResult<'imports'>>(['imports', 'list', acme]);
  assert.deepEqual(items[0]?.told, { place: 2, unit: 3 });
  const shown = await command(['imports', 'show', acme, items[0]?.id as string]);
  assert.match(shown.stdout, /\n {2}by options place on 2 of 3 lines, unit\n/);
  // Where everything stands in the file, nothing is told.
  const plain = await command(['record', acme, join(bills, 'b.csv')]);
  assert.doesNotMatch(plain.stdout, /by the options/);
});
