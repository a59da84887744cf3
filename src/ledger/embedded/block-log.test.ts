import assert from 'node:assert/strict';
import { copyFileSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { isChannelError } from '../../emissions/index.ts';
import { steps } from '../toy-contract.conformance.ts';
import { BlockLog } from './block-log.ts';
import { checkChain } from './log-check.ts';
import { createTestLedger, openTestLedger, testFolder } from './test-ledger.conformance.ts';

suite('the log on disk', () => {
  const { dir, remove } = testFolder();
  after(remove);
  const source = join(dir, 'blocks.log');
  const copy = join(dir, 'copy', 'blocks.log');
  let bytes: Buffer;
  /** Offsets of the blocks, and the end. */
  let bounds: number[];

  before(async () => {
    const ledger = await createTestLedger(dir);
    await ledger.submit('steps', steps(['put', 'a', '"1"'], ['emit', 'Put', '{}']));
    // Two transactions in one block.
    await Promise.all([
      ledger.submit('steps', steps(['put', 'b', '"2"'])),
      ledger.submit('steps', steps(['put', 'c', '"3"'], ['delete', 'a'])),
    ]);
    assert.equal(await ledger.height(), 3);
    await ledger.close();
    bytes = readFileSync(source);
    const { log } = await BlockLog.open(source);
    bounds = [0, 1, 2, 3].map((height) => log.offsetOf(height));
    await log.close();
    const copied = await createTestLedger(join(dir, 'copy'));
    await copied.close();
  });

  async function check(log: BlockLog) {
    const report = await checkChain(log.frames(0, log.height), { channel: 'test', height: log.height });
    return (await log.isFramed()) ? report.faults.map(({ where }) => where) : ['byte 0'];
  }

  /** Faults of a log whose bytes were changed before it was opened; `undefined` when nothing was found. */
  async function openAndCheck(): Promise<string[]> {
    try {
      const { log, torn } = await BlockLog.open(copy);
      try {
        assert.equal(torn, undefined, 'a changed bit is never taken for a torn tail');
        return await check(log);
      } finally {
        await log.close();
      }
    } catch (error) {
      assert.ok(isChannelError(error, 'LEDGER_CORRUPT'), String(error));
      return [String(error.details.where)];
    }
  }

  function assertPlace(where: string | undefined, at: number): void {
    const height = bounds.findLastIndex((bound) => bound <= at);
    if (height === -1) {
      assert.equal(where, 'byte 0');
      return;
    }
    const [, block, byte] = /^block (\d+), byte (\d+)$/.exec(String(where)) ?? [];
    assert.equal(Number(block), height, `byte ${at} is in block ${height}, found ${where}`);
    const start = bounds[height] as number;
    assert.ok(Number(byte) >= start && Number(byte) < (bounds[height + 1] as number), `byte ${at}, found ${where}`);
  }

  test('untouched, it has no fault', async () => {
    writeFileSync(copy, bytes);
    assert.deepEqual(await openAndCheck(), []);
  });

  test('a flipped bit in any byte, there when the log is opened, is found in its block; nothing is cut', async () => {
    writeFileSync(copy, bytes);
    const file = await open(copy, 'r+');
    for (let at = 0; at < bytes.length; at += 1) {
      await file.write(Buffer.of((bytes[at] as number) ^ (1 << (at % 8))), 0, 1, at);
      const [where] = await openAndCheck();
      assertPlace(where, at);
      assert.equal(statSync(copy).size, bytes.length);
      await file.write(bytes, at, 1, at);
    }
    await file.close();
  });

  test('a flipped bit in the open log is found in its block, and only there', async () => {
    writeFileSync(copy, bytes);
    const { log } = await BlockLog.open(copy);
    const file = await open(copy, 'r+');
    for (let at = 0; at < bytes.length; at += 5) {
      await file.write(Buffer.of((bytes[at] as number) ^ (1 << ((at + 3) % 8))), 0, 1, at);
      const places = await check(log);
      assert.equal(places.length, 1, `byte ${at}: ${places.join('; ')}`);
      assertPlace(places[0], at);
      await file.write(bytes, at, 1, at);
    }
    await file.close();
    await log.close();
  });

  test('the arguments, the signature and the signed header of a transaction are told apart', async () => {
    const args = bytes.indexOf('["put","b"');
    const header = bytes.indexOf('"nonce":"', bounds[2]);
    for (const [at, code, message] of [
      [args + 3, 'LEDGER_CORRUPT', /arguments of transaction 0/],
      [header + 12, 'SIGNATURE_INVALID', /signature of transaction 0/],
    ] as const) {
      const changed = Buffer.from(bytes);
      // Another hex digit, so that the header's shape stays right.
      changed[at] = changed[at] === 0x30 ? 0x31 : 0x30;
      writeFileSync(copy, changed);
      const { log } = await BlockLog.open(copy);
      const report = await checkChain(log.frames(0, 3), { channel: 'test', height: 3 });
      assert.equal(report.faults[0]?.code, code);
      assert.match(String(report.faults[0]?.message), message);
      await log.close();
    }
  });

  test('a tail torn at any byte of the last block is cut and said; the blocks before it stay', async () => {
    const [, , last, end] = bounds as [number, number, number, number];
    for (let cut = last; cut < end; cut += 1) {
      writeFileSync(copy, bytes.subarray(0, cut));
      const { log, torn } = await BlockLog.open(copy);
      assert.equal(log.height, 2);
      assert.deepEqual(torn && [torn.offset, torn.bytes], cut === last ? undefined : [last, cut - last]);
      assert.equal(statSync(copy).size, last);
      await log.close();
    }
  });

  test('a tail that grew before its data came, at any byte, is cut and said', async () => {
    const [, , last, end] = bounds as [number, number, number, number];
    // Where data ends inside the hash's last eight bytes nothing tells it from a damaged block: see the next test.
    for (let cut = last; cut <= end - 8; cut += 1) {
      for (const grown of cut % 10 === 0 ? [end, end + 5000] : [end]) {
        const padded = Buffer.alloc(grown);
        bytes.copy(padded, 0, 0, cut);
        writeFileSync(copy, padded);
        const { log, torn } = await BlockLog.open(copy);
        assert.equal(log.height, 2, `data up to byte ${cut} of ${grown}`);
        assert.equal(torn?.offset, last);
        await log.close();
      }
    }
  });

  test('zeros after the last block are cut, the block is not', async () => {
    writeFileSync(copy, Buffer.concat([bytes, Buffer.alloc(4096)]));
    const { log, torn } = await BlockLog.open(copy);
    assert.equal(log.height, 3);
    assert.deepEqual([torn?.offset, torn?.bytes], [bytes.length, 4096]);
    await log.close();
  });

  test('a last block that is whole but damaged is corruption: the ledger refuses to open and cuts nothing', async () => {
    const changed = Buffer.from(bytes);
    changed[changed.length - 3] = (changed[changed.length - 3] as number) ^ 0x10;
    writeFileSync(source, changed);
    await assert.rejects(openTestLedger(dir), (error) => {
      assert.ok(isChannelError(error, 'LEDGER_CORRUPT'));
      assert.match(String(error.details.where), /^block 2, byte \d+$/);
      return true;
    });
    assert.deepEqual(readFileSync(source), changed);
    writeFileSync(source, bytes);
    await (await openTestLedger(dir)).close();
  });

  test('a ledger opened on a torn tail says so and goes on', async () => {
    writeFileSync(source, bytes.subarray(0, bytes.length - 10));
    // The state of a block whose end was never written has not been written either.
    for (const suffix of ['', '-wal', '-shm', '.seal']) rmSync(join(dir, `state.db${suffix}`), { force: true });
    const ledger = await openTestLedger(dir);
    assert.deepEqual(
      ledger.notices.map(({ kind }) => kind),
      ['torn-tail'],
    );
    assert.equal(await ledger.evaluate('steps', steps(['getMany', ['a', 'b', 'c']])), '[["\\"1\\"",null,null]]');
    assert.equal((await ledger.submit('steps', steps(['put', 'd', '"4"']))).height, 2);
    assert.deepEqual((await ledger.fsck()).faults, []);
    await ledger.close();
    writeFileSync(source, bytes);
  });

  test('blocks swapped for those of another channel or another order are found', async () => {
    const [, one, two, end] = bounds as [number, number, number, number];
    const swapped = Buffer.concat([bytes.subarray(0, one), bytes.subarray(two, end), bytes.subarray(one, two)]);
    writeFileSync(copy, swapped);
    assert.match(String((await openAndCheck())[0]), /^block 1, byte/);
    writeFileSync(copy, Buffer.concat([bytes.subarray(0, one), bytes.subarray(two, end)]));
    assert.match(String((await openAndCheck())[0]), /^block 1, byte/);
    const { log } = await BlockLog.open(source);
    const report = await checkChain(log.frames(0, 3), { channel: 'elsewhere', height: 3 });
    assert.equal(report.faults.length, 3);
    await log.close();
  });

  test('a new log appears whole', async () => {
    assert.ok(!existsSync(`${source}.new`));
    copyFileSync(source, copy);
    assert.equal(readFileSync(copy).subarray(0, 8).toString(), 'UECLOG1\n');
  });
});
