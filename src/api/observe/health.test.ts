import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readinessOf } from './health.ts';

const folder = mkdtempSync(join(tmpdir(), 'uec-health-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const node = (height: () => Promise<number>, taken: number, where = folder) =>
  ({ ledger: { height }, inventory: { height: taken }, folder: where }) as never;

test('ready: the ledger answers, the read model follows, the disk takes writes, and nothing is left on it', async () => {
  const answer = await readinessOf(node(async () => 10, 8))();
  assert.deepEqual(answer, { ready: true, checks: { ledger: 'ok', readModel: 'ok', disk: 'ok' } });
  assert.deepEqual(readdirSync(folder), []);
});

test('not ready: each thing that can be wrong is named', async () => {
  const lost = await readinessOf(node(() => Promise.reject(new Error('secret path')), 8))();
  assert.deepEqual(lost, { ready: false, checks: { ledger: 'unreachable', readModel: 'unknown', disk: 'ok' } });
  const silent = await readinessOf(
    node(() => new Promise(() => undefined), 8),
    { timeout: 20 },
  )();
  assert.equal(silent.checks.ledger, 'unreachable');
  const behind = await readinessOf(
    node(async () => 10, 8),
    { lag: 1 },
  )();
  assert.deepEqual([behind.ready, behind.checks.readModel], [false, 'behind']);
  const full = await readinessOf(
    node(async () => 10, 8),
    { free: 2 ** 60 },
  )();
  assert.deepEqual([full.ready, full.checks.disk], [false, 'full']);
  const gone = await readinessOf(node(async () => 10, 8, join(folder, 'none')))();
  assert.deepEqual([gone.ready, gone.checks.disk], [false, 'unwritable']);
});

test('many questions cost one', async () => {
  let asked = 0;
  const ready = readinessOf(
    node(async () => {
      asked += 1;
      return 1;
    }, 1),
  );
  await Promise.all(Array.from({ length: 50 }, ready));
  assert.equal(asked, 1);
});
