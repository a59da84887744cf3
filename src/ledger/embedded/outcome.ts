import { ByteReader } from './byte-reader.ts';

/** A transaction's changes to world state in the order in which they were made; null deletes the key. */
export type Writes = ReadonlyMap<string, string | null>;

/** What a transaction did: its answer, its event and its write set. */
export interface Outcome {
  readonly result: string;
  readonly event?: { readonly name: string; readonly payload: string };
  readonly writes: Writes;
}

const DELETED = 0xffffffff;

/**
 * An outcome as the log keeps it: length-prefixed (32 bits, big-endian) UTF-8 texts. One outcome has one encoding, so a
 * replay compares bytes.
 */
export function encodeOutcome(outcome: Outcome): Buffer {
  const { result, event, writes } = outcome;
  let size = 4 + Buffer.byteLength(result) + 4 + 4;
  if (event !== undefined) size += 4 + Buffer.byteLength(event.name) + Buffer.byteLength(event.payload);
  for (const [key, value] of writes)
    size += 8 + Buffer.byteLength(key) + (value === null ? 0 : Buffer.byteLength(value));
  const bytes = Buffer.allocUnsafe(size);
  let at = 0;
  const text = (value: string): void => {
    const length = bytes.write(value, at + 4);
    bytes.writeUInt32BE(length, at);
    at += 4 + length;
  };
  text(result);
  text(event?.name ?? '');
  if (event !== undefined) text(event.payload);
  at = bytes.writeUInt32BE(writes.size, at);
  for (const [key, value] of writes) {
    text(key);
    if (value === null) at = bytes.writeUInt32BE(DELETED, at);
    else text(value);
  }
  return bytes;
}

/**
 * The inverse of `encodeOutcome`.
 * @throws {RangeError} when the bytes are no outcome
 */
export function decodeOutcome(bytes: Buffer): Outcome {
  const reader = new ByteReader(bytes);
  const result = reader.text();
  const name = reader.text();
  const event = name === '' ? undefined : { name, payload: reader.text() };
  const writes = new Map<string, string | null>();
  for (let left = reader.u32(); left > 0; left -= 1) {
    const key = reader.text();
    const length = reader.u32();
    writes.set(key, length === DELETED ? null : reader.take(length).toString());
  }
  reader.end();
  return event === undefined ? { result, writes } : { result, event, writes };
}
