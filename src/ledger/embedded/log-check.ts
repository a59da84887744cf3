import { ChannelError, isChannelError } from '../../emissions/index.ts';
import type { VerifyReport } from '../ledger.ts';
import { type BlockPlace, type FramedTransaction, NO_BLOCK, readBlock } from './block-frame.ts';
import type { LoggedFrame } from './block-log.ts';
import { verifySignatureAside } from './signature-check.ts';

export type Fault = VerifyReport['faults'][number];

/** Called after each block with the number of blocks done and of all. */
export type Progress = (done: number, total: number) => void;

const SIGNATURES_AT_ONCE = 64;

/**
 * Checks every byte of the frames: hashes, links, roots and signatures. A damaged block is reported and the next one
 * checked on; only its link to the damaged one is then left out.
 */
export async function checkChain(
  frames: AsyncIterable<LoggedFrame>,
  chain: { readonly channel: string; readonly height: number },
  onProgress?: Progress,
): Promise<VerifyReport> {
  const faults: Fault[] = [];
  let signatures: Promise<Fault[]>[] = [];
  let previous: string | undefined = NO_BLOCK;
  let transactions = 0;
  let blocks = 0;
  let bytes = 0;
  for await (const { height, offset, bytes: frame } of frames) {
    const place = { channel: chain.channel, height, previous, offset };
    try {
      const block = readBlock(frame, place, false);
      signatures.push(...block.transactions.map((transaction) => checkSignature(transaction, height)));
      previous = block.hash;
      transactions += block.transactions.length;
    } catch (error) {
      faults.push(diagnose(frame, place, error));
      previous = undefined;
    }
    blocks += 1;
    bytes += frame.length;
    if (signatures.length >= SIGNATURES_AT_ONCE) {
      faults.push(...(await Promise.all(signatures)).flat());
      signatures = [];
    }
    onProgress?.(blocks, chain.height);
  }
  faults.push(...(await Promise.all(signatures)).flat());
  return { blocks, transactions, bytes, head: previous ?? '', faults };
}

async function checkSignature(transaction: FramedTransaction, height: number): Promise<Fault[]> {
  const { id, header, signature, offset } = transaction;
  if (await verifySignatureAside(header.publicKey, Buffer.from(id, 'hex'), signature)) return [];
  const message = `block ${height}: the signature of transaction ${id} does not verify`;
  return [{ code: 'SIGNATURE_INVALID', where: `block ${height}, byte ${offset}`, message }];
}

// A changed signature first shows in the root: with the signatures checked too, the place is nearer.
function diagnose(frame: Buffer, place: BlockPlace, error: unknown): Fault {
  try {
    readBlock(frame, place, true);
  } catch (nearer) {
    return faultOf(nearer);
  }
  return faultOf(error);
}

/** A check's error as a line of its report; what is no integrity error is thrown on. */
export function faultOf(error: unknown): Fault {
  if (!isChannelError(error) || (error.kind !== 'integrity' && error.code !== 'SIGNATURE_INVALID')) throw error;
  return { code: error.code, where: error.details.where ?? '', message: error.message };
}

export function fault(
  code: 'LEDGER_CORRUPT' | 'STATE_CORRUPT' | 'REPLAY_MISMATCH',
  where: string,
  message: string,
): Fault {
  return faultOf(new ChannelError(code, message, { where }));
}
