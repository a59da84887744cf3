import { randomBytes } from 'node:crypto';
import type { Caller } from '../../channel/index.ts';
import { ChannelError, canonical, keyIdOf, sha256, sha256Bytes, verifySignature } from '../../emissions/index.ts';
import type { Signer } from '../signer.ts';

/** What a submitter signs. Its canonical bytes (RFC 8785), hashed with SHA-256, are the transaction's id. */
export interface SubmissionHeader {
  readonly channel: string;
  readonly name: string;
  readonly member: string;
  /** Public key, DER SPKI, base64. */
  readonly publicKey: string;
  /** 16 random bytes, lower-case hex: two submissions of one content have two ids. */
  readonly nonce: string;
  /** UTC, `YYYY-MM-DDTHH:MM:SS.sssZ`, the submitter's word. */
  readonly timestamp: string;
  /** SHA-256 of the arguments' UTF-8 bytes, lower-case hex. */
  readonly argsHash: string;
}

/**
 * A signed submission. The signature is over the 32 bytes of the transaction's id, not over the arguments: an audit of the
 * chain hashes them once.
 */
export interface Envelope {
  readonly header: SubmissionHeader;
  /** Base64: Ed25519, or ECDSA P-256 with SHA-256 in DER form. */
  readonly signature: string;
  /** Canonical JSON. */
  readonly args: string;
}

/** An envelope that was checked, with the bytes that the log keeps. */
export interface Submission {
  readonly id: string;
  readonly header: SubmissionHeader;
  readonly headerBytes: Buffer;
  readonly signatureBytes: Buffer;
  readonly args: string;
  readonly argsBytes: Buffer;
  readonly caller: Caller;
}

/** Longest arguments that the log takes, in bytes; the channel's own limit is lower. */
const MAX_ARGS_BYTES = 4 * 1024 * 1024;

/**
 * Signs a transaction for submission, now or later; sent twice it is one transaction.
 * @throws {ChannelError} NOT_CANONICAL when the arguments are not well-formed text
 */
export function signEnvelope(
  signer: Signer,
  transaction: { readonly channel: string; readonly name: string; readonly args: string; readonly timestamp: string },
): Envelope {
  const { channel, name, args, timestamp } = transaction;
  const header: SubmissionHeader = {
    channel,
    name,
    member: signer.member,
    publicKey: signer.publicKey,
    nonce: randomBytes(16).toString('hex'),
    timestamp,
    argsHash: sha256(argsBytesOf(args)),
  };
  return { header, signature: signer.sign(sha256Bytes(canonical(header))), args };
}

/**
 * Checks an envelope's shape, its arguments' hash and its signature. Whether the key is the member's is the contract's
 * business.
 * @throws {ChannelError} ARGUMENTS_INVALID, NOT_CANONICAL, PAGE_TOO_LARGE, CHANNEL_WRONG, SIGNATURE_INVALID
 */
export function checkEnvelope(envelope: Envelope, channel: string): Submission {
  const header = checkHeader(envelope.header);
  if (header.channel !== channel) {
    throw new ChannelError('CHANNEL_WRONG', `the submission names channel ${header.channel}, this is ${channel}`);
  }
  const argsBytes = argsBytesOf(envelope.args);
  const headerBytes = Buffer.from(canonical(header));
  const digest = sha256Bytes(headerBytes);
  const id = digest.toString('hex');
  if (sha256(argsBytes) !== header.argsHash) {
    throw new ChannelError('SIGNATURE_INVALID', 'the arguments are not those that the submission was signed for', {
      transactionId: id,
      member: header.member,
    });
  }
  const signatureBytes = Buffer.from(String(envelope.signature), 'base64');
  if (
    signatureBytes.toString('base64') !== envelope.signature ||
    !verifySignature(header.publicKey, digest, envelope.signature)
  ) {
    throw new ChannelError('SIGNATURE_INVALID', `the signature does not verify under the key of ${header.member}`, {
      transactionId: id,
      member: header.member,
    });
  }
  const caller = { member: header.member, keyId: keyIdOf(header.publicKey) };
  return { id, header, headerBytes, signatureBytes, args: envelope.args, argsBytes, caller };
}

const HEX_32 = /^[0-9a-f]{32}$/;
const HEX_64 = /^[0-9a-f]{64}$/;
const TIMESTAMP = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

/**
 * The header with exactly its own fields.
 * @throws {ChannelError} ARGUMENTS_INVALID
 */
export function checkHeader(value: unknown): SubmissionHeader {
  if (typeof value !== 'object' || value === null) throw malformed('header');
  const { channel, name, member, publicKey, nonce, timestamp, argsHash } = value as Record<string, unknown>;
  return {
    channel: text('channel', channel),
    name: text('name', name),
    member: text('member', member),
    publicKey: text('publicKey', publicKey),
    nonce: text('nonce', nonce, HEX_32),
    timestamp: checkTimestamp(text('timestamp', timestamp, TIMESTAMP)),
    argsHash: text('argsHash', argsHash, HEX_64),
  };
}

function text(field: string, value: unknown, pattern = /^.{1,256}$/su): string {
  if (typeof value !== 'string' || !value.isWellFormed() || !pattern.test(value)) throw malformed(field);
  return value;
}

// The pattern alone would let 31 February pass.
function checkTimestamp(timestamp: string): string {
  const at = new Date(timestamp);
  if (Number.isNaN(at.getTime()) || at.toISOString() !== timestamp) throw malformed('timestamp');
  return timestamp;
}

function malformed(field: string): ChannelError {
  return new ChannelError('ARGUMENTS_INVALID', `the submission's ${field} is missing or malformed`, { where: field });
}

function argsBytesOf(args: string): Buffer {
  if (typeof args !== 'string' || !args.isWellFormed()) {
    throw new ChannelError('NOT_CANONICAL', 'the arguments are not well-formed text');
  }
  const bytes = Buffer.from(args);
  if (bytes.length > MAX_ARGS_BYTES) {
    throw new ChannelError('PAGE_TOO_LARGE', `the arguments have ${bytes.length} bytes, at most ${MAX_ARGS_BYTES} fit`);
  }
  return bytes;
}
