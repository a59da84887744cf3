// A folder of bills, and a watched one: real processes, real files.
import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import type { UseCaseResult } from '../../src/node/index.ts';
import { answerOf, command, finished, jsonCommand, refusalOf, startCommand } from '../support/command.ts';
import { billFile, newChannel, temporaryFolder } from '../support/nodes.ts';

interface Told {
  readonly event: string;
  readonly lines?: number;
  readonly rejected?: number;
  readonly error?: { readonly code: string };
}

/** A watch in a process of its own; `until` waits for what it tells. */
function startWatch(
  t: TestContext,
  args: readonly string[],
): { child: ChildProcess; until: (found: (all: Told[]) => boolean) => Promise<Told[]> } {
  const child = startCommand([...args, '--json']);
  t.after(() => child.kill('SIGKILL'));
  const all: Told[] = [];
  let look: () => void = () => undefined;
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  lines.on('line', (line) => {
    all.push(JSON.parse(line) as Told);
    look();
  });
  return {
    child,
    until: (found) =>
      new Promise((resolve, reject) => {
        look = () => {
          if (found(all)) resolve(all);
        };
        lines.once('close', () => reject(new Error(`it ended: ${JSON.stringify(all)}`)));
        look();
      }),
  };
}

const count = (all: readonly Told[], event: string): number => all.filter((one) => one.event === event).length;
const row = (meter: string, month: number, quantity = '100', unit = 'kWh'): string =>
  `${meter},electricity,2023-0${month}-01,2023-0${month + 1}-01,exclusive,${quantity},${unit},DE`;

test('a watched folder: recorded files are done, bad ones refused with the reasons, the rest is left alone', async (t) => {
  const { acme } = await newChannel();
  const folder = temporaryFolder();
  const aside = temporaryFolder();
  billFile(join(folder, 'one-4711.csv'), [row('W-1', 1)]);
  billFile(join(folder, '.hidden.csv'), [row('W-9', 1)]);
  billFile(join(folder, 'two.csv.part'), [row('W-2', 1)]);
  symlinkSync(billFile(join(aside, 'linked.csv'), [row('W-8', 1)]), join(folder, 'link.csv'));
  mkdirSync(join(folder, 'documents'));
  const { child, until } = startWatch(t, ['record', acme, '--watch', folder]);
  const ended = finished(child);
  await until((all) => count(all, 'recorded') === 1 && count(all, 'ignored') === 1);

  const second = await refusalOf(['record', acme, '--watch', folder]);
  assert.deepEqual([second.code, second.exit], ['FOLDER_WATCHED', 3]);

  renameSync(billFile(join(aside, 'bad.csv'), [row('W-3', 1), row('W-3', 2, '')]), join(folder, 'bad.csv'));
  renameSync(join(folder, 'two.csv.part'), join(folder, 'two.csv'));
  writeFileSync(join(folder, 'one-again.csv'), readFileSync(join(folder, 'done', 'one-4711.csv')));
  const all = await until(
    (told) => count(told, 'recorded') === 2 && count(told, 'refused') === 1 && count(told, 'duplicate') === 1,
  );
  child.kill('SIGTERM');
  const { code, stderr } = await ended;
  assert.deepEqual([code, stderr], [0, '']);
  assert.equal(all.at(-1)?.event, 'stopped');
  assert.equal(JSON.stringify(all).includes('4711'), false, 'a log holds the name of a file');
  assert.deepEqual(readdirSync(join(folder, 'done')).sort(), ['one-4711.csv', 'one-again.csv', 'two.csv']);
  assert.deepEqual(readdirSync(join(folder, 'refused')).sort(), ['bad.csv', 'bad.csv.reasons.txt']);
  assert.match(
    readFileSync(join(folder, 'refused', 'bad.csv.reasons.txt'), 'utf8'),
    /row 3, column quantity: QUANTITY_BLANK/,
  );
  assert.deepEqual(
    readdirSync(folder)
      .filter((name) => !['.uec-watch', 'done', 'refused', 'documents'].includes(name))
      .sort(),
    ['.hidden.csv', 'link.csv'],
  );
  const { items } = await answerOf<UseCaseResult<'records'>>(['records', acme]);
  assert.equal(items.length, 2);
});

test('killed after a file was recorded, the next watch moves it; good lines of a partial file, then the mended ones', async (t) => {
  const { acme } = await newChannel();
  const folder = temporaryFolder();
  // As a kill between recording and moving leaves it.
  await answerOf(['record', acme, billFile(join(folder, 'left.csv'), [row('P-1', 1)])]);
  billFile(join(folder, 'part.csv'), [row('P-2', 1), row('P-2', 2, '5', 'ton')]);
  const { child, until } = startWatch(t, ['record', acme, '--watch', folder, '--partial']);
  const ended = finished(child);
  const first = await until((all) => count(all, 'recorded') === 1 && count(all, 'duplicate') === 1);
  const part = first.find(({ event }) => event === 'recorded');
  assert.deepEqual([part?.lines, part?.rejected], [1, 1]);
  const errors = join(folder, 'refused', 'part.csv.errors.csv');
  writeFileSync(errors, readFileSync(errors, 'utf8').replace('5,ton', '5,MWh'));
  renameSync(errors, join(folder, 'mended.csv'));
  await until((all) => count(all, 'recorded') === 2);
  child.kill('SIGINT');
  assert.equal((await ended).code, 0);
  const { items } = await answerOf<UseCaseResult<'imports'>>(['imports', 'list', acme]);
  const [mended, partial] = items;
  assert.deepEqual([mended?.mends, mended?.totals?.kWh], [partial?.id, '5000']);
  assert.deepEqual(readdirSync(join(folder, 'done')).sort(), ['left.csv', 'mended.csv', 'part.csv']);
});

test('a folder of bills: each file by itself, one that is refused keeps no other back', async () => {
  const { acme } = await newChannel();
  const folder = temporaryFolder();
  billFile(join(folder, 'a.csv'), [row('F-1', 1)]);
  billFile(join(folder, 'b.csv'), [row('F-2', 1), row('F-1', 1)]);
  billFile(join(folder, 'c.csv'), [row('F-2', 1)]);
  writeFileSync(join(folder, 'd.txt'), 'notes\n');
  type Answer = UseCaseResult<'record'> & { readonly names: readonly string[] };
  for (const dry of [true, false]) {
    const { code, answer } = await jsonCommand<Answer>(['record', acme, folder, ...(dry ? ['--dry-run'] : [])]);
    assert.equal(code, 2);
    assert.deepEqual(answer.names, ['a.csv', 'b.csv', 'c.csv', 'd.txt']);
    const states = answer.files.map(({ state, lines, error }) => [state, lines, error?.code ?? null]);
    // In a dry run every line is shown that could be recorded; b.csv as a whole could not.
    assert.deepEqual(states, [
      [dry ? 'checked' : 'recorded', 1, null],
      ['refused', 0, 'FILE_REFUSED'],
      [dry ? 'checked' : 'recorded', 1, null],
      ['refused', 0, 'FILE_KIND_UNKNOWN'],
    ]);
  }
  const again = await command(['record', acme, folder]);
  assert.match(again.stdout, /duplicate {3}a\.csv {2}FILE_DUPLICATE/);
});

test('options that do not go together are refused', async () => {
  const { acme } = await newChannel();
  const folder = temporaryFolder();
  const file = billFile(join(folder, 'x.csv'), [row('X-1', 1)]);
  for (const args of [[], [file, '--watch', folder], ['--watch', folder, '--dry-run'], [file, '--partial']]) {
    const refusal = await refusalOf(['record', acme, ...args]);
    assert.deepEqual([refusal.code, refusal.exit], ['OPTION_INVALID', 2], args.join(' '));
  }
  const absent = await refusalOf(['record', acme, '--watch', join(folder, 'absent')]);
  assert.equal(absent.code, 'FILE_UNREADABLE');
});
