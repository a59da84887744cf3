import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { line, pageOf, recordOf } from '../../../test/support/fixture-channel.ts';
import { releases } from '../../../test/support/fixture-releases.ts';
import { type AheadCheck, type CheckedPage, type Contract, channelContract } from '../../channel/index.ts';
import { canonical, defaultPolicy, formatDate, parseDate, sha256 } from '../../emissions/index.ts';
import { decodeChecked, encodeChecked } from './checked-text.ts';
import { createEmbeddedLedger, type EmbeddedLedger } from './embedded-ledger.ts';
import { type Envelope, signEnvelope } from './envelope.ts';
import type { PageCheckOptions } from './page-checks.ts';
import { pageWorker } from './page-thread.ts';
import { testFolder, testSigner } from './test-ledger.conformance.ts';

const acme = testSigner('ACME');
const timestamp = '2024-06-01T12:00:00.000Z';
const sign = (name: string, args: unknown): Envelope =>
  signEnvelope(acme, { channel: 'test', name, args: canonical(args), timestamp });

/** Forty records: a page that is large enough to be handed over. */
function page(key: string, changes: { meter?: string; wrong?: boolean; from?: string } = {}): Envelope {
  const { meter = key, wrong = false, from = '2021-01-05' } = changes;
  const first = parseDate(from);
  const records = Array.from({ length: 40 }, (_, at) =>
    recordOf(
      line({
        owner: 'ACME',
        meter: sha256(`${meter} ${Math.floor(at / 20)}`),
        start: formatDate(first + (at % 20) * 30),
        end: formatDate(first + (at % 20) * 30 + 30),
        quantity: String(100 + at),
      }),
    ),
  );
  if (wrong) Object.assign(records[7] as object, { energy: '1' });
  return sign('records.submit', pageOf(records, key));
}

interface Run {
  readonly answers: readonly unknown[];
  readonly outcomes: readonly string[];
}

async function withLedger<T>(
  contract: Contract,
  pageChecks: PageCheckOptions | undefined,
  task: (ledger: EmbeddedLedger, dir: string) => Promise<T>,
): Promise<T> {
  const { dir, remove } = testFolder();
  try {
    const ledger = await createEmbeddedLedger({
      dir,
      channel: 'test',
      contract,
      signer: acme,
      now: () => new Date(timestamp),
      genesis: {
        name: 'channel.create',
        args: canonical({ member: { id: 'ACME', name: 'Acme Inc', publicKey: acme.publicKey } }),
      },
      ...(pageChecks === undefined ? {} : { pageChecks }),
    });
    for (const { manifest } of releases) await ledger.submitEnvelope(sign('factors.publish', { manifest }));
    try {
      return await task(ledger, dir);
    } finally {
      await ledger.close();
    }
  } finally {
    remove();
  }
}

/** What became of envelopes that were sent at once, without their places: blocks are cut by time. */
async function sent(ledger: EmbeddedLedger, envelopes: readonly Envelope[]): Promise<unknown[]> {
  const settled = await Promise.allSettled(envelopes.map((envelope) => ledger.submitEnvelope(envelope)));
  return settled.map((one) =>
    one.status === 'fulfilled' ? one.value.result : (one.reason as { report(): unknown }).report(),
  );
}

async function outcomesOf(ledger: EmbeddedLedger): Promise<string[]> {
  const found: string[] = [];
  for await (const block of ledger.blocks(0))
    for (const { id, result, event } of block.transactions) found.push(canonical({ id, result, event: event ?? null }));
  return found;
}

async function run(
  envelopes: readonly Envelope[],
  contract: Contract = channelContract,
  pageChecks?: PageCheckOptions,
): Promise<Run> {
  return withLedger(contract, pageChecks, async (ledger) => {
    const answers = await sent(ledger, envelopes);
    assert.deepEqual((await ledger.replay()).faults, []);
    const outcomes = (await outcomesOf(ledger)).slice(1 + releases.length);
    return { answers, outcomes };
  });
}

const { ahead: _, ...inPlace } = channelContract;
let channels = 0;

/**
 * The channel's rules, whose first page waits until the thread has begun all the others: then the thread checks them, however
 * fast either side is. `given` counts the pages that the rules were given as checked.
 */
function aside(pages: number): { contract: Contract; url: URL; given: () => number; remove: () => void } {
  const name = `page-checks ${process.pid} ${channels}`;
  channels += 1;
  const begun = new BroadcastChannel(name);
  const all = Promise.withResolvers<void>();
  let left = pages - 1;
  begun.onmessage = () => {
    left -= 1;
    if (left === 0) all.resolve();
  };
  const { url, remove } = script(`import { workerData } from 'node:worker_threads';
    await import(${JSON.stringify(pageWorker.href)});
    const begun = new BroadcastChannel(${JSON.stringify(name)});
    workerData.port.on('message', () => begun.postMessage(1));`);
  let given = 0;
  const contract: Contract = {
    ...channelContract,
    run: async (context, transaction, args, checked) => {
      if (transaction === 'records.submit') await all.promise;
      if (checked !== undefined) given += 1;
      return channelContract.run(context, transaction, args, checked);
    },
  };
  return {
    contract,
    url,
    given: () => given,
    remove: () => {
      begun.close();
      remove();
    },
  };
}

function script(text: string): { url: URL; remove: () => void } {
  const dir = mkdtempSync(join(tmpdir(), 'uec-page-worker-'));
  const path = join(dir, 'worker.mjs');
  writeFileSync(path, text);
  return { url: pathToFileURL(path), remove: () => rmSync(dir, { recursive: true }) };
}

const withdrawn = sign('factors.withdraw', {
  reason: 'mended',
  release: (({ publisher, dataset, version }) => ({ dataset, publisher, version }))(
    (releases[0] as (typeof releases)[number]).manifest,
  ),
});

const cases: Record<string, () => Envelope[]> = {
  'right pages': () => Array.from({ length: 12 }, (_, at) => page(`k${at}`)),
  'pages of which some are refused': () =>
    Array.from({ length: 12 }, (_, at) => page(`k${at}`, { wrong: at % 3 === 1 })),
  'two pages of one meter': () => [
    page('a'),
    page('b', { meter: 'm' }),
    page('c', { meter: 'm', from: '2021-01-20' }),
    page('d'),
  ],
  'one page twice, and its key for another': () => {
    const one = page('a');
    return [page('z'), one, page('a'), one, page('a', { meter: 'other' }), page('y')];
  },
  'a release withdrawn between pages': () => [page('a'), page('b'), withdrawn, page('c'), page('d'), page('e')],
  'a policy set between pages': () => [
    page('a'),
    page('b'),
    sign('policy.set', { ...defaultPolicy, publishers: { '*': ['nobody'] } }),
    page('c'),
    page('d'),
    sign('policy.set', defaultPolicy),
    page('e'),
    page('f'),
  ],
};

for (const [what, envelopes] of Object.entries(cases)) {
  test(`${what}: the same with checks ahead and without`, async () => {
    const all = envelopes();
    const plain = await run(all, inPlace);
    const pages = all.filter(({ header }) => header.name === 'records.submit').length;
    const { contract, url, given, remove } = aside(pages);
    assert.deepEqual(await run(all, contract, { script: url, patienceMs: 60_000 }), plain);
    assert.ok(given() > 0);
    remove();
  });
}

const broken: Record<string, string> = {
  'ends at once': 'process.exit(3);',
  throws: "throw new Error('broken');",
  'throws when it has begun': `import { workerData } from 'node:worker_threads';
    workerData.port.on('message', ({ claim }) => { Atomics.exchange(claim, 0, 1); throw new Error('broken'); });`,
  'never answers': `import { workerData } from 'node:worker_threads';
    workerData.port.on('message', ({ claim }) => { Atomics.exchange(claim, 0, 1); });`,
  'answers nonsense': `import { workerData } from 'node:worker_threads';
    workerData.port.on('message', ({ claim, page }) => {
      if (Atomics.exchange(claim, 0, 1) === 0) workerData.port.postMessage({ page, text: '{' });
    });`,
};

test('a thread that fails three times is told to the operator, once', async () => {
  const { url, remove } = script(broken['ends at once'] as string);
  await withLedger(channelContract, { script: url, patienceMs: 50 }, async (ledger) => {
    for (let round = 0; round < 6; round += 1) {
      await sent(ledger, [page(`a${round}`), page(`b${round}`), page(`c${round}`)]);
      await setTimeout(100);
    }
    const told = ledger.notices.filter(({ kind }) => kind === 'no-second-thread');
    assert.equal(told.length, 1);
    assert.match((told[0] as (typeof told)[number]).message, /checked in place/);
  });
  remove();
});

test('no more is handed over than there is room for', async () => {
  const { url, remove } = script(`import { workerData } from 'node:worker_threads';
    workerData.port.on('message', ({ args }) => { throw new Error('handed over: ' + args.length); });`);
  await withLedger(channelContract, { script: url, mostBytes: 10_000 }, async (ledger) => {
    for (let round = 0; round < 6; round += 1)
      await sent(ledger, [page(`a${round}`), page(`b${round}`), page(`c${round}`)]);
    assert.deepEqual(ledger.notices, []);
  });
  remove();
});

for (const [what, text] of Object.entries(broken)) {
  test(`a thread that ${what} costs no page`, async () => {
    const all = (cases['pages of which some are refused'] as () => Envelope[])();
    const { url, remove } = script(text);
    const plain = await run(all, inPlace);
    assert.deepEqual(await run(all, channelContract, { script: url, patienceMs: 50 }), plain);
    remove();
  });
}

/** The page that the rules make of an envelope's text. */
async function checkedPage(envelope: Envelope, ledger: EmbeddedLedger): Promise<CheckedPage> {
  const values = new Map<string, string>([['policy', canonical(defaultPolicy)]]);
  for (const release of JSON.parse(await ledger.evaluate('releases.list', '{}')) as { manifest: never }[]) {
    const { publisher, dataset, version } = release.manifest as Record<string, string>;
    values.set(`release/${publisher}/${dataset}/${version}`, canonical(release));
  }
  const facts = { caller: { member: 'ACME' }, timestamp, get: async (key: string) => values.get(key) };
  return (await (channelContract.ahead as AheadCheck).check(envelope.args, facts)) as CheckedPage;
}

test('what was checked with other facts is checked again', () =>
  withLedger(channelContract, undefined, async (ledger) => {
    const wrong = page('w', { wrong: true });
    const right = await checkedPage(page('w'), ledger);
    const [first] = right.reads;
    // A check that says too much, as if the page were right: it is believed only where every fact is the transaction's own.
    const lies: CheckedPage[] = [
      { ...right, member: 'BETA' },
      { ...right, lastDay: '2030-01-01' },
      { ...right, reads: [[(first as [string, string])[0], '{}'], ...right.reads.slice(1)] },
      { ...right, reads: [...right.reads, ['release/none', '{}']] },
    ];
    for (const lie of lies) {
      const contract: Contract = {
        ...inPlace,
        run: (context, name, args) =>
          channelContract.run(context, name, args, name === 'records.submit' ? lie : undefined),
      };
      const { answers } = await run([wrong], contract);
      assert.equal((answers[0] as { code: string }).code, 'PAGE_REFUSED');
    }
    assert.equal(((await sent(ledger, [page('w')]))[0] as string).includes(right.root), true);
  }));

test('a check of other arguments is not used', async () => {
  const other = page('other');
  let text = '';
  await withLedger(channelContract, undefined, async (ledger) => {
    text = encodeChecked(await checkedPage(other, ledger));
  });
  const { url, remove } = script(`import { workerData } from 'node:worker_threads';
    workerData.port.on('message', ({ claim, page }) => {
      if (Atomics.exchange(claim, 0, 1) === 0) workerData.port.postMessage({ page, text: ${JSON.stringify(text)} });
    });`);
  const all = [page('a'), page('b', { wrong: true }), page('c', { wrong: true })];
  assert.deepEqual(await run(all, channelContract, { script: url }), await run(all, inPlace));
  remove();
});

test('a checked page goes from one thread to another as it is', () =>
  withLedger(channelContract, undefined, async (ledger) => {
    const checked = await checkedPage(page('a'), ledger);
    assert.deepEqual(decodeChecked(encodeChecked(checked)), checked);
    const replacing = { ...checked, periods: checked.periods.map((period) => ({ ...period, replaces: sha256('r') })) };
    assert.deepEqual(decodeChecked(encodeChecked(replacing)), replacing);
  }));
