import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChannelError, canonical, isChannelError } from '../../emissions/index.ts';
import { endorseError, FakePeer, gatewayError, type Script } from './fake-peer.conformance.ts';
import { defaultLimits } from './limits.ts';
import { OwnPeers } from './own-peers.ts';
import { type FoundTransaction, submitTransaction } from './submit.ts';

const limits = { ...defaultLimits, pause: 1, patience: 100, readPatience: 100, status: 200, resend: 20, conflicts: 3 };
const call = { name: 'records.submit', args: ['{}'] };

interface Circumstances {
  readonly found?: FoundTransaction;
  readonly signal?: AbortSignal;
  readonly patience?: number;
}

function run(peers: FakePeer | readonly FakePeer[], { found, signal, patience = 100 }: Circumstances = {}) {
  const list = peers instanceof FakePeer ? [peers] : peers;
  const within = { ...limits, patience };
  return submitTransaction(
    { peers: new OwnPeers(list, within), limits: within, lookUp: async () => found },
    call,
    signal,
  );
}

const MVCC = { code: 11, height: 6 };
const VALID = { code: 0, height: 7 };
const down = endorseError(14, 'No connection established. Last error: connect ECONNREFUSED');
const never = new Promise<never>(() => undefined);

test('a transaction is endorsed, sent once and answered from its block', async () => {
  const peer = new FakePeer({});
  assert.deepEqual(await run(peer), { transactionId: 't0', height: 7, result: '"0"' });
  assert.deepEqual(peer.asked, ['endorse', 'submit t0 envelope 0', 'status t0']);
});

test('what fails before anything was sent is proposed anew', async () => {
  const endorse = [
    endorseError(10, 'x', { BETA: 'could not launch chaincode uec' }),
    endorseError(9, 'no combination of peers can be derived'),
    endorseError(10, 'ProposalResponsePayloads do not match'),
    endorseError(4, 'Deadline exceeded'),
    'endorsed' as const,
  ];
  const peer = new FakePeer({ endorse });
  // Patient: on a busy machine four pauses can take longer than a hundred milliseconds.
  assert.equal((await run(peer, { patience: 60_000 })).transactionId, 't4');
  assert.equal(peer.asked.filter((step) => step.startsWith('submit')).length, 1);
});

test('endorsers that keep differing, and a network that stays incomplete, are reported, and nothing was sent', async () => {
  for (const [error, code] of [
    [endorseError(10, 'ProposalResponsePayloads do not match'), 'CHAINCODE_MISMATCH'],
    [endorseError(9, 'no combination of peers can be derived'), 'LEDGER_UNAVAILABLE'],
  ] as const) {
    const peer = new FakePeer({ endorse: [error] });
    await assert.rejects(
      run(peer),
      (thrown) => isChannelError(thrown, code) && thrown.details.transactionId !== undefined,
    );
    assert.ok(peer.asked.length > 1);
    assert.ok(!peer.asked.some((step) => step.startsWith('submit')));
  }
});

test('a refusal by a rule is final', async () => {
  const report = canonical(new ChannelError('NOT_ALLOWED', 'no').report());
  const peer = new FakePeer({ endorse: [endorseError(10, 'x', { ACME: `chaincode response 500, ${report}` })] });
  await assert.rejects(run(peer), (error) => isChannelError(error, 'NOT_ALLOWED'));
  assert.deepEqual(peer.asked, ['endorse']);
});

test('once sent, only the same envelope is sent again, whatever the orderers answer', async () => {
  const unclear = [
    gatewayError(14, 'no orderers could successfully process transaction'),
    gatewayError(4, 'Deadline exceeded'),
    gatewayError(14, 'Connection dropped'),
  ];
  for (const error of unclear) {
    const status: Script['status'] = [
      gatewayError(4, 'Deadline exceeded'),
      gatewayError(4, 'Deadline exceeded'),
      VALID,
    ];
    const peer = new FakePeer({ submit: [error, error, 'taken'], status });
    assert.deepEqual(await run(peer), { transactionId: 't0', height: 7, result: '"0"' });
    assert.equal(peer.asked.filter((step) => step === 'endorse').length, 1);
    assert.deepEqual([...new Set(peer.asked.filter((step) => step.startsWith('submit')))], ['submit t0 envelope 0']);
  }
});

test("a refusal after a try with unknown outcome is not taken for the transaction's fate", async () => {
  const refused = gatewayError(10, 'received unsuccessful response from orderer: status=FORBIDDEN, info=');
  const peer = new FakePeer({
    submit: [gatewayError(4, 'Deadline exceeded'), refused],
    status: [...Array.from({ length: 8 }, () => gatewayError(4, 'Deadline exceeded')), VALID],
  });
  assert.equal((await run(peer)).height, 7);
});

test('what an orderer refuses is final once no block came to hold it after all', async () => {
  const refused = gatewayError(10, 'received unsuccessful response from orderer: status=FORBIDDEN, info=');
  const submit = [refused];
  const peer = new FakePeer({ submit, status: [gatewayError(4, 'Deadline exceeded')] });
  await assert.rejects(run(peer), (error) => isChannelError(error, 'IDENTITY_REFUSED'));
  assert.equal(peer.asked.filter((step) => step.startsWith('submit')).length, 1);
  assert.equal((await run(new FakePeer({ submit, status: [gatewayError(4, 'Deadline exceeded'), VALID] }))).height, 7);
});

test('an envelope that no block ever holds is not reported as failed: it may be on the ledger', async () => {
  const peer = new FakePeer({ status: [gatewayError(4, 'Deadline exceeded')] });
  await assert.rejects(run(peer), (error) => {
    assert.ok(isChannelError(error, 'LEDGER_UNAVAILABLE'));
    assert.equal(error.details.transactionId, 't0');
    assert.match(error.message, /t0 may be on the ledger/);
    return true;
  });
  const sent = peer.asked.filter((step) => step.startsWith('submit'));
  assert.ok(sent.length > 1, 'an orderer may have lost it');
  assert.equal(new Set(sent).size, 1);
});

test('an envelope that is too large was never taken: that is final', async () => {
  const peer = new FakePeer({
    submit: [gatewayError(10, 'status=BAD_REQUEST, info=x exceeds maximum allowed 10485760 bytes')],
  });
  await assert.rejects(
    run(peer),
    (error) => isChannelError(error, 'PAGE_TOO_LARGE') && /Split the page/.test(error.fix),
  );
  assert.ok(!peer.asked.some((step) => step.startsWith('status')));
});

test('a transaction that lost to a concurrent one is proposed anew, and after some tries reported', async () => {
  const peer = new FakePeer({ status: [MVCC, MVCC, VALID] });
  assert.equal((await run(peer)).transactionId, 't2');
  const loser = new FakePeer({ status: [MVCC] });
  await assert.rejects(
    run(loser),
    (error) => isChannelError(error, 'NOT_COMMITTED') && error.details.transactionId === 't3',
  );
});

test('a transaction that the policy finds invalid is final', async () => {
  const peer = new FakePeer({ status: [{ code: 10, height: 6 }] });
  await assert.rejects(
    run(peer),
    (error) => isChannelError(error, 'NOT_ENDORSED') && /code 10 in block 6/.test(error.message),
  );
  assert.equal(peer.asked.filter((step) => step === 'endorse').length, 1);
});

test('duplicates are answered with the first result', async () => {
  const first = { height: 5, valid: true, result: '"first"' };
  const duplicate = endorseError(10, 'x', { ACME: 'duplicate transaction found [ab]. Creator [0a]' });
  assert.deepEqual(await run(new FakePeer({ endorse: [duplicate] }), { found: first }), {
    transactionId: 'ab'.repeat(32),
    height: 5,
    result: '"first"',
  });
  const copy = new FakePeer({ status: [{ code: 9, height: 6 }] });
  assert.deepEqual(await run(copy, { found: first }), { transactionId: 't0', height: 5, result: '"0"' });
});

test('a peer that does not answer gives way to the next one, at every step', async () => {
  const dead = new FakePeer({ endorse: [down] }, 'peer:1');
  const live = new FakePeer({}, 'peer:2');
  assert.equal((await run([dead, live])).height, 7);
  assert.deepEqual(dead.asked, ['endorse']);
  const dying = new FakePeer({ submit: [gatewayError(14, 'Connection dropped')] }, 'peer:1');
  const next = new FakePeer({ status: [gatewayError(14, 'Connection dropped'), VALID] }, 'peer:2');
  assert.equal((await run([dying, next])).transactionId, 't0');
  assert.equal(dying.asked[0], 'endorse');
  assert.ok(next.asked.every((step) => step !== 'endorse'));
});

test('given up before it is sent nothing is sent; given up after it, it may be on the ledger', async () => {
  const peer = new FakePeer({});
  await assert.rejects(run(peer, { signal: AbortSignal.abort() }), (error) =>
    isChannelError(error, 'LEDGER_UNAVAILABLE'),
  );
  assert.deepEqual(peer.asked, []);
  for (const [script, sent] of [
    [{ endorse: [never] }, false],
    [{ submit: [never] }, true],
    [{ status: [never] }, true],
  ] as const) {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 5);
    await assert.rejects(run(new FakePeer(script), { signal: stop.signal }), (error) => {
      assert.ok(isChannelError(error, 'LEDGER_UNAVAILABLE'));
      assert.equal(/t0 may be on the ledger/.test(error.message), sent);
      return true;
    });
  }
});

test('a read tries every own peer once, and waits only for what may come back soon', async () => {
  const dead = new FakePeer({ evaluate: [down] }, 'peer:1');
  const live = new FakePeer({ evaluate: ['answer'] }, 'peer:2');
  const peers = new OwnPeers([dead, live], limits);
  assert.equal(Buffer.from(await peers.evaluate(call)).toString(), 'answer');
  await peers.evaluate(call);
  assert.equal(dead.asked.length, 1, 'the peer that answered is asked first from now on');
  await assert.rejects(new OwnPeers([dead, dead], limits).evaluate(call), (error) =>
    isChannelError(error, 'LEDGER_UNAVAILABLE'),
  );
  const starting = gatewayError(10, 'x', { ACME: 'could not launch chaincode uec' });
  const restarted = new FakePeer({ evaluate: [starting, starting, 'back'] });
  assert.equal(Buffer.from(await new OwnPeers([restarted], limits).evaluate(call)).toString(), 'back');
});
