import {
  ChannelError,
  canonical,
  keyIdOf,
  leafHash,
  merkleRoot,
  sha256,
  sha256Bytes,
  verifySignature,
} from '../../emissions/index.ts';
import type { Block, CommittedTransaction } from '../ledger.ts';
import { ByteReader } from './byte-reader.ts';
import { checkHeader, type Submission, type SubmissionHeader } from './envelope.ts';
import { FRAME_HEAD_BYTES, FRAME_TAIL_BYTES, frameOf, frameSize, LOG_MAGIC } from './frame.ts';
import { decodeOutcome } from './outcome.ts';

/** What a block's hash is taken over: SHA-256 of its canonical bytes. */
export interface BlockHeader {
  readonly channel: string;
  readonly height: number;
  /** Hash of the block before; 64 zeros in the genesis block. */
  readonly previous: string;
  /** Merkle root (RFC 9162) over `transactionLeaf` of each transaction. */
  readonly root: string;
  readonly transactions: number;
}

/** A transaction as its block holds it; the buffers are views of the frame. */
export interface FramedTransaction {
  readonly id: string;
  readonly header: SubmissionHeader;
  readonly headerBytes: Buffer;
  readonly signature: string;
  readonly args: Buffer;
  readonly outcome: Buffer;
  /** Byte offset of the transaction in the log. */
  readonly offset: number;
}

export interface FramedBlock {
  readonly header: BlockHeader;
  readonly hash: string;
  readonly transactions: readonly FramedTransaction[];
}

/** Where a frame stands and what must come there. */
export interface BlockPlace {
  readonly channel: string;
  readonly height: number;
  /** `undefined` where the block before is damaged: then the link is not checked. */
  readonly previous: string | undefined;
  /** Byte offset of the frame in the log. */
  readonly offset: number;
}

export const NO_BLOCK = '0'.repeat(64);

/** The leaf of a transaction in its block's tree: covers its id, its signature, its answer, event and writes. */
export function transactionLeaf(id: string, signature: string, outcomeHash: string): string {
  return leafHash(canonical({ id, outcome: outcomeHash, signature }));
}

/**
 * The channel that a log's first block names.
 * @throws {ChannelError} LEDGER_CORRUPT
 */
export function channelOf(genesis: Buffer): string {
  const offset = LOG_MAGIC.length;
  try {
    const header = JSON.parse(new ByteReader(genesis, FRAME_HEAD_BYTES).text()) as BlockHeader;
    if (typeof header.channel !== 'string') throw new TypeError('it names no channel');
    return readBlock(genesis, { channel: header.channel, height: 0, previous: NO_BLOCK, offset }, false).header.channel;
  } catch (cause) {
    if (cause instanceof ChannelError) throw cause;
    throw new ChannelError('LEDGER_CORRUPT', `block 0: ${(cause as Error).message}`, {
      where: `block 0, byte ${offset}`,
      cause,
    });
  }
}

/** Makes a block's frame and its hash. */
export function encodeBlock(
  place: Pick<BlockHeader, 'channel' | 'height' | 'previous'>,
  entries: readonly { readonly submission: Submission; readonly outcome: Buffer }[],
): { readonly frame: Buffer; readonly hash: string } {
  const leaves = entries.map(({ submission, outcome }) =>
    transactionLeaf(submission.id, submission.signatureBytes.toString('base64'), sha256(outcome)),
  );
  const header: BlockHeader = {
    channel: place.channel,
    height: place.height,
    previous: place.previous,
    root: merkleRoot(leaves),
    transactions: entries.length,
  };
  const headerBytes = Buffer.from(canonical(header));
  const hash = sha256Bytes(headerBytes);
  const body = [lengthOf(headerBytes), headerBytes];
  for (const { submission, outcome } of entries) {
    for (const part of [submission.headerBytes, submission.signatureBytes, submission.argsBytes, outcome]) {
      body.push(lengthOf(part), part);
    }
  }
  return { frame: frameOf(body, hash), hash: hash.toString('hex') };
}

function lengthOf(part: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32BE(part.length);
  return bytes;
}

/**
 * Reads a frame and checks everything that its hash covers: header, link, root, ids, arguments and outcomes; with
 * `signatures`, each submission's signature too.
 * @throws {ChannelError} LEDGER_CORRUPT, SIGNATURE_INVALID: `where` names the block and the byte offset in the log
 */
export function readBlock(frame: Buffer, place: BlockPlace, signatures: boolean): FramedBlock {
  const fault = faultAt(place);
  if (frameSize(frame) !== frame.length) throw fault(0, 'the frame head is not what was written');
  const bodyEnd = frame.length - FRAME_TAIL_BYTES;
  const reader = new ByteReader(frame.subarray(0, bodyEnd), FRAME_HEAD_BYTES);
  const headerBytes = within(reader, fault, 'the block header', () => reader.chunk());
  const digest = sha256Bytes(headerBytes);
  if (!digest.equals(frame.subarray(bodyEnd))) {
    throw fault(FRAME_HEAD_BYTES, 'the block header does not match the hash at the end of the block');
  }
  const header = JSON.parse(headerBytes.toString()) as BlockHeader;
  checkLink(header, place, fault);
  const transactions: FramedTransaction[] = [];
  const leaves: string[] = [];
  for (let index = 0; index < header.transactions; index += 1) {
    const transaction = readTransaction(reader, index, place, signatures);
    transactions.push(transaction);
    leaves.push(transactionLeaf(transaction.id, transaction.signature, sha256(transaction.outcome)));
  }
  within(reader, fault, 'the end of the block', () => reader.end());
  if (merkleRoot(leaves) !== header.root) {
    // With the signatures checked, what is left is an answer, an event or a write set.
    throw fault(FRAME_HEAD_BYTES, 'the transactions or their outcomes do not match the root in the block header');
  }
  return { header, hash: digest.toString('hex'), transactions };
}

function readTransaction(reader: ByteReader, index: number, place: BlockPlace, signatures: boolean): FramedTransaction {
  const fault = faultAt(place);
  const start = reader.at;
  const what = `transaction ${index}`;
  const part = () => within(reader, fault, what, () => reader.chunk());
  const headerBytes = part();
  const signatureBytes = part();
  const argsAt = reader.at;
  const args = part();
  const outcome = part();
  const digest = sha256Bytes(headerBytes);
  const id = digest.toString('hex');
  let header: SubmissionHeader;
  try {
    header = checkHeader(JSON.parse(headerBytes.toString()));
  } catch (cause) {
    throw fault(start, `the header of ${what} cannot be read`, cause);
  }
  const signature = signatureBytes.toString('base64');
  const signed = () => verifySignature(header.publicKey, digest, signature);
  if (signatures && !signed()) {
    throw new ChannelError('SIGNATURE_INVALID', `block ${place.height}: the signature of ${what} does not verify`, {
      where: whereOf(place, start),
      transactionId: id,
      fix: 'Keep the folder as it is, and restore the log from a backup or another copy.',
    });
  }
  if (sha256(args) !== header.argsHash) {
    const at = signed() ? argsAt : start;
    throw fault(at, `the arguments of ${what} do not match the hash in its header`);
  }
  return { id, header, headerBytes, signature, args, outcome, offset: place.offset + start };
}

function checkLink(header: BlockHeader, place: BlockPlace, fault: FaultAt): void {
  if (header.channel !== place.channel) throw fault(FRAME_HEAD_BYTES, `the block is of channel ${header.channel}`);
  if (header.height !== place.height) throw fault(FRAME_HEAD_BYTES, `the block says height ${header.height}`);
  if (place.previous !== undefined && header.previous !== place.previous) {
    throw fault(FRAME_HEAD_BYTES, 'the block does not follow the block before: its previous hash is another');
  }
}

type FaultAt = (at: number, message: string, cause?: unknown) => ChannelError;

function faultAt(place: BlockPlace): FaultAt {
  return (at, message, cause) =>
    new ChannelError('LEDGER_CORRUPT', `block ${place.height}: ${message}`, { where: whereOf(place, at), cause });
}

function whereOf(place: BlockPlace, at: number): string {
  return `block ${place.height}, byte ${place.offset + at}`;
}

function within<T>(reader: ByteReader, fault: FaultAt, what: string, read: () => T): T {
  const at = reader.at;
  try {
    return read();
  } catch (cause) {
    throw fault(at, `${what} cannot be read: ${(cause as Error).message}`, cause);
  }
}

/** The block in the shape that every ledger gives. */
export function toBlock(block: FramedBlock): Block {
  return {
    height: block.header.height,
    hash: block.hash,
    previous: block.header.previous,
    transactions: block.transactions.map(toCommitted),
  };
}

function toCommitted(transaction: FramedTransaction): CommittedTransaction {
  const { id, header, args, outcome } = transaction;
  const { result, event } = decodeOutcome(outcome);
  return {
    id,
    name: header.name,
    args: args.toString(),
    result,
    caller: { member: header.member, keyId: keyIdOf(header.publicKey) },
    timestamp: header.timestamp,
    valid: true,
    ...(event === undefined ? {} : { event }),
  };
}
