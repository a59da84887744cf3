import type { ErrorCode } from '../../emissions/index.ts';

/**
 * Where in a call a failure was met. `commit` is a transaction that stands in a block as invalid: its number is a validation
 * code. `deliver` is the stream of blocks: its number is the status of the answer, or that of gRPC.
 */
export type Step = 'evaluate' | 'endorse' | 'submit' | 'status' | 'commit' | 'deliver';

/** A failure in the form in which the table reads it. */
export interface Failure {
  readonly step: Step;
  /** gRPC status, validation code (`commit`), or status of the answer (`deliver`, 200 and above). */
  readonly number: number;
  /** The error's text, then those of the peers. */
  readonly texts: readonly string[];
  /** Members whose peers told the failure. */
  readonly members: readonly string[];
}

/**
 * What follows. `final`: report it. `peer`: the same on the next own peer. `propose`: wait, then a new proposal, which is safe
 * because nothing was sent to the orderers or what was sent is in a block as invalid. `resend`: the outcome is unknown, so the
 * same signed envelope and no other. `ask`: ask for the status again. `look-up`: the transaction is on the channel already.
 */
export type Reaction = 'final' | 'peer' | 'propose' | 'resend' | 'ask' | 'look-up';

export interface Situation {
  readonly name: string;
  readonly reaction: Reaction;
  /** The code under which it is reported once the reaction is spent. */
  readonly code: ErrorCode;
  /** What was found, in words. */
  readonly says: string;
  readonly fix?: string;
}

interface Row extends Situation {
  readonly steps: readonly Step[];
  /** Any number where absent. */
  readonly numbers?: readonly number[];
  /** Any text where absent. */
  readonly text?: RegExp;
  /** Only where no peer was named: then it is the connection itself that failed. */
  readonly connection?: true;
}

// gRPC status numbers.
const DEADLINE_EXCEEDED = 4;
const PERMISSION_DENIED = 7;
const RESOURCE_EXHAUSTED = 8;
const FAILED_PRECONDITION = 9;
const ABORTED = 10;
const UNAVAILABLE = 14;

// Validation codes of a transaction in a block.
const DUPLICATE_TXID = 9;
const ENDORSEMENT_POLICY_FAILURE = 10;
const MVCC_READ_CONFLICT = 11;
const PHANTOM_READ_CONFLICT = 12;
const EXPIRED_CHAINCODE = 16;
const CHAINCODE_VERSION_CONFLICT = 17;

const RENEW = "Renew the certificate with the organisation's CA and name it in the connection profile.";

/**
 * The first row that fits holds, so the narrower ones stand first. A gRPC status alone never tells the case: step, number and
 * text do.
 */
const rows: readonly Row[] = [
  // Proposals: nothing was sent to the orderers.
  {
    name: 'the contract refuses',
    steps: ['endorse', 'evaluate'],
    text: /chaincode response [45]\d\d, /,
    reaction: 'final',
    code: 'NOT_ENDORSED',
    says: 'the contract refused',
  },
  {
    name: 'endorsers differ',
    steps: ['endorse'],
    text: /ProposalResponsePayloads do not match/,
    reaction: 'propose',
    code: 'CHAINCODE_MISMATCH',
    says: "the endorsing members' chaincodes give different results",
  },
  {
    name: 'the certificate is expired',
    steps: ['endorse', 'evaluate', 'submit', 'status'],
    text: /identity expired|certificate has expired/i,
    reaction: 'final',
    code: 'IDENTITY_EXPIRED',
    says: 'the certificate is expired',
    fix: RENEW,
  },
  {
    name: 'the clocks differ',
    steps: ['endorse', 'evaluate', 'deliver'],
    text: /incorrect timestamp/,
    reaction: 'final',
    code: 'CLOCK_SKEW',
    says: "the peer's clock and this one differ by too much",
  },
  {
    name: 'the identity is not accepted',
    steps: ['endorse', 'evaluate', 'status'],
    text: /access denied|Failed evaluating policy|creator is malformed|creator org unknown|could not obtain identity|SERVICE_FORBIDDEN/i,
    reaction: 'final',
    code: 'IDENTITY_REFUSED',
    says: 'the channel does not accept the certificate',
  },
  {
    name: 'the proposal is on the channel already',
    steps: ['endorse'],
    text: /duplicate transaction found/,
    reaction: 'look-up',
    code: 'LEDGER_UNAVAILABLE',
    says: 'the transaction is on the channel already',
  },
  {
    name: 'the contract does not answer',
    steps: ['endorse', 'evaluate'],
    text: /timeout expired while executing transaction/,
    reaction: 'final',
    code: 'INTERNAL',
    says: "the chaincode gave no answer in the peer's time",
  },
  {
    name: 'too large for the peer',
    steps: ['endorse', 'evaluate'],
    numbers: [RESOURCE_EXHAUSTED],
    text: /larger than max|too large/i,
    reaction: 'final',
    code: 'PAGE_TOO_LARGE',
    says: 'the page is too large for the peer',
  },
  {
    name: 'the channel is not there',
    steps: ['endorse', 'evaluate', 'status'],
    text: /channel '?\S+'? not found|channel does not exist|(could not get last|failed to get) config for channel|Invalid chain ID/i,
    reaction: 'final',
    code: 'CHANNEL_WRONG',
    says: 'the peer is not on the channel',
    fix: 'Name the channel and a peer that joined it in the connection profile.',
  },
  {
    name: 'the chaincode is not installed',
    steps: ['endorse', 'evaluate'],
    text: /chaincode \S+ not found|chaincode definition for '?\S+'? exists, but chaincode is not installed/,
    reaction: 'propose',
    code: 'CHAINCODE_MISMATCH',
    says: 'a peer has no chaincode of the name and definition that the channel agreed on',
    fix: "Install and approve the channel's chaincode on that member's peer; check its name in the profile.",
  },
  {
    name: 'a chaincode does not run',
    steps: ['endorse', 'evaluate'],
    text: /could not launch chaincode|chaincode stream terminated|chaincode registration failed|error sending|connection to .* failed/,
    reaction: 'propose',
    code: 'LEDGER_UNAVAILABLE',
    says: "a member's chaincode does not run",
    fix: 'Start the chaincode of the member named.',
  },
  {
    name: 'the peer is of another member',
    steps: ['evaluate'],
    text: /no peers available to evaluate chaincode qscc/,
    reaction: 'propose',
    code: 'CONFIG_INVALID',
    says: 'the peer is not of the member that the profile names',
    fix: 'Name the member by its MSP id, and its own peers, in the connection profile.',
  },
  {
    name: 'the chaincode is not known',
    steps: ['endorse', 'evaluate'],
    text: /No metadata was found for chaincode/,
    reaction: 'propose',
    code: 'LEDGER_UNAVAILABLE',
    says: 'the channel has no chaincode of this name, or its peers do not know each other yet',
    fix: 'Check the chaincode of the connection profile; a network that has just started needs a moment.',
  },
  {
    name: 'a peer of another member is down',
    steps: ['endorse', 'evaluate'],
    text: /no combination of peers|no peers available|no endorsing peers|failed to find any endorsing peers|no endorsers|failed constructing descriptor|no discovery/i,
    reaction: 'propose',
    code: 'LEDGER_UNAVAILABLE',
    says: "too few members' peers with the chaincode can be reached for an endorsement",
    fix: "Check that the other members' peers run, and the channel and chaincode of the connection profile.",
  },
  {
    name: 'the TLS certificates do not fit',
    steps: ['endorse', 'evaluate', 'deliver'],
    numbers: [UNAVAILABLE],
    text: /self.signed certificate|unable to (verify|get)[^.]*certificate|altnames|certificate (is not|has|signature)|unknown ca|bad certificate/i,
    reaction: 'peer',
    code: 'CONFIG_INVALID',
    says: "the peer's TLS certificate does not fit the profile",
    fix: 'Name the TLS root certificate of that peer, and its host name, in the connection profile.',
  },
  {
    name: 'the own peer is down',
    steps: ['endorse', 'evaluate', 'deliver'],
    numbers: [UNAVAILABLE],
    connection: true,
    reaction: 'peer',
    code: 'LEDGER_UNAVAILABLE',
    says: 'the peer cannot be reached',
  },
  {
    name: 'a peer died in the call',
    steps: ['endorse', 'evaluate'],
    text: /unavailable|connection refused|connection error|EOF|error reading from server/i,
    reaction: 'propose',
    code: 'LEDGER_UNAVAILABLE',
    says: 'an endorsing peer cannot be reached',
  },
  {
    name: 'a peer is not available',
    steps: ['endorse', 'evaluate'],
    numbers: [UNAVAILABLE],
    reaction: 'propose',
    code: 'LEDGER_UNAVAILABLE',
    says: 'a peer is not available',
  },
  {
    name: 'no answer in time',
    steps: ['endorse', 'evaluate'],
    numbers: [DEADLINE_EXCEEDED],
    reaction: 'propose',
    code: 'LEDGER_UNAVAILABLE',
    says: 'no answer in time',
  },
  {
    name: 'endorsing members are not ready',
    steps: ['endorse', 'evaluate'],
    numbers: [FAILED_PRECONDITION],
    reaction: 'propose',
    code: 'LEDGER_UNAVAILABLE',
    says: 'the peer cannot find who endorses',
    fix: "Check the channel and chaincode of the connection profile, and that the other members' peers run.",
  },
  {
    name: 'not endorsed',
    steps: ['endorse', 'evaluate'],
    reaction: 'final',
    code: 'NOT_ENDORSED',
    says: 'it was not endorsed',
  },
  // The orderers: from here on the outcome may be unknown.
  {
    name: 'too large for a block',
    steps: ['submit'],
    text: /exceeds maximum allowed|TOO_LARGE/,
    reaction: 'final',
    code: 'PAGE_TOO_LARGE',
    says: 'the page is too large for a block',
  },
  {
    // Of fault-tolerant orderers some may refuse what others took: that answer has another number.
    name: 'the orderers do not accept the identity',
    steps: ['submit'],
    numbers: [ABORTED],
    text: /status=FORBIDDEN/,
    reaction: 'final',
    code: 'IDENTITY_REFUSED',
    says: 'the orderers do not accept the certificate',
  },
  {
    name: 'the orderers refuse',
    steps: ['submit'],
    numbers: [ABORTED],
    text: /unsuccessful response from orderer: status=(BAD_REQUEST|NOT_FOUND)/,
    reaction: 'final',
    code: 'NOT_ENDORSED',
    says: 'the orderers refused it',
  },
  {
    name: 'no quorum of orderers',
    steps: ['submit'],
    text: /no orderers could successfully|insufficient number of orderers|no orderer nodes available/,
    reaction: 'resend',
    code: 'LEDGER_UNAVAILABLE',
    says: 'no orderer takes transactions: too few of them run to agree',
    fix: 'Start the orderers; look the transaction up before sending its content again.',
  },
  {
    name: 'unknown outcome',
    steps: ['submit'],
    reaction: 'resend',
    code: 'LEDGER_UNAVAILABLE',
    says: "the orderers' answer did not come",
  },
  {
    name: 'the status may not be asked',
    steps: ['status'],
    numbers: [PERMISSION_DENIED],
    reaction: 'final',
    code: 'IDENTITY_REFUSED',
    says: "the peer does not tell this identity the transaction's status",
  },
  {
    name: 'no status',
    steps: ['status'],
    reaction: 'ask',
    code: 'LEDGER_UNAVAILABLE',
    says: 'no block held it in time',
  },
  // In a block, and invalid: nothing of it took effect.
  {
    name: 'a concurrent write came first',
    steps: ['commit'],
    numbers: [MVCC_READ_CONFLICT, PHANTOM_READ_CONFLICT],
    reaction: 'propose',
    code: 'NOT_COMMITTED',
    says: 'another transaction changed the same keys first',
  },
  {
    name: 'the chaincode was upgraded meanwhile',
    steps: ['commit'],
    numbers: [EXPIRED_CHAINCODE, CHAINCODE_VERSION_CONFLICT],
    reaction: 'propose',
    code: 'CHAINCODE_MISMATCH',
    says: "the channel's chaincode changed between endorsement and commit",
  },
  {
    name: 'sent twice',
    steps: ['commit'],
    numbers: [DUPLICATE_TXID],
    reaction: 'look-up',
    code: 'LEDGER_UNAVAILABLE',
    says: 'the transaction is on the channel already',
  },
  {
    name: 'too few members endorsed',
    steps: ['commit'],
    numbers: [ENDORSEMENT_POLICY_FAILURE],
    reaction: 'final',
    code: 'NOT_ENDORSED',
    says: "the members that endorsed are no majority with its own member's peer among them",
  },
  { name: 'invalid', steps: ['commit'], reaction: 'final', code: 'NOT_ENDORSED', says: 'the peers found it invalid' },
  // The stream of blocks.
  {
    name: 'the clocks differ',
    steps: ['deliver'],
    numbers: [400],
    reaction: 'final',
    code: 'CLOCK_SKEW',
    says: 'the peer refused the request for blocks; its clock and this one differ by more than 15 minutes',
  },
  {
    name: 'blocks may not be read',
    steps: ['deliver'],
    numbers: [403, PERMISSION_DENIED],
    reaction: 'final',
    code: 'IDENTITY_REFUSED',
    says: 'the channel does not let this identity read blocks',
  },
  {
    name: 'the peer is of another channel',
    steps: ['deliver'],
    numbers: [404],
    reaction: 'final',
    code: 'CHANNEL_WRONG',
    says: 'the peer is not on the channel',
    fix: 'Name the channel and a peer that joined it in the connection profile.',
  },
  {
    name: 'the stream broke',
    steps: ['deliver'],
    reaction: 'peer',
    code: 'LEDGER_UNAVAILABLE',
    says: 'the stream of blocks broke',
  },
];

/** The row of the table that a failure falls under. */
export function situationOf(failure: Failure): Situation {
  const row = rows.find(
    ({ steps, numbers, text, connection }) =>
      steps.includes(failure.step) &&
      (connection !== true || failure.members.length === 0) &&
      (numbers === undefined || numbers.includes(failure.number)) &&
      (text === undefined || failure.texts.some((told) => text.test(told))),
  );
  if (row === undefined) throw new RangeError(`no row for step ${failure.step}`);
  return row;
}
