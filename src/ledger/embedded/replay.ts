import type { Contract } from '../../channel/index.ts';
import { ChannelError, keyIdOf } from '../../emissions/index.ts';
import type { VerifyReport } from '../ledger.ts';
import { type FramedTransaction, NO_BLOCK, readBlock } from './block-frame.ts';
import type { BlockLog } from './block-log.ts';
import { runContract } from './contract-run.ts';
import type { Submission } from './envelope.ts';
import { type Fault, fault, faultOf, type Progress } from './log-check.ts';
import { decodeOutcome, encodeOutcome, type Outcome } from './outcome.ts';
import { Overlay, type StateView } from './overlay.ts';
import type { WorldState } from './world-state.ts';

/**
 * Runs the rules again on every submission of the log, from an empty state, and compares answers, events and write sets
 * with those that the log holds; hashes, links and signatures are checked on the way. After a difference it goes on with
 * what the log holds; it ends at a damaged block.
 */
export async function replayLog(
  log: BlockLog,
  chain: { readonly channel: string; readonly height: number; readonly contract: Contract },
  scratch: WorldState,
  onProgress?: Progress,
): Promise<VerifyReport> {
  const faults: Fault[] = [];
  let previous = NO_BLOCK;
  let transactions = 0;
  let blocks = 0;
  let bytes = 0;
  for await (const { height, offset, bytes: frame } of log.frames(0, chain.height)) {
    try {
      const block = readBlock(frame, { channel: chain.channel, height, previous, offset }, true);
      const pending = new Overlay(scratch);
      const changes: { id: string; writes: Outcome['writes'] }[] = [];
      for (const [index, transaction] of block.transactions.entries()) {
        const logged = decodeOutcome(transaction.outcome);
        const difference = await rerun(chain.contract, transaction, logged, pending);
        if (difference !== undefined) {
          faults.push(fault('REPLAY_MISMATCH', `block ${height}, transaction ${index}`, difference));
        }
        pending.apply(logged.writes);
        changes.push({ id: transaction.id, writes: logged.writes });
      }
      scratch.apply({ height, hash: block.hash, transactions: changes });
      if (scratch.groupIsFull) scratch.flush();
      previous = block.hash;
      transactions += block.transactions.length;
    } catch (error) {
      faults.push(faultOf(error));
      break;
    }
    blocks += 1;
    bytes += frame.length;
    onProgress?.(blocks, chain.height);
  }
  return { blocks, transactions, bytes, head: previous, faults };
}

async function rerun(
  contract: Contract,
  transaction: FramedTransaction,
  logged: Outcome,
  state: StateView,
): Promise<string | undefined> {
  const { header, id } = transaction;
  const what = `${header.name} ${id}`;
  try {
    const outcome = await runContract(contract, toSubmission(transaction), state);
    if (encodeOutcome(outcome).equals(transaction.outcome)) return undefined;
    return `the rules give ${differenceOf(outcome, logged)} for ${what} than the log holds`;
  } catch (error) {
    // A fault of the state file is no verdict of the rules.
    if (error instanceof ChannelError && error.kind === 'unavailable') throw error;
    return `the rules refuse ${what}, which the log holds: ${(error as Error).message}`;
  }
}

function differenceOf(outcome: Outcome, logged: Outcome): string {
  if (outcome.result !== logged.result) return 'another answer';
  const { name, payload } = outcome.event ?? {};
  if (name !== logged.event?.name || payload !== logged.event?.payload) return 'another event';
  return 'other writes';
}

function toSubmission({ id, header, headerBytes, signature, args }: FramedTransaction): Submission {
  return {
    id,
    header,
    headerBytes,
    signatureBytes: Buffer.from(signature, 'base64'),
    args: args.toString(),
    argsBytes: args,
    caller: { member: header.member, keyId: keyIdOf(header.publicKey) },
  };
}
