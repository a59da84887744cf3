// The channel's rules on real peers and orderers, each member with its own certificate: every transaction, who may not send
// it, what twenty clients at once are told, and a read model that is the same as over the embedded ledger.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  channelContract,
  type ProvenRecord,
  type RecordFacts,
  type Role,
  recordId,
  transactionNames,
} from '../../src/channel/index.ts';
import {
  canonical,
  defaultPolicy,
  type ErrorCode,
  inclusionPath,
  isChannelError,
  sha256,
} from '../../src/emissions/index.ts';
import { Inventory } from '../../src/inventory/index.ts';
import { createEmbeddedLedger, signEnvelope } from '../../src/ledger/embedded/index.ts';
import { openFabricLedger, readProfile } from '../../src/ledger/fabric/index.ts';
import type { Ledger, Signer, SubmitReceipt } from '../../src/ledger/index.ts';
import { commitment, factorsOf, line, meterA, meterB, pageOf, recordOf } from '../support/fixture-channel.ts';
import { egrid, hub, notApplicable, residual } from '../support/fixture-releases.ts';
import { onFabric, ownNetwork } from './support.ts';

const STEWARD = 'ACME';
const REPORTER = 'BETA';
const PUBLISHER = 'REGISTRY';
const AUDITOR = 'AUDIT';
const rolesOf: Readonly<Record<string, readonly Role[]>> = {
  [REPORTER]: ['reporter'],
  [PUBLISHER]: ['factor-publisher'],
  [AUDITOR]: ['auditor'],
};
const published = [egrid, residual, hub, notApplicable];
const farAway = '2099-12-31';

/** Submits as a member, and comes back once every member sees the block. */
type SubmitAs = (member: string, name: string, args: object) => Promise<SubmitReceipt>;

suite('the channel on Fabric', onFabric, () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'uec-fabric-channel-')));
  const ledgers = new Map<string, Ledger>();
  const profiles = new Map<string, string>();
  let told: ReadonlyMap<string, string>;

  before(async () => {
    const asked = Object.entries(rolesOf).map(([id, roles]) => ({ id, roles }));
    const { members } = await ownNetwork({ members: [STEWARD, ...asked] });
    for (const { id, profile } of members) {
      profiles.set(id, profile);
      ledgers.set(id, await open(id));
    }
    told = await everyTransaction(submitAs);
  });
  after(async () => {
    for (const ledger of ledgers.values()) await ledger.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const open = (member: string) => openFabricLedger({ profile: readProfile(profiles.get(member) as string) });
  const of = (member: string): Ledger => ledgers.get(member) as Ledger;
  const evaluated = async (name: string, args: object = {}): Promise<unknown> =>
    JSON.parse(await of(STEWARD).evaluate(name, canonical(args)));

  async function submitAs(member: string, name: string, args: object): Promise<SubmitReceipt> {
    const receipt = await of(member).submit(name, canonical(args));
    await everywhere((receipt.height ?? -1) + 1);
    return receipt;
  }

  async function everywhere(height: number): Promise<void> {
    for (const ledger of ledgers.values()) while ((await ledger.height()) < height) await sleep(5);
  }

  async function readModel(name: string, ledger = of(STEWARD)): Promise<Inventory> {
    const inventory = Inventory.open(join(folder, name));
    await inventory.catchUp(ledger);
    return inventory;
  }

  test('every transaction of the channel was committed by the member whose role it needs', async () => {
    const names = new Set<string>();
    for await (const { transactions } of of(AUDITOR).blocks(0)) {
      for (const { name, valid } of transactions) if (valid) names.add(name);
    }
    assert.deepEqual([...names].filter((name) => transactionNames.includes(name)).sort(), transactionNames);
  });

  test('the read model is the same as over an embedded ledger with the same submissions', async () => {
    const embedded = await embeddedChannel(join(folder, 'embedded'));
    const fabric = await readModel('fabric.db');
    const other = await readModel('embedded.db', embedded.ledger);
    try {
      assert.deepEqual(fabric.totals({ by: ['month', 'member'] }), other.totals({ by: ['month', 'member'] }));
      assert.deepEqual(fabric.inventory(REPORTER, 2022), other.inventory(REPORTER, 2022));
      assert.deepEqual(fabric.records().items, other.records().items);
      const documents = (inventory: Inventory) =>
        inventory.documents().items.map(({ commitment: of_, owner, state }) => [of_, owner, state]);
      assert.deepEqual(documents(fabric), documents(other));
      assert.deepEqual(
        fabric.members().map(({ id, roles }) => [id, roles]),
        other.members().map(({ id, roles }) => [id, roles]),
      );
      // Active: March with 1080 kWh, June and July with 1000; by hand with the fixture's 0.373127954 kg/kWh.
      const { location } = fabric.inventory(REPORTER, 2022).scope2;
      assert.deepEqual([location.records, location.co2e.kg], [3, '1149.234098']);
    } finally {
      fabric.close();
      other.close();
      await embedded.ledger.close();
    }
  });

  test('no member writes for another, or in a role that it does not have', async () => {
    const foreign = pageOf([recordOf(line({ owner: REPORTER, start: '2021-03-01', end: '2021-04-01' }))], 'foreign');
    const own = (owner: string) =>
      pageOf([recordOf(line({ owner, start: '2021-03-01', end: '2021-04-01' }))], `own-${owner}`);
    const target = JSON.parse(told.get('target') as string) as ProvenRecord;
    const request = told.get('open request') as string;
    const release = { publisher: 'us-epa', dataset: 'egrid', version: 'fixture' };
    const cases: readonly [string, string, object, ErrorCode][] = [
      [STEWARD, 'records.submit', foreign, 'NOT_OWNER'],
      [PUBLISHER, 'records.submit', own(PUBLISHER), 'NOT_ALLOWED'],
      [AUDITOR, 'records.submit', own(AUDITOR), 'NOT_ALLOWED'],
      [STEWARD, 'records.void', { key: 'not-mine', reason: 'misread', targets: [target] }, 'NOT_OWNER'],
      [STEWARD, 'documents.attach', { commitment: documentOf('x'), key: 'x', targets: [target] }, 'NOT_OWNER'],
      [AUDITOR, 'documents.attach', { commitment: documentOf('x'), key: 'x', targets: [target] }, 'NOT_ALLOWED'],
      [STEWARD, 'documents.lost', { commitment: documentOf('d'), date: '2024-06-01', target }, 'NOT_OWNER'],
      [STEWARD, 'documents.answer', { answer: 'offered', request }, 'NOT_OWNER'],
      [REPORTER, 'documents.verdict', { request, verdict: 'matches' }, 'NOT_ALLOWED'],
      [
        REPORTER,
        'documents.request',
        { commitment: documentOf('d'), deadline: farAway, key: 'r', purpose: 'Own audit', target },
        'NOT_ALLOWED',
      ],
      [REPORTER, 'factors.publish', { manifest: { ...egrid.manifest, version: 'other' } }, 'NOT_ALLOWED'],
      [AUDITOR, 'factors.withdraw', { reason: 'Wrong', release }, 'NOT_ALLOWED'],
      [REPORTER, 'policy.set', defaultPolicy, 'NOT_ALLOWED'],
      [PUBLISHER, 'members.grant', { id: PUBLISHER, roles: ['steward'] }, 'NOT_ALLOWED'],
      [AUDITOR, 'members.suspend', { id: REPORTER, reason: 'Rivalry' }, 'NOT_ALLOWED'],
      [REPORTER, 'members.admit', { id: 'FRIEND', name: 'Friend', roles: ['steward'] }, 'NOT_ALLOWED'],
      [STEWARD, 'members.suspend', { id: STEWARD, reason: 'Leaving' }, 'NOT_ALLOWED'],
    ];
    const height = await of(STEWARD).height();
    for (const [member, name, args, expected] of cases) {
      assert.equal(await refusal(of(member).submit(name, canonical(args))), expected, `${member} ${name}`);
    }
    assert.equal(await of(STEWARD).height(), height);
  });

  test("an auditor's verdict is its own, and none is given on its own documents", async () => {
    await submitAs(STEWARD, 'members.grant', { id: PUBLISHER, roles: ['auditor', 'factor-publisher'] });
    await submitAs(STEWARD, 'members.grant', { id: REPORTER, roles: ['auditor', 'reporter'] });
    const request = told.get('open request') as string;
    const verdict = canonical({ request, verdict: 'matches' });
    assert.equal(await refusal(of(PUBLISHER).submit('documents.verdict', verdict)), 'NOT_ALLOWED');
    const target = JSON.parse(told.get('target') as string) as ProvenRecord;
    const own = { commitment: documentOf('d'), deadline: farAway, key: 'own', purpose: 'Own audit', target };
    assert.equal(await refusal(of(REPORTER).submit('documents.request', canonical(own))), 'NOT_ALLOWED');
    for (const id of [PUBLISHER, REPORTER])
      await submitAs(STEWARD, 'members.grant', { id, roles: [...(rolesOf[id] ?? [])] });
  });

  test('a suspended member writes nothing and still reads; a grant ends the suspension', async () => {
    await submitAs(STEWARD, 'members.suspend', { id: REPORTER, reason: 'Under review' });
    const page = pageOf([recordOf(line({ owner: REPORTER, start: '2021-05-01', end: '2021-06-01' }))], 'suspended');
    assert.equal(await refusal(of(REPORTER).submit('records.submit', canonical(page))), 'MEMBER_SUSPENDED');
    assert.equal((JSON.parse(await of(REPORTER).evaluate('members.list', '{}')) as unknown[]).length, 4);
    await submitAs(STEWARD, 'members.grant', { id: REPORTER, roles: [...(rolesOf[REPORTER] ?? [])] });
    await submitAs(REPORTER, 'records.submit', page);
  });

  test('twenty clients, four on each meter: one winner each, every loser told why', async () => {
    const clients = await Promise.all(
      Array.from({ length: 20 }, (_, at) => open((at % 5) % 2 === 0 ? STEWARD : REPORTER)),
    );
    try {
      const tries = clients.map((ledger, at) => {
        // Of the four on a meter two send the same record under keys of their own, and two another that overlaps.
        const meter = sha256(`contended ${at % 5}`);
        const shifted = at < 10 ? {} : { end: at < 15 ? '2022-03-20' : '2022-03-25', quantity: '400' };
        const record = recordOf(line({ owner: ledger.member, meter, ...shifted }));
        return { ledger, meter, record, page: pageOf([record], `contended-${at}`) };
      });
      const outcomes = await Promise.all(
        tries.map(async ({ ledger, page }) => {
          try {
            await ledger.submit('records.submit', canonical(page));
            return undefined;
          } catch (error) {
            return codeOf(error);
          }
        }),
      );
      await everywhere(await highest());
      const inventory = await readModel('contended.db');
      const contests = Map.groupBy(
        tries.map((one, at) => ({ ...one, outcome: outcomes[at] })),
        ({ meter, ledger }) => `${ledger.member} ${meter}`,
      );
      assert.equal(contests.size, 5);
      for (const contest of contests.values()) {
        const winners = contest.filter(({ outcome }) => outcome === undefined);
        assert.equal(winners.length, 1, JSON.stringify(contest.map(({ outcome }) => outcome)));
        const [{ ledger, meter, record }] = winners as [(typeof contest)[0]];
        const { items } = inventory.records({ owner: ledger.member, meter });
        assert.deepEqual(
          items.map(({ id, state }) => [id, state]),
          [[recordId(record), 'active']],
        );
        for (const { outcome } of contest)
          assert.ok(
            [undefined, 'PERIOD_OVERLAP', 'RECORD_DUPLICATE', 'NOT_COMMITTED'].includes(outcome),
            outcome ?? 'committed',
          );
      }
      inventory.close();
    } finally {
      for (const client of clients) await client.close();
    }
  });

  const highest = async (): Promise<number> =>
    Math.max(...(await Promise.all([...ledgers.values()].map((ledger) => ledger.height()))));

  test('a follower killed at any moment goes on where it was: no block is missed and none counts twice', async () => {
    const path = join(folder, 'killed.db');
    let writing = true;
    let pages = 0;
    const writer = (async () => {
      while (writing) {
        const meter = sha256(`followed ${pages}`);
        const records = Array.from({ length: 12 }, (_, at) => {
          const [start, end] = [new Date(Date.UTC(2022, at, 1)), new Date(Date.UTC(2022, at + 1, 1))];
          const day = (date: Date) => date.toISOString().slice(0, 10);
          return recordOf(line({ meter, start: day(start), end: day(end) }));
        });
        await of(STEWARD).submit('records.submit', canonical(pageOf(records, `followed-${pages}`)));
        pages += 1;
      }
    })();
    const heights: number[] = [];
    try {
      for (let round = 0; round < 4; round += 1) heights.push(await followUntilKilled(path, 25 * round));
    } finally {
      writing = false;
      await writer;
    }
    assert.deepEqual(
      heights,
      heights.toSorted((a, b) => a - b),
    );
    const resumed = await readModel('killed.db');
    const whole = await readModel('whole.db');
    assert.deepEqual(resumed.differences(whole), []);
    assert.equal(resumed.height, await of(STEWARD).height());
    const ids = followedIds(resumed, pages);
    assert.equal(ids, pages * 12);
    resumed.close();
    whole.close();
  });

  function followedIds(inventory: Inventory, pages: number): number {
    let count = 0;
    for (let page = 0; page < pages; page += 1) {
      count += inventory.records({ meter: sha256(`followed ${page}`), counted: true }).items.length;
    }
    return count;
  }

  /** Gives the height at which the child began. */
  async function followUntilKilled(path: string, afterMs: number): Promise<number> {
    const program = join(import.meta.dirname, 'follow-child.conformance.ts');
    const child = spawn(process.execPath, [program, profiles.get(STEWARD) as string, path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(child, 'exit');
    const heights: number[] = [];
    for await (const text of createInterface({ input: child.stdout })) {
      heights.push(Number(text));
      // The begin, and at least two blocks of its own.
      if (heights.length === 3) {
        await sleep(afterMs);
        child.kill('SIGKILL');
      }
    }
    const [, signal] = (await ended) as [number | null, string | null];
    assert.equal(signal, 'SIGKILL');
    return heights[0] as number;
  }

  test('the state that the rules read agrees with the read model', async () => {
    const inventory = await readModel('state.db');
    const { id } = inventory.records({ owner: REPORTER, state: 'superseded' }).items[0] as { id: string };
    assert.equal(((await evaluated('records.status', { id })) as { state: string }).state, 'superseded');
    inventory.close();
  });
});

/** A refused submission's code; of a page with one refused record, that record's. */
async function refusal(submission: Promise<unknown>): Promise<ErrorCode | undefined> {
  try {
    await submission;
    return undefined;
  } catch (error) {
    return codeOf(error);
  }
}

function codeOf(error: unknown): ErrorCode {
  if (!isChannelError(error)) throw error;
  return error.code === 'PAGE_REFUSED' ? (error.details.problems?.[0]?.code ?? error.code) : error.code;
}

function documentOf(label: string): string {
  return sha256(`document ${label}`);
}

/** Every transaction that a channel with its members can have, each by the member whose business it is; gives ids by name. */
async function everyTransaction(submit: SubmitAs): Promise<ReadonlyMap<string, string>> {
  for (const { manifest } of published) await submit(PUBLISHER, 'factors.publish', { manifest });
  const { publisher, dataset, version } = notApplicable.manifest;
  await submit(PUBLISHER, 'factors.withdraw', {
    reason: 'Superseded',
    release: { publisher, dataset, version },
  });
  await submit(STEWARD, 'policy.set', { ...defaultPolicy, vintageLimit: 4 });
  await submit(STEWARD, 'members.grant', { id: AUDITOR, roles: ['auditor'] });
  await submit(STEWARD, 'members.suspend', { id: AUDITOR, reason: 'Licence to be renewed' });
  await submit(STEWARD, 'members.grant', { id: AUDITOR, roles: ['auditor'] });
  for (const member of [REPORTER, AUDITOR]) await submit(member, 'nodes.announce', announcement(member));

  const monthly = (month: number, changes: Partial<RecordFacts> = {}) =>
    recordOf(line({ owner: REPORTER, start: `2022-0${month}-01`, end: `2022-0${month + 1}-01`, ...changes }));
  const records = [
    monthly(3, { readBasis: 'estimated' }),
    monthly(4, { meter: meterB }),
    monthly(6, { evidence: { document: documentOf('d') } }),
    monthly(7, { meter: meterA, evidence: { document: documentOf('e') } }),
  ];
  const { transactionId: page } = await submit(REPORTER, 'records.submit', pageOf(records, 'import-1'));
  const ids = records.map(recordId);
  const target = (index: number): ProvenRecord => ({
    index,
    page,
    path: inclusionPath(ids, index),
    record: records[index] as ProvenRecord['record'],
  });
  const actual = monthly(3, {
    quantity: '1080',
    supersedes: { record: ids[0] as string, reason: 'estimate-replaced' },
  });
  const correction = { factors: factorsOf([actual]), key: 'correction', record: actual, target: target(0) };
  await submit(REPORTER, 'records.correct', correction);
  await submit(REPORTER, 'documents.attach', { commitment, key: 'attach', targets: [target(1)] });
  await submit(REPORTER, 'records.void', { key: 'void', reason: 'misread', targets: [target(1)] });

  const ask = async (key: string, of: string, index: number) => {
    const args = {
      commitment: documentOf(of),
      deadline: farAway,
      key,
      purpose: 'Limited assurance',
      target: target(index),
    };
    return (await submit(AUDITOR, 'documents.request', args)).transactionId;
  };
  const request = await ask('request-1', 'd', 2);
  await submit(REPORTER, 'documents.answer', { answer: 'offered', request });
  await submit(AUDITOR, 'documents.verdict', { request, verdict: 'matches' });
  const erasure = {
    commitment: documentOf('e'),
    date: '2024-06-01',
    reason: 'data-subject-request',
    target: target(3),
  };
  await submit(REPORTER, 'documents.erased', erasure);
  const bare = monthly(8, { start: '2021-08-01', end: '2021-09-01', evidence: { document: documentOf('f') } });
  const second = await submit(REPORTER, 'records.submit', pageOf([bare], 'import-2'));
  await submit(REPORTER, 'documents.lost', {
    commitment: documentOf('f'),
    date: '2024-06-01',
    target: { index: 0, page: second.transactionId, path: [], record: bare },
  });
  return new Map([
    ['target', canonical(target(2))],
    ['open request', await ask('request-2', 'd', 2)],
  ]);
}

function dayFromNow(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
}

function announcement(member: string): object {
  return {
    endpoint: `https://${member.toLowerCase()}.example:8443`,
    recipientKey: `age1${'q'.repeat(58)}`,
    signingKey: signerOf(member).publicKey,
    validFrom: dayFromNow(0),
    validTo: dayFromNow(365),
  };
}

/** The same members and submissions on an embedded ledger. */
async function embeddedChannel(dir: string): Promise<{ readonly ledger: Ledger }> {
  const founder = signerOf(STEWARD);
  const signers = new Map([[STEWARD, founder], ...Object.keys(rolesOf).map((id) => [id, signerOf(id)] as const)]);
  const ledger = await createEmbeddedLedger({
    dir,
    channel: 'uec',
    contract: channelContract,
    signer: founder,
    purpose: 'test',
    genesis: {
      name: 'channel.create',
      args: canonical({ member: { id: STEWARD, name: STEWARD, publicKey: founder.publicKey } }),
    },
  });
  const submit: SubmitAs = (member, name, args) =>
    ledger.submitEnvelope(
      signEnvelope(signers.get(member) as Signer, {
        channel: 'uec',
        name,
        args: canonical(args),
        timestamp: new Date().toISOString(),
      }),
    );
  for (const [id, roles] of Object.entries(rolesOf)) {
    const { publicKey } = signers.get(id) as Signer;
    await submit(STEWARD, 'members.admit', { id, name: id, publicKey, roles });
  }
  await everyTransaction(submit);
  return { ledger };
}

function signerOf(member: string): Signer {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return {
    member,
    publicKey: publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
    sign: (message) => sign(null, message, privateKey).toString('base64'),
  };
}
