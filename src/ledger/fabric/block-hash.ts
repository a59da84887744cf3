import { createHash } from 'node:crypto';
import type { common } from '@hyperledger/fabric-protos';
import { sha256Bytes } from '../../emissions/index.ts';

/**
 * A header's bytes as Fabric hashes and signs them: DER SEQUENCE { INTEGER number, OCTET STRING previous hash, OCTET STRING
 * data hash }. SHA-256 of it is the next block's previous hash.
 */
export function headerBytes(header: common.BlockHeader): Buffer {
  const body = Buffer.concat([
    der(0x02, integer(header.getNumber())),
    der(0x04, header.getPreviousHash_asU8()),
    der(0x04, header.getDataHash_asU8()),
  ]);
  return der(0x30, body);
}

/** Hash of a block's header, 32 bytes. */
export function headerHash(header: common.BlockHeader): Buffer {
  return sha256Bytes(headerBytes(header));
}

/** SHA-256 over all envelopes of a block, joined: what the header's data hash must be. */
export function dataHash(envelopes: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha256');
  for (const envelope of envelopes) hash.update(envelope);
  return hash.digest();
}

function der(tag: number, content: Uint8Array): Buffer {
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content]);
  const size = integer(length, false);
  return Buffer.concat([Buffer.from([tag, 0x80 | size.length]), size, content]);
}

// Shortest big-endian form; signed, so a leading zero where the first bit is set.
function integer(value: number, signed = true): Buffer {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex');
  return signed && (bytes[0] as number) >= 0x80 ? Buffer.concat([Buffer.alloc(1), bytes]) : bytes;
}
