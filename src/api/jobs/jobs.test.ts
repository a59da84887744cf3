import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ChannelError } from '../../emissions/index.ts';
import type { Principal } from '../access/principal.ts';
import { type JobEnd, type JobEvent, Jobs } from './jobs.ts';

const folder = mkdtempSync(join(tmpdir(), 'uec-jobs-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const now = () => new Date('2026-01-02T03:04:05Z');
const me: Principal = { id: 'token:1', role: 'operator', kind: 'token' };
const going = new AbortController().signal;

let files = 0;
function path(): string {
  files += 1;
  return join(folder, `${files}.db`);
}

async function told(jobs: Jobs, id: string, after_ = 0): Promise<JobEvent[]> {
  return Array.fromAsync(jobs.events(id, me, after_, going));
}

test('work that knows no signal is stopped at its next step; what is told last is the state', async () => {
  const jobs = new Jobs(path(), now);
  const { promise, resolve } = Promise.withResolvers<void>();
  let steps = 0;
  const { id } = jobs.start('verify', me, async (progress) => {
    for (;;) {
      progress({ what: 'checking', done: steps });
      steps += 1;
      resolve();
      await new Promise(setImmediate);
    }
  });
  await promise;
  assert.equal(jobs.find(id, me).state, 'running');
  jobs.cancel(id, me);
  const events = await told(jobs, id);
  assert.equal(events.at(-1)?.event, 'cancelled');
  assert.equal(jobs.find(id, me).error?.code, 'CANCELLED');
  assert.deepEqual(await told(jobs, id, (events.at(-1)?.id ?? 0) - 1), events.slice(-1));
  await jobs.close(1);
});

test('a failure is told with its code, and a fault of the software tells nothing of itself', async () => {
  const jobs = new Jobs(path(), now);
  const refused = jobs.start('record', me, () => Promise.reject(new ChannelError('FILE_DUPLICATE', 'it was recorded')));
  const broken = jobs.start('record', me, () => Promise.reject(new TypeError('secret of the inside')));
  await Promise.all([told(jobs, refused.id), told(jobs, broken.id)]);
  assert.equal(jobs.find(refused.id, me).error?.code, 'FILE_DUPLICATE');
  const { state, error } = jobs.find(broken.id, me);
  assert.deepEqual([state, error?.code], ['failed', 'INTERNAL']);
  assert.doesNotMatch(JSON.stringify(error), /secret/);
  await jobs.close(1);
});

test('each end is told once, with the counts of its result, before anybody else hears of it', async () => {
  const ends: JobEnd[] = [];
  const jobs: Jobs = new Jobs(path(), now, {
    onEnd: async (end) => {
      await new Promise(setImmediate);
      assert.equal(jobs.find(end.id, me).state, 'running');
      ends.push(end);
    },
  });
  const counts = ({ lines }: { lines: string[] }) => ({ lines: lines.length });
  const done = jobs.start('record', me, async () => ({ lines: ['of a bill', 'another'] }), counts);
  const failed = jobs.start('record', me, () => Promise.reject(new ChannelError('FILE_DUPLICATE', 'it was')), counts);
  const stopped = jobs.start('verify', me, async (_progress, signal) => {
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    throw new ChannelError('CANCELLED', 'stopped');
  });
  jobs.cancel(stopped.id, me);
  await Promise.all([done, failed, stopped].map(({ id }) => told(jobs, id)));
  const sorted = ends.map(({ id, operation, state, error, counts }) => [id, operation, state, error?.code, counts]);
  assert.deepEqual(
    [done, failed, stopped].map(({ id }) => sorted.filter(([one]) => one === id)),
    [
      [[done.id, 'record', 'done', undefined, { lines: 2 }]],
      [[failed.id, 'record', 'failed', 'FILE_DUPLICATE', undefined]],
      [[stopped.id, 'verify', 'cancelled', 'CANCELLED', undefined]],
    ],
  );
  await jobs.close(1);
});

test('an end that cannot be written down is a failure', async () => {
  const onEnd = () => Promise.reject(new ChannelError('DISK_FULL', 'the audit log'));
  const jobs = new Jobs(path(), now, { onEnd });
  const { id } = jobs.start('record', me, async () => ({ lines: [] }));
  assert.deepEqual((await told(jobs, id)).at(-1)?.event, 'failed');
  const { state, error, result } = jobs.find(id, me);
  assert.deepEqual([state, error?.code, result], ['failed', 'DISK_FULL', undefined]);
  await jobs.close(1);
});

test('a caller who has lost the role of the operation is not told its result, which can hold rows of bills', async () => {
  const jobs = new Jobs(path(), now);
  const { id } = jobs.start(
    'importBills',
    me,
    async () => ({ rejected: [{ raw: [{ meter: 'M-1' }] }] }),
    undefined,
    'operator',
  );
  await told(jobs, id);
  assert.ok(jobs.find(id, me).result !== undefined);
  for (const role of ['viewer', 'auditor'] as const)
    assert.deepEqual(
      [jobs.find(id, { ...me, role }).state, jobs.find(id, { ...me, role }).result],
      ['done', undefined],
    );
  assert.doesNotMatch(JSON.stringify([jobs.list({ ...me, role: 'viewer' }), await told(jobs, id)]), /M-1/);
  await jobs.close(1);
});

test('a job whose node ended without a word is interrupted', async () => {
  const file = path();
  const first = new Jobs(file, now);
  const { id } = first.start('fsck', me, () => new Promise(() => undefined));
  const second = new Jobs(file, now);
  assert.equal(second.find(id, me).state, 'interrupted');
  assert.deepEqual(
    second.interrupted.map((entry) => [entry.id, entry.operation, entry.state]),
    [[id, 'fsck', 'interrupted']],
  );
  assert.deepEqual(
    (await told(second, id, 7)).map(({ event, id: number }) => [event, number]),
    [['interrupted', 8]],
  );
  await second.close(1);
});

test('closing waits for work that ends in its grace, and stops what does not', async () => {
  const jobs = new Jobs(path(), now);
  const ends: string[] = [];
  jobs.start('short', me, async () => {
    await new Promise(setImmediate);
    ends.push('short');
  });
  jobs.start('long', me, async (_progress, signal) => {
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    ends.push('long');
    throw new ChannelError('CANCELLED', 'stopped');
  });
  await jobs.close(50);
  assert.deepEqual(ends, ['short', 'long']);
});

test('more jobs than the node takes are refused', async () => {
  const jobs = new Jobs(path(), now);
  const work = (_progress: unknown, signal: AbortSignal) =>
    new Promise((resolve) => signal.addEventListener('abort', resolve));
  for (let count = 0; count < 32; count += 1) jobs.start('verify', me, work);
  assert.throws(
    () => jobs.start('verify', me, work),
    (error) => error instanceof ChannelError && error.code === 'BUSY',
  );
  await jobs.close(1);
});
