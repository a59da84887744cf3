import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type ErrorCode, isChannelError } from '../../emissions/index.ts';
import { steps } from '../toy-contract.conformance.ts';
import { createTestLedger, openTestLedger, testFolder } from './test-ledger.conformance.ts';
import { WorldState } from './world-state.ts';

const CHILD = fileURLToPath(import.meta.resolve('./full-disk-child.conformance.ts'));

test('a full disk refuses with DISK_FULL, changes nothing, and what still fits is taken', async () => {
  const { dir, remove } = testFolder();
  // 200 blocks of 1 KiB a file, as the shell counts.
  const script = 'ulimit -f 200; exec "$0" "$1" "$2"';
  const output = execFileSync('bash', ['-c', script, process.execPath, CHILD, dir], { encoding: 'utf8' });
  const { committed, refused, found } = JSON.parse(output) as Record<string, string[]>;
  assert.ok(committed?.some((key) => key.startsWith('fill/0/')) && committed.some((key) => key.startsWith('fill/1/')));
  assert.deepEqual(refused, ['DISK_FULL', 'DISK_FULL', 'DISK_FULL', 'DISK_FULL']);
  assert.deepEqual(found, committed);
  assert.ok(statSync(join(dir, 'blocks.log')).size <= 200 * 1024);
  const ledger = await openTestLedger(dir);
  assert.deepEqual(ledger.notices, []);
  const [after] = JSON.parse(await ledger.evaluate('steps', steps(['range', 'fill/', 'fill0']))) as [
    [string, string][],
  ];
  assert.deepEqual(
    after.map(([key]) => key),
    committed,
  );
  assert.deepEqual((await ledger.fsck()).faults, []);
  await ledger.close();
  remove();
});

test('a write that fails is taken back: nobody is acknowledged, the state is as before, the next block is written', async (context) => {
  const { dir, remove } = testFolder();
  const ledger = await createTestLedger(dir);
  await ledger.submit('steps', steps(['put', 'kept', '"v"']));
  const size = statSync(join(dir, 'blocks.log')).size;
  const handles = await handlePrototype(dir);
  const put = (key: string) => ledger.submit('steps', steps(['put', key, '"v"']));
  for (const [method, errno, code] of [
    ['datasync', 'ENOSPC', 'DISK_FULL'],
    ['datasync', 'EIO', 'LEDGER_UNAVAILABLE'],
    ['write', 'EDQUOT', 'DISK_FULL'],
  ] as const) {
    const fault = context.mock.method(handles, method, async () => {
      throw Object.assign(new Error(`${errno}: injected`), { code: errno });
    });
    const outcomes = await Promise.allSettled([
      put('lost/1'),
      put('lost/2'),
      ledger.submit('steps', steps(['refuse'])),
    ]);
    for (const outcome of outcomes) assertRefused(outcome, code);
    fault.mock.restore();
    assert.equal(statSync(join(dir, 'blocks.log')).size, size);
    assert.equal(await ledger.height(), 2);
    assert.equal(
      await ledger.evaluate('steps', steps(['getMany', ['kept', 'lost/1', 'lost/2']])),
      '[["\\"v\\"",null,null]]',
    );
  }
  assert.equal((await put('next')).height, 2);
  assert.deepEqual((await ledger.fsck()).faults, []);
  await ledger.close();
  remove();
});

test('a block costs one fdatasync, and nobody is answered before it is done', async (context) => {
  const { dir, remove } = testFolder();
  const ledger = await createTestLedger(dir);
  const handles = await handlePrototype(dir);
  const synced = Promise.withResolvers<void>();
  const { datasync } = handles;
  const fault = context.mock.method(handles, 'datasync', async function (this: unknown) {
    await synced.promise;
    return datasync.call(this);
  });
  let answered = 0;
  const put = (key: string) =>
    ledger.submit('steps', steps(['put', key, '"v"'])).then(() => {
      answered += 1;
    });
  const all = [put('a'), put('b'), assert.rejects(ledger.submit('steps', steps(['refuse'])))];
  while (fault.mock.callCount() === 0) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(answered, 0);
  assert.equal(await ledger.height(), 1);
  assert.equal(await ledger.evaluate('steps', steps(['get', 'a'])), '[null]');
  synced.resolve();
  await Promise.all(all);
  assert.equal(await ledger.height(), 2);
  await put('c');
  assert.equal(fault.mock.callCount(), 2);
  fault.mock.restore();
  await ledger.close();
  remove();
});

test('what ran while a failed block was being written fails with it', async (context) => {
  const { dir, remove } = testFolder();
  const ledger = await createTestLedger(dir);
  const handles = await handlePrototype(dir);
  const { datasync } = handles;
  const fault = context.mock.method(handles, 'datasync', async function (this: unknown) {
    if (fault.mock.callCount() === 0) throw Object.assign(new Error('EIO: injected'), { code: 'EIO' });
    return datasync.call(this);
  });
  // Each too large to share a block.
  const put = (key: string) => ledger.submit('steps', steps(['get', 'a'], ['put', key, `"${'v'.repeat(1_000_000)}"`]));
  const outcomes = await Promise.allSettled([put('a'), put('b'), put('c'), put('d')]);
  for (const outcome of outcomes.slice(0, 2)) assertRefused(outcome, 'LEDGER_UNAVAILABLE');
  const receipts = outcomes.slice(2).map((outcome) => outcome.status === 'fulfilled' && outcome.value.height);
  assert.deepEqual(receipts, [1, 2]);
  fault.mock.restore();
  const [found] = JSON.parse(await ledger.evaluate('steps', steps(['getMany', ['a', 'b', 'c', 'd']])));
  assert.deepEqual(
    found.map((value: string | null) => value !== null),
    [false, false, true, true],
  );
  assert.deepEqual((await ledger.fsck()).faults, []);
  assert.deepEqual((await ledger.replay()).faults, []);
  await ledger.close();
  remove();
});

test('a group that runs while a block is being written sees what the block writes', async () => {
  const { dir, remove } = testFolder();
  const ledger = await createTestLedger(dir);
  const large = `"${'v'.repeat(1_000_000)}"`;
  const put = (key: string, seen: string) => ledger.submit('steps', steps(['get', seen], ['put', key, large]));
  const chain = ['a', 'b', 'c', 'd', 'e'];
  const receipts = await Promise.all(chain.map((key, at) => put(key, chain[at - 1] ?? 'none')));
  assert.deepEqual(
    receipts.map(({ result }) => JSON.parse(result)[0] !== null),
    [false, true, true, true, true],
  );
  assert.deepEqual(
    receipts.map(({ height }) => height),
    [1, 2, 3, 4, 5],
  );
  assert.deepEqual((await ledger.replay()).faults, []);
  await ledger.close();
  remove();
});

test('a failed write that cannot be taken back closes the ledger to writing and says why', async (context) => {
  const { dir, remove } = testFolder();
  const ledger = await createTestLedger(dir);
  const handles = await handlePrototype(dir);
  const fail = async () => {
    throw Object.assign(new Error('EIO: injected'), { code: 'EIO' });
  };
  const faults = [context.mock.method(handles, 'datasync', fail), context.mock.method(handles, 'truncate', fail)];
  const put = (key: string) => ledger.submit('steps', steps(['put', key, '"v"']));
  await assert.rejects(put('a'), (error) => isChannelError(error, 'LEDGER_UNAVAILABLE'));
  for (const { mock } of faults) mock.restore();
  await assert.rejects(put('b'), (error) => {
    assert.ok(isChannelError(error, 'LEDGER_CLOSED'));
    assert.match(error.message, /EIO/);
    return true;
  });
  assert.equal(await ledger.evaluate('steps', steps(['getMany', ['a', 'b']])), '[[null,null]]');
  await ledger.close();
  remove();
});

test('a state file that cannot grow is named, and what was to be written stays in memory', (context) => {
  const { dir, remove } = testFolder();
  const state = WorldState.open(join(dir, 'state.db'));
  state.apply({
    height: 0,
    hash: 'a'.repeat(64),
    transactions: [{ id: 'b'.repeat(64), writes: new Map([['k', '"v"']]) }],
  });
  for (const [errcode, code] of [
    [13, 'DISK_FULL'],
    [11, 'STATE_CORRUPT'],
    [10, 'LEDGER_UNAVAILABLE'],
  ] as const) {
    const fault = context.mock.method(DatabaseSync.prototype, 'exec', () => {
      throw Object.assign(new Error('injected'), { errcode });
    });
    assert.throws(
      () => state.flush(),
      (error) => isChannelError(error, code) && error.details.where === 'state.db',
    );
    fault.mock.restore();
  }
  state.flush();
  assert.deepEqual([state.get('k'), state.writtenHeight], ['"v"', 1]);
  state.close();
  remove();
});

/** Where every file handle takes its methods from. */
async function handlePrototype(
  dir: string,
): Promise<Record<'datasync' | 'write' | 'truncate', () => Promise<unknown>>> {
  const handle = await open(dir, 'r');
  await handle.close();
  return Object.getPrototypeOf(handle);
}

function assertRefused(outcome: PromiseSettledResult<unknown>, code: ErrorCode): void {
  assert.ok(outcome.status === 'rejected' && isChannelError(outcome.reason, code));
  assert.equal(outcome.reason.details.where, 'blocks.log');
}
