// Who must endorse: a majority of the members, and always the member that submits. And private collections, whose values only
// their owner's peers hold. On three members' real peers.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { canonical, type ErrorCode, isChannelError, sha256 } from '../../src/emissions/index.ts';
import { bundleChaincode } from '../../src/ledger/fabric/chaincode/index.ts';
import type { PrivateStep } from '../../src/ledger/fabric/chaincode/private-steps.conformance.ts';
import { GatewayLedger } from '../../src/ledger/fabric/gateway-ledger.ts';
import { loadIdentity } from '../../src/ledger/fabric/identity.ts';
import { openFabricLedger, readProfile } from '../../src/ledger/fabric/index.ts';
import { defaultLimits } from '../../src/ledger/fabric/limits.ts';
import { fabricStatus, fabricUp } from '../../src/ledger/fabric/network/index.ts';
import { openOwnPeer } from '../../src/ledger/fabric/own-peer.ts';
import type { Ledger } from '../../src/ledger/index.ts';
import { steps } from '../../src/ledger/toy-contract.conformance.ts';
import { line, pageOf, recordOf } from '../support/fixture-channel.ts';
import { egrid, residual } from '../support/fixture-releases.ts';
import { onFabric, ownNetwork } from './support.ts';

const chaincode = (outDir: string) => bundleChaincode(outDir, join(import.meta.dirname, 'toy-chaincode.ts'));

suite('endorsement by the member itself, and its private collection', onFabric, () => {
  const profiles = new Map<string, string>();
  const ledgers: Ledger[] = [];
  let dir: string;
  let acme: Ledger;
  let beta: Ledger;
  let written = 0;

  before(async () => {
    const network = await ownNetwork({ members: ['ACME', 'BETA', 'AUDIT'], chaincode });
    dir = network.dir;
    for (const { id, profile } of network.members) profiles.set(id, profile);
    [acme, beta] = [await open('ACME'), await open('BETA')];
    for (const { manifest } of [egrid, residual]) {
      const { height = 0 } = await acme.submit('factors.publish', canonical({ manifest }));
      // The other member's peer has the block a moment later.
      while ((await beta.height()) <= height) await sleep(20);
    }
  });
  after(async () => {
    for (const ledger of ledgers) await ledger.close();
  });

  async function open(member: string, limits = {}): Promise<Ledger> {
    const ledger = await openFabricLedger({ profile: readProfile(profiles.get(member) as string), limits });
    ledgers.push(ledger);
    return ledger;
  }

  /** The member's own client and certificate, its proposals endorsed by these members and no others. */
  async function endorsedBy(member: string, members: readonly string[]): Promise<Ledger> {
    const profile = readProfile(profiles.get(member) as string);
    const identity = await loadIdentity(profile, new Date());
    const peer = openOwnPeer(profile, profile.peers[0] as (typeof profile.peers)[0], identity);
    const endorse = peer.endorse.bind(peer);
    peer.endorse = (call, timeout) => endorse({ ...call, members }, timeout);
    const ledger = new GatewayLedger(profile, [peer], defaultLimits, () => []);
    ledgers.push(ledger);
    return ledger;
  }

  /** One record on a meter of its own. */
  function write(ledger: Ledger) {
    written += 1;
    const record = recordOf(line({ owner: ledger.member, meter: sha256(`meter ${written}`) }));
    return ledger.submit('records.submit', canonical(pageOf([record], `page-${written}`)));
  }

  async function signal(names: RegExp, name: NodeJS.Signals): Promise<void> {
    for (const { name: process_, pid } of (await fabricStatus(dir)).processes) {
      if (names.test(process_) && pid !== null) process.kill(pid, name);
    }
  }

  async function kill(names: RegExp): Promise<void> {
    await signal(names, 'SIGKILL');
    const lives = async () =>
      (await fabricStatus(dir)).processes.some(({ name, pid }) => names.test(name) && pid !== null);
    while (await lives()) await sleep(20);
  }

  const startAgain = () => fabricUp({ dir, chaincode });

  async function statusOf(ledger: Ledger, transactionId: string): Promise<boolean | undefined> {
    for await (const { transactions } of ledger.blocks(0)) {
      const found = transactions.find(({ id }) => id === transactionId);
      if (found !== undefined) return found.valid;
    }
    return undefined;
  }

  test("a member's page that a majority of others endorsed takes no effect, and is told apart", async () => {
    const height = await beta.height();
    await assert.rejects(write(await endorsedBy('BETA', ['ACME', 'AUDIT'])), (error) => {
      assert.ok(isChannelError(error, 'NOT_ENDORSED'), String(error));
      assert.match(error.message, /its own member's peer among them/);
      return true;
    });
    const [block] = await Array.fromAsync(beta.blocks(height));
    assert.deepEqual(
      block?.transactions.map(({ name, valid, result }) => [name, valid, result]),
      [['records.submit', false, undefined]],
    );
    // With its own peer in place of another's the same two out of three are enough.
    const { transactionId } = await write(await endorsedBy('BETA', ['BETA', 'AUDIT']));
    assert.equal(await statusOf(beta, transactionId), true);
  });

  test('its own endorsement alone is not enough either', async () => {
    await assert.rejects(write(await endorsedBy('BETA', ['BETA'])), code('NOT_ENDORSED'));
  });

  test("an auditor's and the steward's transactions need theirs", async () => {
    const args = canonical({ id: 'BETA', reason: 'Under review' });
    await assert.rejects(
      (await endorsedBy('ACME', ['BETA', 'AUDIT'])).submit('members.suspend', args),
      code('NOT_ENDORSED'),
    );
    await assert.doesNotReject(write(beta));
  });

  test('a member admitted later is bound from its first transaction on', async () => {
    // AUDIT was admitted by ACME; until now it submitted nothing.
    const args = canonical({
      endpoint: 'https://audit.example:8443',
      recipientKey: `age1${'q'.repeat(58)}`,
      signingKey: 'MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=',
      validFrom: new Date().toISOString().slice(0, 10),
      validTo: new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10),
    });
    await assert.rejects(
      (await endorsedBy('AUDIT', ['ACME', 'BETA'])).submit('nodes.announce', args),
      code('NOT_ENDORSED'),
    );
    await (await open('AUDIT')).submit('nodes.announce', args);
  });

  test("where the member's own chaincode does not run nobody else's endorsement stands in: it is told whose is needed", async () => {
    const hasty = await open('BETA', { patience: 1_500 });
    await kill(/^chaincode-BETA/);
    try {
      await assert.rejects(write(hasty), (error) => {
        assert.ok(isChannelError(error, 'LEDGER_UNAVAILABLE'), String(error));
        assert.equal(error.details.member, 'BETA');
        return true;
      });
      // The others write on.
      await write(acme);
    } finally {
      await startAgain();
    }
    await write(hasty);
  });

  test("where the member's own peer is down it is told so, and the others write on", async () => {
    const hasty = await open('BETA', { patience: 1_500 });
    await kill(/^peer-BETA/);
    try {
      await assert.rejects(write(hasty), (error) => {
        assert.ok(isChannelError(error, 'LEDGER_UNAVAILABLE'), String(error));
        assert.match(error.message, /the peer cannot be reached/);
        return true;
      });
      await write(acme);
    } finally {
      await startAgain();
    }
    await write(hasty);
  });

  test('verify finds a valid write that its member did not endorse', async () => {
    assert.deepEqual((await beta.verify()).faults, []);
    // The toy contract demands nothing: a chaincode that members changed would do the same.
    const { transactionId } = await (await endorsedBy('BETA', ['ACME', 'AUDIT'])).submit(
      'steps',
      steps(['put', 'k', '"v"']),
    );
    const [fault, ...others] = (await acme.verify()).faults;
    assert.equal(others.length, 0);
    assert.equal(fault?.code, 'SIGNATURE_INVALID');
    assert.match(fault?.message ?? '', new RegExp(`${transactionId}: BETA, which submitted it, is not among those`));
    // A transaction that writes nothing needs nobody.
    await (await endorsedBy('BETA', ['ACME', 'AUDIT'])).submit('steps', steps(['get', 'k']));
    assert.equal((await acme.verify()).faults.length, 1);
  });

  const own = '_implicit_org_BETA';
  const sealed = Buffer.from('age-encryption.org/v1\n-> X25519 abc\n');
  const privately = (ledger: Ledger, step: PrivateStep, value?: Uint8Array) =>
    ledger.submit(
      'private',
      canonical(step),
      value === undefined ? {} : { sealed: { [`${step[1]}/${step[2]}`]: value } },
    );
  const kept = async (ledger: Ledger, collection: string): Promise<unknown> =>
    JSON.parse(await ledger.evaluate('private', canonical(['get', collection, 'd1'])));

  test("a sealed value is kept by its member's peers alone, stands in no block, and is gone after a purge", async () => {
    assert.equal(await kept(beta, own), null);
    await privately(beta, ['put', own, 'd1'], sealed);
    assert.equal(await kept(beta, own), sealed.toString('base64'));
    await assert.rejects(kept(acme, own), code('NOT_OWNER'));
    for await (const { transactions } of acme.blocks(0)) {
      for (const { args, result } of transactions) assert.ok(!`${args}${result}`.includes('X25519 abc'));
    }
    await privately(beta, ['purge', own, 'd1']);
    assert.equal(await kept(beta, own), null);
  });

  test('another member, plain text and a value that was not sent are refused', async () => {
    await assert.rejects(privately(acme, ['put', own, 'd1'], sealed), code('NOT_OWNER'));
    await assert.rejects(privately(acme, ['purge', own, 'd1']), code('NOT_OWNER'));
    await assert.rejects(privately(beta, ['put', own, 'd1'], Buffer.from('a bill')), code('ARGUMENTS_INVALID'));
    await assert.rejects(privately(beta, ['put', own, 'd1']), code('ARGUMENTS_INVALID'));
    assert.equal(await kept(beta, own), null);
  });
});

function code(expected: ErrorCode): (error: unknown) => boolean {
  return (error) => {
    if (isChannelError(error, expected)) return true;
    throw error;
  };
}
