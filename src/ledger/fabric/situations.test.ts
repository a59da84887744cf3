import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChannelError, canonical, type ErrorCode } from '../../emissions/index.ts';
import { errorOf, failureOf } from './failure.ts';
import { endorseError, gatewayError } from './fake-peer.conformance.ts';
import { type Reaction, type Step, situationOf } from './situations.ts';

const refusal = canonical(
  new ChannelError('PERIOD_OVERLAP', 'record a overlaps b', { recordId: 'a', otherRecordId: 'b', index: 3 }).report(),
);
const collect = 'failed to collect enough transaction endorsements, see attached details for more info';

/** Texts as Fabric 3.1 gives them, by step. */
const cases: readonly [Step, Error, Reaction, ErrorCode][] = [
  ['endorse', endorseError(10, collect, { ACME: `chaincode response 500, ${refusal}` }), 'final', 'PERIOD_OVERLAP'],
  [
    'evaluate',
    gatewayError(2, `evaluate call to endorser returned error: chaincode response 500, ${refusal}`),
    'final',
    'PERIOD_OVERLAP',
  ],
  [
    'evaluate',
    gatewayError(2, 'evaluate call to endorser returned error: chaincode response 500, no such height'),
    'final',
    'NOT_ENDORSED',
  ],
  [
    'endorse',
    endorseError(10, 'failed to assemble transaction: ProposalResponsePayloads do not match (base64): a vs b'),
    'propose',
    'CHAINCODE_MISMATCH',
  ],
  [
    'endorse',
    endorseError(10, collect, {
      BETA: 'error in simulation: could not launch chaincode uec_1:ab: connection to uec_1:ab failed: error cannot create connection',
    }),
    'propose',
    'LEDGER_UNAVAILABLE',
  ],
  [
    'endorse',
    endorseError(10, collect, {
      BETA: 'error in simulation: failed to execute transaction ab: error sending: timeout expired while executing transaction',
    }),
    'final',
    'INTERNAL',
  ],
  [
    'endorse',
    endorseError(10, collect, {
      BETA: 'rpc error: code = Unavailable desc = connection error: dial tcp 127.0.0.1:7051: connect: connection refused',
    }),
    'propose',
    'LEDGER_UNAVAILABLE',
  ],
  [
    'endorse',
    endorseError(
      9,
      'no combination of peers can be derived which satisfy the endorsement policy: no peer combination can satisfy the endorsement policy',
    ),
    'propose',
    'LEDGER_UNAVAILABLE',
  ],
  [
    'endorse',
    endorseError(
      9,
      'no combination of peers can be derived which satisfy the endorsement policy: No metadata was found for chaincode nope in channel uec',
    ),
    'propose',
    'LEDGER_UNAVAILABLE',
  ],
  [
    'evaluate',
    gatewayError(9, 'no peers available to evaluate chaincode qscc in channel uec'),
    'propose',
    'CONFIG_INVALID',
  ],
  [
    'evaluate',
    gatewayError(14, 'failed to get config for channel [nope]: could not get last config for channel nope'),
    'final',
    'CHANNEL_WRONG',
  ],
  [
    'endorse',
    endorseError(14, 'No connection established. Last error: Error: connect ECONNREFUSED 127.0.0.1:1.'),
    'peer',
    'LEDGER_UNAVAILABLE',
  ],
  [
    'evaluate',
    gatewayError(14, 'No connection established. Last error: Error: unable to verify the first certificate'),
    'peer',
    'CONFIG_INVALID',
  ],
  [
    'evaluate',
    gatewayError(
      14,
      "No connection established. Last error: Error [ERR_TLS_CERT_ALTNAME_INVALID]: Hostname/IP does not match certificate's altnames",
    ),
    'peer',
    'CONFIG_INVALID',
  ],
  [
    'endorse',
    endorseError(10, collect, {
      ACME: 'error validating proposal: access denied: channel [uec] creator org unknown, creator is malformed',
    }),
    'final',
    'IDENTITY_REFUSED',
  ],
  [
    'endorse',
    endorseError(10, collect, { ACME: 'error validating proposal: access denied: channel [uec] creator org [ACME]' }),
    'final',
    'IDENTITY_REFUSED',
  ],
  [
    'endorse',
    endorseError(10, collect, {
      ACME: 'Failed evaluating policy on signed data during check policy on channel [uec] with policy [/Channel/Application/Writers]',
    }),
    'final',
    'IDENTITY_REFUSED',
  ],
  [
    'evaluate',
    gatewayError(14, 'failed to evaluate transaction, see attached details', {
      ACME: 'proposal client identity expired',
    }),
    'final',
    'IDENTITY_EXPIRED',
  ],
  [
    'evaluate',
    gatewayError(14, 'failed to evaluate transaction', {
      ACME: 'request unauthorized due to incorrect timestamp 2026-11-23T19:49:51Z, peer time 2026-11-23T19:29:51Z',
    }),
    'final',
    'CLOCK_SKEW',
  ],
  [
    'endorse',
    endorseError(10, collect, { ACME: 'error validating proposal: duplicate transaction found [ab]. Creator [0a]' }),
    'look-up',
    'LEDGER_UNAVAILABLE',
  ],
  [
    'endorse',
    endorseError(8, 'grpc: received message larger than max (120001135 vs. 104857600)'),
    'final',
    'PAGE_TOO_LARGE',
  ],
  ['endorse', endorseError(4, 'Deadline exceeded after 15.000s'), 'propose', 'LEDGER_UNAVAILABLE'],
  ['endorse', endorseError(10, collect, { ACME: 'something new' }), 'final', 'NOT_ENDORSED'],
  [
    'submit',
    gatewayError(
      10,
      'received unsuccessful response from orderer: status=BAD_REQUEST, info=message payload is 12003782 bytes and exceeds maximum allowed 10485760 bytes',
    ),
    'final',
    'PAGE_TOO_LARGE',
  ],
  [
    'submit',
    gatewayError(10, 'received unsuccessful response from orderer: status=FORBIDDEN, info='),
    'final',
    'IDENTITY_REFUSED',
  ],
  [
    'submit',
    gatewayError(10, 'received unsuccessful response from orderer: status=BAD_REQUEST, info=other'),
    'final',
    'NOT_ENDORSED',
  ],
  ['submit', gatewayError(14, 'no orderers could successfully process transaction'), 'resend', 'LEDGER_UNAVAILABLE'],
  [
    'submit',
    gatewayError(
      14,
      'insufficient number of orderers could successfully process transaction to satisfy quorum requirement',
    ),
    'resend',
    'LEDGER_UNAVAILABLE',
  ],
  [
    'submit',
    gatewayError(14, 'insufficient number of orderers could successfully process transaction', {
      OrdererMSP: 'received unsuccessful response from orderer: status=FORBIDDEN, info=',
    }),
    'resend',
    'LEDGER_UNAVAILABLE',
  ],
  ['submit', gatewayError(4, 'Deadline exceeded after 5.000s'), 'resend', 'LEDGER_UNAVAILABLE'],
  ['submit', gatewayError(13, 'anything else'), 'resend', 'LEDGER_UNAVAILABLE'],
  ['status', gatewayError(4, 'Deadline exceeded after 10.000s'), 'ask', 'LEDGER_UNAVAILABLE'],
  ['status', gatewayError(14, 'No connection established'), 'ask', 'LEDGER_UNAVAILABLE'],
  ['status', gatewayError(7, 'signature set did not satisfy policy'), 'final', 'IDENTITY_REFUSED'],
  ['deliver', new Error('Unexpected status response: 400'), 'final', 'CLOCK_SKEW'],
  ['deliver', new Error('Unexpected status response: 403'), 'final', 'IDENTITY_REFUSED'],
  ['deliver', new Error('Unexpected status response: 404'), 'final', 'CHANNEL_WRONG'],
  ['deliver', new Error('Unexpected status response: 503'), 'peer', 'LEDGER_UNAVAILABLE'],
  ['deliver', gatewayError(14, 'Connection dropped'), 'peer', 'LEDGER_UNAVAILABLE'],
];

for (const [step, error, reaction, code] of cases) {
  const told = [
    error.message,
    ...(error instanceof Error && 'details' in error ? [JSON.stringify(error.details)] : []),
  ];
  test(`${step}: ${told.join(' ').slice(0, 110)}`, () => {
    const failure = failureOf(step, error);
    assert.equal(situationOf(failure).reaction, reaction);
    const reported = errorOf(failure, { name: 'records.submit', where: 'peer:1' }, error);
    assert.equal(reported.code, code);
    assert.equal(reported.details.cause, error);
    assert.equal(reported.details.where, 'peer:1');
  });
}

const validation: readonly [number, Reaction, ErrorCode][] = [
  [11, 'propose', 'NOT_COMMITTED'],
  [12, 'propose', 'NOT_COMMITTED'],
  [10, 'final', 'NOT_ENDORSED'],
  [9, 'look-up', 'LEDGER_UNAVAILABLE'],
  [16, 'propose', 'CHAINCODE_MISMATCH'],
  [4, 'final', 'NOT_ENDORSED'],
];

for (const [number, reaction, code] of validation) {
  test(`a transaction in a block with validation code ${number}`, () => {
    const situation = situationOf({ step: 'commit', number, texts: [], members: [] });
    assert.equal(situation.reaction, reaction);
    assert.equal(situation.code, code);
  });
}

test("a refusal keeps the rule's code, text and ids", () => {
  const error = endorseError(10, collect, { ACME: `chaincode response 500, ${refusal}`, BETA: 'Unavailable' });
  const call = { name: 'records.submit', transactionId: 't' };
  const { code, message, details } = errorOf(failureOf('endorse', error), call, error);
  assert.equal(code, 'PERIOD_OVERLAP');
  assert.equal(message, 'record a overlaps b');
  assert.equal(details.recordId, 'a');
  assert.equal(details.otherRecordId, 'b');
  assert.equal(details.index, 3);
  assert.equal(details.transactionId, 't');
});

test('a refusal with a code that this version does not know is not taken for success or for a fault of this software', () => {
  const error = endorseError(10, collect, {
    ACME: 'chaincode response 500, {"code":"NEW_RULE","message":"no","fix":"-"}',
  });
  const reported = errorOf(failureOf('endorse', error), { name: 'x' }, error);
  assert.equal(reported.code, 'NOT_ENDORSED');
  assert.match(reported.message, /NEW_RULE: no/);
});

test('a member whose chaincode is down is named, and certificates in hex stay out of the message', () => {
  const hex = '0a'.repeat(300);
  const error = endorseError(10, collect, { BETA: `could not launch chaincode uec; Creator [${hex}]` });
  const reported = errorOf(failureOf('endorse', error), { name: 'x' }, error);
  assert.equal(reported.details.member, 'BETA');
  assert.match(reported.message, /\(BETA\)/);
  assert.ok(!reported.message.includes('0a0a'));
  assert.ok(!reported.message.includes('\n'));
});
