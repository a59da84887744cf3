import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { after, before, mock, suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { canonical, type ErrorCode, isChannelError } from '../../src/emissions/index.ts';
import { bundleChaincode } from '../../src/ledger/fabric/chaincode/index.ts';
import { loadIdentity } from '../../src/ledger/fabric/identity.ts';
import {
  type FabricLedger,
  type FabricLimits,
  type FabricProof,
  type LoadedProfile,
  openFabricLedger,
  readProfile,
} from '../../src/ledger/fabric/index.ts';
import { fabricStatus, fabricUp } from '../../src/ledger/fabric/network/index.ts';
import { openOwnPeer } from '../../src/ledger/fabric/own-peer.ts';
import type { Ledger, SubmitReceipt } from '../../src/ledger/index.ts';
import { ledgerConformance } from '../../src/ledger/ledger.conformance.ts';
import { steps } from '../../src/ledger/toy-contract.conformance.ts';
import { fabric3, onFabric, onFabric3, ownNetwork } from './support.ts';

const toyChaincode = (outDir: string) => bundleChaincode(outDir, join(import.meta.dirname, 'toy-chaincode.ts'));

interface ToyNetwork {
  readonly dir: string;
  readonly profiles: readonly [LoadedProfile, LoadedProfile];
}

async function toyNetwork(
  options: { readonly bft?: boolean; readonly members?: readonly string[] } = {},
): Promise<ToyNetwork> {
  const { dir, members } = await ownNetwork({ members: ['ACME', 'BETA'], chaincode: toyChaincode, ...options });
  const [first, second] = members.map(({ profile }) => readProfile(profile)) as [LoadedProfile, LoadedProfile];
  return { dir, profiles: [first, second] };
}

let raft: Promise<ToyNetwork> | undefined;

function sharedToyNetwork(): Promise<ToyNetwork> {
  raft ??= toyNetwork();
  return raft;
}

if (onFabric.skip === false) {
  ledgerConformance('Fabric', async () => {
    const { profiles } = await sharedToyNetwork();
    const [first, second] = await Promise.all([open(profiles[0]), open(profiles[1])]);
    return {
      first: seenBy(second, first),
      second: seenBy(first, second),
      publicKeys: [await publicKeyOf(profiles[0]), await publicKeyOf(profiles[1])],
      collections: false,
      resend: (name, args) => sentTwice(profiles[0], name, args),
      close: async () => {
        await first.close();
        await second.close();
      },
    };
  });
} else {
  test('ledger conformance: Fabric', onFabric, () => undefined);
}

suite('Fabric when it fails', onFabric, () => {
  let network: ToyNetwork;
  let ledger: FabricLedger;
  let hasty: FabricLedger;
  before(async () => {
    network = await sharedToyNetwork();
    ledger = await open(network.profiles[0]);
    hasty = await open(network.profiles[0], { patience: 1_500, status: 2_500, submit: 1_000, reconnect: 1_000 });
  });
  after(async () => {
    await ledger?.close();
    await hasty?.close();
  });

  const append = (item: string, by = ledger) => by.submit('steps', steps(['append', 'items', item]));
  const items = async (): Promise<string[]> => {
    const [list] = JSON.parse(await ledger.evaluate('steps', steps(['get', 'items']))) as [string | null];
    return JSON.parse(list ?? '[]') as string[];
  };

  test('a submission that no orderer answers is never said to have failed, and is committed once they are back', async () => {
    await end(network, /^orderer/);
    await assert.rejects(append('unclear', hasty), (error) => {
      assert.ok(isChannelError(error, 'LEDGER_UNAVAILABLE'), String(error));
      assert.match(error.message, /too few of them run to agree.*may be on the ledger/s);
      return true;
    });
    const waiting = append('patient');
    await sleep(500);
    await startAgain(network);
    await waiting;
    assert.equal((await items()).filter((item) => item === 'patient').length, 1);
  });

  test('orderers that hang after taking an envelope make one transaction of it', async () => {
    await signal(network, /^orderer/, 'SIGSTOP');
    const waiting = append('held');
    try {
      await sleep(6_000);
    } finally {
      await signal(network, /^orderer/, 'SIGCONT');
    }
    await waiting;
    assert.equal((await items()).filter((item) => item === 'held').length, 1);
    const sent = (await Array.fromAsync(ledger.blocks(0)))
      .flatMap(({ transactions }) => transactions)
      .filter(({ args, valid }) => valid && args === steps(['append', 'items', 'held']));
    assert.equal(sent.length, 1);
  });

  test("another member's chaincode that does not run is named, and waited for", async () => {
    await end(network, /^chaincode-BETA/);
    await assert.rejects(append('refused', hasty), (error) => {
      assert.ok(isChannelError(error, 'LEDGER_UNAVAILABLE'), String(error));
      assert.equal(error.details.member, 'BETA');
      return true;
    });
    const waiting = append('after chaincode');
    await startAgain(network);
    await waiting;
    assert.ok(!(await items()).includes('refused'));
  });

  test('the own peer dies: reads fail fast, a submission and a follower go on with it', async () => {
    const stop = new AbortController();
    const heights: number[] = [];
    const from = await ledger.height();
    const following = (async () => {
      for await (const { height } of ledger.blocks(from, { follow: true, signal: stop.signal })) heights.push(height);
    })();
    await append('before');
    await end(network, /^peer-ACME/);
    await assert.rejects(ledger.height(), (error) => isChannelError(error, 'LEDGER_UNAVAILABLE'));
    const waiting = append('across');
    await startAgain(network);
    const { height = -1 } = await waiting;
    while (!heights.includes(height)) await sleep(20);
    stop.abort();
    await following;
    assert.deepEqual(
      heights,
      Array.from(heights, (_, index) => from + index),
    );
  });

  test('an intact ledger verifies after all that', async () => {
    assert.deepEqual((await ledger.verify()).faults, []);
  });

  const [page, x] = ['steps', 'x'.repeat(6_000_000)];
  test('a page that no block holds is told as too large', async () => {
    await assert.rejects(ledger.submit(page, steps(['put', 'large', canonical(x)])), code('PAGE_TOO_LARGE'));
  });

  test('profiles that do not fit are told apart', async () => {
    const [acme, beta] = network.profiles;
    const [peer] = acme.peers as [LoadedProfile['peers'][0]];
    const tlsRootCert = beta.peers[0]?.tlsRootCert as string;
    const cases: readonly [Partial<LoadedProfile>, ErrorCode][] = [
      [{ channel: 'other' }, 'CHANNEL_WRONG'],
      [{ identity: beta.identity }, 'IDENTITY_REFUSED'],
      [{ mspId: 'BETA' }, 'IDENTITY_REFUSED'],
      [{ mspId: 'GAMMA' }, 'CONFIG_INVALID'],
      [{ peers: [{ ...peer, tlsRootCert }] }, 'CONFIG_INVALID'],
      [{ peers: [{ ...peer, serverName: 'elsewhere' }] }, 'CONFIG_INVALID'],
      [{ peers: [{ ...peer, endpoint: 'localhost:1' }] }, 'LEDGER_UNAVAILABLE'],
    ];
    for (const [change, expected] of cases) {
      await assert.rejects(open({ ...acme, ...change }, { readPatience: 500 }), code(expected), JSON.stringify(change));
    }
    const spare = await open({ ...acme, peers: [{ ...peer, endpoint: 'localhost:1' }, peer] });
    await spare.submit('steps', steps(['put', 'spare', '1']));
    await spare.close();
    const unknown = await open({ ...acme, chaincode: 'other' }, { patience: 500 });
    const submission = unknown.submit('steps', steps());
    await assert.rejects(
      submission,
      (error) => code('LEDGER_UNAVAILABLE')(error) && /no chaincode of this name/.test((error as Error).message),
    );
    await unknown.close();
  });

  test('a clock that differs by more than a quarter of an hour is told', async () => {
    mock.timers.enable({ apis: ['Date'], now: Date.now() + 20 * 60_000 });
    try {
      await assert.rejects(ledger.blocks(0, { follow: true })[Symbol.asyncIterator]().next(), code('CLOCK_SKEW'));
      // Peers of 2.5 look at the time of requests for blocks only.
      if (!fabric3) return;
      await assert.rejects(ledger.height(), code('CLOCK_SKEW'));
      await assert.rejects(append('early'), code('CLOCK_SKEW'));
    } finally {
      mock.timers.reset();
    }
  });
});

test("evidence carries every configuration and what both members' peers signed", onFabric, async () => {
  const { profiles } = await sharedToyNetwork();
  const ledger = await open(profiles[0]);
  const { transactionId, height } = await ledger.submit('steps', steps(['put', 'proven', '1']));
  const evidence = await ledger.evidence(transactionId);
  assert.equal(evidence?.height, height);
  const proof = evidence?.proof as FabricProof;
  assert.deepEqual(proof.transactionAnswer?.members, ['ACME', 'BETA']);
  assert.deepEqual(proof.definitionAnswer?.members, ['ACME', 'BETA']);
  assert.ok(proof.configs.length >= 1);
  await ledger.close();
});

test('blocks signed by a quorum of fault-tolerant orderers verify', onFabric3, async () => {
  const { profiles } = await toyNetwork({ bft: true });
  const ledger = await open(profiles[0]);
  await ledger.submit('steps', steps(['put', 'bft', '1']));
  const report = await ledger.verify();
  assert.deepEqual(report.faults, []);
  assert.equal(report.blocks, await ledger.height());
  await ledger.close();
});

function open(profile: LoadedProfile, limits: Partial<FabricLimits> = {}): Promise<FabricLedger> {
  return openFabricLedger({ profile, limits });
}

/** A ledger whose receipts come once the other member's Fabric peer has the block too, which is a moment later. */
function seenBy(other: Ledger, ledger: Ledger): Ledger {
  const submit: Ledger['submit'] = async (...call) => {
    const receipt = await ledger.submit(...call);
    try {
      while ((await other.height()) <= (receipt.height ?? -1)) await sleep(5);
    } catch (error) {
      if (!isChannelError(error, 'LEDGER_CLOSED')) throw error;
    }
    return receipt;
  };
  return {
    channel: ledger.channel,
    member: ledger.member,
    submit,
    evaluate: (...call) => ledger.evaluate(...call),
    blocks: (...call) => ledger.blocks(...call),
    height: () => ledger.height(),
    evidence: (id) => ledger.evidence(id),
    verify: (progress) => ledger.verify(progress),
    close: () => ledger.close(),
  };
}

async function sentTwice(profile: LoadedProfile, name: string, args: string): Promise<[SubmitReceipt, SubmitReceipt]> {
  const peer = openOwnPeer(
    profile,
    profile.peers[0] as LoadedProfile['peers'][0],
    await loadIdentity(profile, new Date()),
  );
  try {
    const signed = await peer.endorse({ name, args: [args] }, 10_000);
    const { transactionId, result } = signed;
    const send = async (): Promise<SubmitReceipt> => {
      await peer.submit(signed, 10_000);
      return { transactionId, height: (await peer.status(transactionId, 10_000)).height, result };
    };
    return [await send(), await send()];
  } finally {
    peer.close();
  }
}

async function publicKeyOf(profile: LoadedProfile): Promise<string> {
  const { publicKey } = new X509Certificate((await loadIdentity(profile, new Date())).certificate);
  return publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
}

async function signal({ dir }: ToyNetwork, names: RegExp, name: NodeJS.Signals): Promise<void> {
  for (const { name: process_, pid } of (await fabricStatus(dir)).processes) {
    if (names.test(process_) && pid !== null) process.kill(pid, name);
  }
}

async function end(network: ToyNetwork, names: RegExp): Promise<void> {
  await signal(network, names, 'SIGKILL');
  const lives = async () =>
    (await fabricStatus(network.dir)).processes.some(({ name, pid }) => names.test(name) && pid !== null);
  while (await lives()) await sleep(20);
}

async function startAgain({ dir }: ToyNetwork): Promise<void> {
  await fabricUp({ dir, chaincode: toyChaincode });
}

function code(expected: ErrorCode): (error: unknown) => boolean {
  return (error) => isChannelError(error, expected);
}
