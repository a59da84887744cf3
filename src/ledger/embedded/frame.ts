import { crc32 } from 'node:zlib';

// One block in the log:
//   "UECB"  length of the body (u32)  CRC-32 of these 8 bytes (u32)  body  SHA-256 of the block header (32 bytes)
// The length has a checksum of its own, so that a flipped bit in it is never taken for a torn tail. The body needs none:
// the hash at the end covers it through the header's root.

const MAGIC = Buffer.from('UECB');
export const FRAME_HEAD_BYTES = 12;
export const FRAME_TAIL_BYTES = 32;

/** The log's first bytes: name and format version. */
export const LOG_MAGIC = Buffer.from('UECLOG1\n');

/** A whole frame around a block's parts, ready to be written. */
export function frameOf(body: readonly Buffer[], hash: Buffer): Buffer {
  let length = 0;
  for (const part of body) length += part.length;
  const head = Buffer.allocUnsafe(FRAME_HEAD_BYTES);
  MAGIC.copy(head);
  head.writeUInt32BE(length, 4);
  head.writeUInt32BE(crc32(head.subarray(0, 8)), 8);
  return Buffer.concat([head, ...body, hash], FRAME_HEAD_BYTES + length + FRAME_TAIL_BYTES);
}

/** Size in bytes of the whole frame whose head starts at `at`; `undefined` when this is no frame head. */
export function frameSize(bytes: Buffer, at = 0): number | undefined {
  if (bytes.length < at + FRAME_HEAD_BYTES) return undefined;
  if (!bytes.subarray(at, at + 4).equals(MAGIC)) return undefined;
  if (crc32(bytes.subarray(at, at + 8)) !== bytes.readUInt32BE(at + 8)) return undefined;
  return FRAME_HEAD_BYTES + bytes.readUInt32BE(at + 4) + FRAME_TAIL_BYTES;
}
