import { X509Certificate } from 'node:crypto';
import { type common, msp, peer } from '@hyperledger/fabric-protos';
import { ChannelError, sha256 } from '../../emissions/index.ts';
import type { Block, CommittedTransaction } from '../ledger.ts';
import { dataHash, headerHash } from './block-hash.ts';
import { type OpenedTransaction, openTransaction } from './envelope.ts';

/** Whose transactions are taken from the blocks. */
export interface BlockScope {
  readonly channel: string;
  readonly chaincode: string;
}

/** Place of the validation codes in a block's metadata, one byte a transaction. */
const TRANSACTIONS_FILTER = 2;
const VALID = 0;

/**
 * A block of the channel in the port's shape, its data hash checked. Configuration and the transactions of other chaincodes
 * are left out; one that cannot be read is left out where the peers found it invalid.
 * @throws {ChannelError} LEDGER_CORRUPT when the block does not hold what its header says
 */
export function decodeBlock(block: common.Block, scope: BlockScope): Block {
  const header = block.getHeader();
  if (header === undefined) throw corrupt('a block has no header', 'block');
  const height = header.getNumber();
  const where = `block ${height}`;
  const envelopes = block.getData()?.getDataList_asU8() ?? [];
  if (!dataHash(envelopes).equals(header.getDataHash_asU8())) {
    throw corrupt(`${where} does not hold the transactions that its header was made for`, where);
  }
  const codes = block.getMetadata()?.getMetadataList_asU8()[TRANSACTIONS_FILTER] ?? new Uint8Array();
  const transactions: CommittedTransaction[] = [];
  for (const [index, bytes] of envelopes.entries()) {
    const valid = codes[index] === VALID;
    const opened = open(bytes, valid, `${where}, transaction ${index}`);
    if (opened === undefined || opened.chaincode !== scope.chaincode) continue;
    if (codes[index] === undefined) throw corrupt(`${where} does not say which transactions are valid`, where);
    if (valid && opened.channel !== scope.channel) throw corrupt(`${where} is of channel ${opened.channel}`, where);
    transactions.push(committed(opened, valid));
  }
  return {
    height,
    hash: headerHash(header).toString('hex'),
    previous: Buffer.from(header.getPreviousHash_asU8()).toString('hex'),
    transactions,
  };
}

/** A transaction in its block, by its id; the first where a copy was sent too. */
export function findTransaction(
  block: common.Block,
  id: string,
): { readonly index: number; readonly valid: boolean; readonly opened: OpenedTransaction } | undefined {
  const codes = block.getMetadata()?.getMetadataList_asU8()[TRANSACTIONS_FILTER] ?? new Uint8Array();
  for (const [index, bytes] of (block.getData()?.getDataList_asU8() ?? []).entries()) {
    const opened = open(bytes, false, '');
    if (opened?.id === id) return { index, valid: codes[index] === VALID, opened };
  }
  return undefined;
}

/** The contract's answer in a transaction. */
export function resultOf(opened: OpenedTransaction): string {
  return Buffer.from(opened.action.getResponse()?.getPayload_asU8() ?? []).toString();
}

// Anyone who may write can have bytes of any kind put into a block, as an invalid transaction.
function open(bytes: Uint8Array, valid: boolean, where: string): OpenedTransaction | undefined {
  try {
    return openTransaction(bytes);
  } catch (cause) {
    if (!valid) return undefined;
    throw corrupt(`${where} cannot be read, though it is marked as valid`, where, cause);
  }
}

function committed(opened: OpenedTransaction, valid: boolean): CommittedTransaction {
  const [name, args] = opened.args.map((arg) => Buffer.from(arg).toString());
  const event = valid ? eventOf(opened.action) : undefined;
  return {
    id: opened.id,
    name: name ?? '',
    args: args ?? '',
    result: valid ? resultOf(opened) : undefined,
    caller: callerOf(opened.creator),
    timestamp: isoTime(opened.timestamp),
    valid,
    ...(event === undefined ? {} : { event }),
  };
}

function eventOf(action: peer.ChaincodeAction): CommittedTransaction['event'] {
  const bytes = action.getEvents_asU8();
  if (bytes.length === 0) return undefined;
  const event = peer.ChaincodeEvent.deserializeBinary(bytes);
  return { name: event.getEventName(), payload: Buffer.from(event.getPayload_asU8()).toString() };
}

// An invalid transaction may claim a time that no calendar has.
function isoTime(time: Date): string {
  return Number.isNaN(time.getTime()) ? new Date(0).toISOString() : time.toISOString();
}

const MOST_CALLERS = 1024;
const callers = new Map<string, CommittedTransaction['caller']>();

/** The member and key of a serialised identity: MSP id, and SHA-256 of the certificate's public key (SPKI DER). */
function callerOf(creator: Uint8Array): CommittedTransaction['caller'] {
  const known = sha256(creator);
  let caller = callers.get(known);
  if (caller === undefined) {
    const identity = msp.SerializedIdentity.deserializeBinary(creator);
    caller = { member: identity.getMspid(), keyId: keyIdOfCertificate(identity.getIdBytes_asU8()) };
    if (callers.size >= MOST_CALLERS) callers.clear();
    callers.set(known, caller);
  }
  return caller;
}

// Of an invalid transaction the certificate may be anything; its key then has no id.
function keyIdOfCertificate(pem: Uint8Array): string {
  try {
    return sha256(new X509Certificate(pem).publicKey.export({ format: 'der', type: 'spki' }));
  } catch {
    return '';
  }
}

export function corrupt(message: string, where: string, cause?: unknown): ChannelError {
  return new ChannelError('LEDGER_CORRUPT', message, {
    where,
    fix: "Compare the block with another member's peer; do not go on with this one.",
    ...(cause === undefined ? {} : { cause }),
  });
}
