import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Block, BlockOptions } from '../../ledger/index.ts';
import type { Delivery } from './deliver.ts';
import { type DispatcherOptions, WebhookDispatcher } from './dispatcher.ts';
import { WebhookStore } from './webhook-store.ts';

const folder = mkdtempSync(join(tmpdir(), 'uec-webhooks-'));
after(() => rmSync(folder, { recursive: true, force: true }));
let count = 0;

/** A ledger whose blocks are given to it; one transaction of each name a block. */
class Chain {
  readonly channel = 'uec-test';
  readonly #blocks: Block[] = [];
  #more = Promise.withResolvers<void>();

  add(...names: string[]): void {
    const height = this.#blocks.length;
    this.#blocks.push({
      height,
      hash: `hash-${height}`,
      previous: '',
      transactions: names.map((name, at) => ({
        id: `tx-${height}-${at}`,
        name: name.replace('!', ''),
        args: '{}',
        result: '{}',
        caller: { member: 'ACME', keyId: 'k' },
        timestamp: '2026-03-01T00:00:00.000Z',
        valid: !name.startsWith('!'),
      })),
    });
    this.#more.resolve();
    this.#more = Promise.withResolvers();
  }

  async *blocks(from: number, { signal }: BlockOptions = {}): AsyncGenerator<Block> {
    for (let at = from; ; at += 1) {
      while (at >= this.#blocks.length) {
        const aborted = new Promise<void>((resolve) =>
          signal?.addEventListener('abort', () => resolve(), { once: true }),
        );
        if (signal?.aborted === true) return;
        await Promise.race([this.#more.promise, aborted]);
      }
      if (signal?.aborted === true) return;
      yield this.#blocks[at] as Block;
    }
  }
}

interface Sent {
  readonly url: string;
  readonly id: string;
  readonly transaction: string;
}

class Receiver {
  readonly sent: Sent[] = [];
  answer: (sent: Sent) => Delivery = () => ({ outcome: 'delivered', status: 200 });

  readonly deliver: DispatcherOptions['deliver'] = async (url, _secrets, { id, body }) => {
    const { data } = JSON.parse(body) as { data: { transactionId: string } };
    const sent = { url, id, transaction: data.transactionId };
    this.sent.push(sent);
    await sleep(1);
    return this.answer(sent);
  };

  of(url: string): string[] {
    return this.sent.filter((sent) => sent.url === url).map(({ transaction }) => transaction);
  }
}

async function until(condition: () => boolean): Promise<void> {
  for (let at = 0; !condition(); at += 1) {
    if (at > 2_000) throw new Error('it did not happen');
    await sleep(2);
  }
}

function setUp(): {
  readonly store: WebhookStore;
  readonly chain: Chain;
  readonly receiver: Receiver;
  readonly path: string;
} {
  count += 1;
  const path = join(folder, `${count}.db`);
  return { store: new WebhookStore(path), chain: new Chain(), receiver: new Receiver(), path };
}

function start(
  t: TestContext,
  { store, chain, receiver }: ReturnType<typeof setUp>,
  more: Partial<DispatcherOptions> = {},
): WebhookDispatcher {
  const dispatcher = new WebhookDispatcher({
    store,
    ledger: chain,
    deliver: receiver.deliver,
    pollEvery: 5,
    schedule: [5, 5, 5],
    ...more,
  });
  t.after(() => dispatcher.close());
  return dispatcher;
}

const A = 'https://a.example/';
const B = 'https://b.example/';

test('events come in the ledger’s order, those of the wanted types, and none without effect', async (t) => {
  const parts = setUp();
  parts.chain.add('genesis');
  parts.chain.add('records.submit', 'members.admit', '!records.submit');
  const { endpoint } = parts.store.add(A, [], 1);
  parts.store.add(B, ['records.submit'], 0);
  start(t, parts);
  parts.chain.add('records.void');
  parts.chain.add('records.submit', 'records.submit');
  await until(() => parts.receiver.sent.length === 8);
  assert.deepEqual(parts.receiver.of(A), ['tx-1-0', 'tx-1-1', 'tx-2-0', 'tx-3-0', 'tx-3-1']);
  assert.deepEqual(parts.receiver.of(B), ['tx-1-0', 'tx-3-0', 'tx-3-1']);
  await until(() => parts.store.get(endpoint.id).next.height === 4);
  assert.deepEqual(parts.store.get(endpoint.id).last, '200');
});

test('a failure is tried again under the same id, and holds back nothing of other endpoints', async (t) => {
  const parts = setUp();
  parts.store.add(A, [], 0);
  parts.store.add(B, [], 0);
  let failures = 2;
  parts.receiver.answer = ({ url, transaction }) =>
    url === A && transaction === 'tx-0-0' && failures-- > 0
      ? { outcome: 'failed', reason: 'timeout' }
      : { outcome: 'delivered', status: 200 };
  start(t, parts, { schedule: [300, 5] });
  parts.chain.add('records.submit', 'records.submit');
  await until(() => parts.receiver.of(B).length === 2);
  assert.deepEqual(parts.receiver.of(A), ['tx-0-0']);
  await until(() => parts.receiver.of(A).length === 4);
  assert.deepEqual(parts.receiver.of(A), ['tx-0-0', 'tx-0-0', 'tx-0-0', 'tx-0-1']);
  const ids = parts.receiver.sent.filter(({ url }) => url === A).map(({ id }) => id);
  assert.deepEqual([new Set(ids.slice(0, 3)).size, ids[3] === ids[0]], [1, false]);
});

test('a new process goes on where the last one was, with the wait that was left', async (t) => {
  const parts = setUp();
  const { endpoint } = parts.store.add(A, [], 0);
  parts.chain.add('records.submit');
  parts.chain.add('records.submit');
  parts.receiver.answer = ({ transaction }) =>
    transaction === 'tx-1-0'
      ? { outcome: 'failed', reason: 'status', status: 503 }
      : { outcome: 'delivered', status: 200 };
  const first = start(t, parts, { schedule: [400, 5] });
  await until(() => parts.store.get(endpoint.id).attempts === 1);
  await first.close();
  parts.store.close();
  const again = { ...parts, store: new WebhookStore(parts.path), receiver: new Receiver() };
  assert.deepEqual(again.store.get(endpoint.id).next, { height: 1, index: 0 });
  start(t, again, { schedule: [400, 5] });
  const due = Date.parse(again.store.get(endpoint.id).dueAt as string);
  await until(() => again.receiver.sent.length === 1);
  assert.ok(Date.now() >= due, 'it did not wait');
  assert.deepEqual(again.receiver.of(A), ['tx-1-0']);
});

test('what was given up is kept as such, the next event follows, and a replay sends it again', async (t) => {
  const parts = setUp();
  const { endpoint } = parts.store.add(A, [], 0);
  parts.receiver.answer = ({ transaction }) =>
    transaction === 'tx-0-0'
      ? { outcome: 'failed', reason: 'status', status: 500 }
      : { outcome: 'delivered', status: 200 };
  const outcomes: string[] = [];
  start(t, parts, { onAttempt: (_id, outcome) => outcomes.push(outcome) });
  parts.chain.add('records.submit');
  parts.chain.add('records.void');
  await until(() => parts.receiver.of(A).includes('tx-1-0'));
  assert.deepEqual(parts.receiver.of(A), ['tx-0-0', 'tx-0-0', 'tx-0-0', 'tx-0-0', 'tx-1-0']);
  const [dead] = parts.store.dead(endpoint.id);
  assert.deepEqual([dead?.height, dead?.index, dead?.attempts, dead?.last], [0, 0, 4, '500']);
  assert.equal(parts.store.get(endpoint.id).dead, 1);
  await until(() => outcomes.includes('delivered'));
  assert.deepEqual(outcomes, ['failed', 'failed', 'failed', 'dead', 'delivered']);
  parts.receiver.answer = () => ({ outcome: 'delivered', status: 200 });
  parts.store.replay(endpoint.id, 0);
  await until(() => parts.receiver.sent.length === 7);
  assert.deepEqual(parts.receiver.of(A).slice(5), ['tx-0-0', 'tx-1-0']);
  assert.equal(parts.store.get(endpoint.id).dead, 0);
});

test('a receiver that is gone gets nothing more; one that is removed neither', async (t) => {
  const parts = setUp();
  const { endpoint } = parts.store.add(A, [], 0);
  const { endpoint: other } = parts.store.add(B, [], 0);
  parts.receiver.answer = ({ url }) =>
    url === A ? { outcome: 'gone', status: 410 } : { outcome: 'delivered', status: 200 };
  start(t, parts);
  parts.chain.add('records.submit');
  await until(() => parts.store.get(endpoint.id).state === 'gone' && parts.receiver.of(B).length === 1);
  parts.chain.add('records.submit');
  await until(() => parts.receiver.of(B).length === 2);
  assert.equal(parts.receiver.of(A).length, 1);
  parts.store.remove(other.id);
  await sleep(30);
  parts.chain.add('records.submit');
  await sleep(30);
  assert.equal(parts.receiver.of(B).length, 2);
  assert.throws(() => parts.store.get(other.id), { code: 'WEBHOOK_NOT_FOUND' });
});

test('secrets are given out once, are exchanged with a day of both, and the file is this user’s alone', () => {
  count += 1;
  const path = join(folder, `${count}.db`);
  let now = new Date('2026-03-01T00:00:00Z');
  const store = new WebhookStore(path, () => now);
  const { endpoint, secret } = store.add(A, [], 0);
  assert.equal(statSync(path).mode & 0o177, 0);
  assert.doesNotMatch(JSON.stringify(store.list()), /whsec_/);
  const fresh = store.rotate(endpoint.id);
  assert.deepEqual(store.secrets(endpoint.id), [fresh, secret]);
  now = new Date('2026-03-02T00:00:01Z');
  assert.deepEqual(store.secrets(endpoint.id), [fresh]);
  for (const types of [['*'], ['records'], ['records.submit; DROP TABLE'], ['a.b\n']])
    assert.throws(() => store.add(A, types, 0), { code: 'OPTION_INVALID' });
  for (let at = 1; at < 20; at += 1) store.add(A, [], 0);
  assert.throws(() => store.add(A, [], 0), { code: 'OPTION_INVALID', message: /20/ });
  store.close();
});
