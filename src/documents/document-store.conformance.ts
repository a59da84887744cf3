import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { type ErrorCode, isChannelError } from '../emissions/index.ts';
import type { DocumentStore, StoreFinding } from './document-store.ts';

/** A store under test, and the ways in which the world around it can go wrong. */
export interface StoreUnderTest {
  readonly store: DocumentStore;
  /** Changes one stored byte behind the store's back. */
  damage(id: string): Promise<void>;
  /** Takes the stored bytes away behind the store's back. */
  lose(id: string): Promise<void>;
}

/** What every document store must do; `open` gives a fresh one and cleans up after the test. */
export function documentStoreConformance(name: string, open: (t: TestContext) => Promise<StoreUnderTest>): void {
  const check = (what: string, body: (under: StoreUnderTest) => Promise<void>): void => {
    test(`${name}: ${what}`, async (t) => await body(await open(t)));
  };

  check('probes what it can do', async ({ store }) => {
    const found = await store.capabilities();
    assert.equal(found.conditionalPut, true);
    assert.notEqual(found.erasure, 'none');
    assert.deepEqual((await store.list()).ids, []);
  });

  check('gives back the bytes that were put, of any length', async ({ store }) => {
    for (const length of [0, 1, 65_535, 65_536, 300_001]) {
      const [id, bytes] = [newId(), randomBytes(length)];
      const receipt = { id, length, sha256: sha256(bytes) };
      assert.deepEqual(await store.put(id, chunks(bytes, 50_000)), receipt);
      const { length: told, body } = await store.get(id);
      assert.equal(told, length);
      assert.deepEqual(await collect(body), bytes);
      assert.deepEqual(await store.head(id), { length, sha256: receipt.sha256, versions: 1 });
    }
  });

  check('a put twice is one; other bytes are a conflict and change nothing', async ({ store }) => {
    const [id, bytes] = [newId(), randomBytes(1000)];
    const receipt = await store.put(id, chunks(bytes));
    assert.deepEqual(await store.put(id, chunks(bytes, 7)), receipt);
    await rejects(store.put(id, chunks(randomBytes(1000))), 'DOCUMENT_CONFLICT');
    await rejects(store.put(id, chunks(bytes.subarray(1))), 'DOCUMENT_CONFLICT');
    assert.deepEqual(await collect((await store.get(id)).body), bytes);
  });

  check('of many that put one id at once, one wins and the others are told', async ({ store }) => {
    const id = newId();
    const bodies = Array.from({ length: 100 }, (_, at) => Buffer.alloc(5000, at));
    const results = await Promise.allSettled(bodies.map((body) => store.put(id, chunks(body, 1000))));
    const winners = results.flatMap((result, at) => (result.status === 'fulfilled' ? [at] : []));
    assert.equal(winners.length, 1);
    for (const result of results) {
      if (result.status === 'rejected') assert.equal(result.reason.code, 'DOCUMENT_CONFLICT');
    }
    const winner = bodies[winners[0] as number] as Buffer;
    assert.deepEqual(await collect((await store.get(id)).body), winner);
    const same = await Promise.all(Array.from({ length: 10 }, () => store.put(id, chunks(winner))));
    assert.deepEqual(new Set(same.map((receipt) => receipt.sha256)), new Set([sha256(winner)]));
  });

  check('a body that fails or is aborted leaves nothing', async ({ store }) => {
    const id = newId();
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield randomBytes(100_000);
      throw new Error('the source broke');
    }
    await assert.rejects(store.put(id, broken()), /the source broke/);
    const controller = new AbortController();
    async function* aborting(): AsyncGenerator<Uint8Array> {
      yield randomBytes(10);
      controller.abort(new Error('no longer wanted'));
      yield randomBytes(10);
    }
    await assert.rejects(store.put(id, aborting(), controller.signal), /no longer wanted/);
    assert.equal(await store.head(id), undefined);
    assert.deepEqual((await store.list()).ids, []);
    assert.deepEqual(await findings(store, []), []);
    await store.put(id, chunks(randomBytes(10)));
    await assert.rejects(async () => collect((await store.get(id, controller.signal)).body), /no longer wanted/);
  });

  check('an absent document is lost, an erased one erased', async ({ store }) => {
    const [id, kept] = [newId(), newId()];
    await rejects(store.get(id), 'DOCUMENT_LOST');
    assert.equal(await store.head(id), undefined);
    await store.put(id, chunks(randomBytes(10)));
    await store.put(kept, chunks(randomBytes(10)));
    const evidence = await store.erase(id);
    assert.equal(evidence.complete, true);
    assert.ok(evidence.places.length > 0);
    assert.ok(evidence.places.every(({ result }) => result === 'erased' || result === 'shredded'));
    assert.deepEqual(await store.erase(id), evidence);
    await rejects(store.get(id), 'DOCUMENT_ERASED');
    await rejects(store.put(id, chunks(randomBytes(10))), 'DOCUMENT_ERASED');
    assert.equal(await store.head(id), undefined);
    assert.deepEqual((await store.list()).ids, [kept]);
    assert.equal((await store.erase(newId())).complete, true);
    assert.deepEqual(await findings(store, [kept]), []);
  });

  check('an erasure during puts ends with nothing there', async ({ store }) => {
    const [id, bytes] = [newId(), randomBytes(5000)];
    const puts = Array.from({ length: 10 }, () => store.put(id, chunks(bytes, 100)));
    const [results] = await Promise.all([Promise.allSettled(puts), store.erase(id)]);
    for (const result of results) {
      if (result.status === 'rejected') assert.equal(result.reason.code, 'DOCUMENT_ERASED');
    }
    await rejects(store.get(id), 'DOCUMENT_ERASED');
    assert.deepEqual(await findings(store, []), []);
  });

  check('lists ids in byte order, page by page', async ({ store }) => {
    const ids = Array.from({ length: 23 }, newId).sort();
    for (const id of ids.toReversed()) await store.put(id, chunks(Buffer.from(id)));
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await store.list(cursor, 5);
      assert.ok(page.ids.length <= 5);
      seen.push(...page.ids);
      cursor = page.cursor;
    } while (cursor !== undefined);
    assert.deepEqual(seen, ids);
    assert.deepEqual((await store.list()).ids, ids);
  });

  check('a damaged document ends in an error and is found by a scrub', async ({ store, damage }) => {
    const [id, bytes] = [newId(), randomBytes(70_000)];
    await store.put(id, chunks(bytes));
    await damage(id);
    await assert.rejects(
      async () => collect((await store.get(id)).body),
      (error) => isChannelError(error, 'DOCUMENT_CORRUPT'),
    );
    assert.deepEqual(await findings(store, [id]), [`${id} corrupt`]);
    await rejects(store.put(id, chunks(bytes)), 'DOCUMENT_CORRUPT');
  });

  check('a scrub finds what is missing and what nobody knows', async ({ store, lose }) => {
    const [whole, lost, never, unknown] = [newId(), newId(), newId(), newId()];
    for (const id of [whole, lost, unknown]) await store.put(id, chunks(randomBytes(100)));
    await lose(lost);
    const found = await findings(store, [whole, lost, never]);
    assert.deepEqual(found.sort(), [`${lost} missing`, `${never} missing`, `${unknown} orphan`].sort());
    await rejects(store.get(lost), 'DOCUMENT_LOST');
  });

  check('refuses what is no id', async ({ store }) => {
    for (const id of ['', '../../etc/passwd', 'A'.repeat(32), 'a'.repeat(31), `${'a'.repeat(30)}/a`]) {
      await rejects(store.put(id, chunks(randomBytes(1))), 'FIELD_INVALID');
      await rejects(store.get(id), 'FIELD_INVALID');
      await rejects(store.head(id), 'FIELD_INVALID');
      await rejects(store.erase(id), 'FIELD_INVALID');
    }
  });
}

function newId(): string {
  return randomBytes(16).toString('hex');
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function* chunks(bytes: Uint8Array, size = 65_536): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function collect(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(body));
}

async function findings(store: DocumentStore, known: string[]): Promise<string[]> {
  const found: StoreFinding[] = await Array.fromAsync(store.scrub(known));
  return found.map(({ id, finding }) => `${id} ${finding}`);
}

async function rejects(work: Promise<unknown>, code: ErrorCode): Promise<void> {
  await assert.rejects(work, (error) => isChannelError(error, code));
}
