import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { steps } from '../toy-contract.conformance.ts';
import type { EmbeddedLedger } from './embedded-ledger.ts';
import { openTestLedger, testFolder } from './test-ledger.conformance.ts';

const CHILD = fileURLToPath(import.meta.resolve('./crash-child.conformance.ts'));

/** Runs a writer, kills it some time after its first acknowledgement, and gives what it had acknowledged. */
async function writeAndKill(dir: string, start: number, size: number, afterMs: number): Promise<string[]> {
  const child = spawn(process.execPath, [CHILD, dir, String(start), String(size)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  const first = Promise.withResolvers<void>();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
    first.resolve();
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  await Promise.race([first.promise, ended]);
  await sleep(afterMs);
  assert.equal(child.exitCode, null, 'the writer ended by itself');
  child.kill('SIGKILL');
  await ended;
  // The last line may have been cut by the kill.
  return printed.slice(0, printed.lastIndexOf('\n')).split('\n');
}

/** The key that each transaction of the log wrote. */
async function keysOnLog(ledger: EmbeddedLedger): Promise<Map<string, string>> {
  const keys = new Map<string, string>();
  for await (const block of ledger.blocks(0)) {
    for (const { id, args } of block.transactions) keys.set(id, /"left\/(\d+)"/.exec(args)?.[1] ?? 'genesis');
  }
  return keys;
}

async function keysInState(ledger: EmbeddedLedger, side: string): Promise<string[]> {
  const answer = await ledger.evaluate('steps', steps(['range', `${side}/`, `${side}0`]));
  const [found] = JSON.parse(answer) as [[string, string][]];
  return found.map(([key]) => key.slice(side.length + 1));
}

test('kill -9 at any moment loses nothing acknowledged and leaves nothing half done', async () => {
  const { dir, remove } = testFolder();
  after(remove);
  const acknowledged = new Map<string, string>();
  for (let round = 0; round < 8; round += 1) {
    // Small and large blocks: killed between them, within writes of many pages, and within groups of the state.
    const size = round % 2 === 0 ? 100 : 60_000;
    for (const line of await writeAndKill(dir, round * 1_000_000, size, Math.random() * 150)) {
      const [id, key] = line.split(' ') as [string, string];
      acknowledged.set(id, key);
    }
    // The dead writer's lock does not stand in the way.
    const ledger = await openTestLedger(dir);
    const onLog = await keysOnLog(ledger);
    for (const [id, key] of acknowledged) assert.equal(onLog.get(id), key, `acknowledged ${key} in round ${round}`);
    const keys = [...onLog.values()].filter((key) => key !== 'genesis').sort();
    assert.deepEqual(await keysInState(ledger, 'left'), keys);
    assert.deepEqual(await keysInState(ledger, 'right'), keys);
    for (const { kind } of ledger.notices) assert.equal(kind, 'torn-tail');
    const report = round % 3 === 0 ? await ledger.fsck() : await ledger.verify();
    assert.deepEqual(report.faults, []);
    await ledger.close();
  }
  assert.ok(acknowledged.size >= 8);
});
