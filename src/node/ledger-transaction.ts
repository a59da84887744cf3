import { ChannelError, sha256 } from '../emissions/index.ts';
import type { Block, CommittedTransaction, Evidence } from '../ledger/index.ts';
import { ChannelClient } from './channel-client.ts';
import type { Node, SignedCall } from './node.ts';

/** A transaction as its block holds it, with where it stands. */
export interface LedgerTransaction extends CommittedTransaction {
  readonly result: string;
  readonly height: number;
}

/**
 * A transaction read from its block and not from anything derived from it: what the ledger looks up by id only says which
 * block to read. The block gives its hash and is the one that the next block follows; the signature covers the arguments, and
 * its key is one of the member's. On Fabric the peers checked signatures when the block came.
 * @throws {ChannelError} EVIDENCE_INVALID, SIGNATURE_INVALID, LEDGER_CORRUPT
 */
export async function ledgerTransaction(
  node: Pick<Node, 'ledger' | 'checkEvidence'>,
  id: string,
): Promise<LedgerTransaction> {
  const evidence = await evidenceOf(node, id);
  if (evidence === undefined) throw invalid(id, 'is not on the ledger');
  const block = await blockAt(node, evidence.height);
  const found = block?.transactions.find((transaction) => transaction.id === id);
  if (block === undefined || found === undefined) throw invalid(id, `is not in block ${evidence.height}`);
  const { valid, result } = found;
  if (!valid || result === undefined) throw invalid(id, 'stands in its block as invalid');
  demandSigned(node.checkEvidence(evidence), found, block);
  await demandMembersKey(node, found);
  return { ...found, result, height: block.height };
}

async function evidenceOf({ ledger }: Pick<Node, 'ledger'>, id: string): Promise<Evidence | undefined> {
  try {
    return await ledger.evidence(id);
  } catch (error) {
    // A state that was changed can name a place where the block has nothing.
    if (error instanceof RangeError) throw invalid(id, 'is not where the state says: run uec fsck');
    throw error;
  }
}

async function blockAt({ ledger }: Pick<Node, 'ledger'>, height: number): Promise<Block | undefined> {
  let block: Block | undefined;
  for await (const next of ledger.blocks(height)) {
    // The reader checks the link of the second to the first.
    if (block !== undefined) break;
    block = next;
  }
  return block;
}

function demandSigned(signed: SignedCall | undefined, { id, name, args, caller }: CommittedTransaction, block: Block) {
  if (signed === undefined) return;
  if (signed.transactionId !== id || signed.blockHash !== block.hash)
    throw invalid(id, `is proven to another block than block ${block.height}`);
  const { member, keyId } = caller;
  const same =
    signed.name === name && signed.member === member && signed.keyId === keyId && signed.argsHash === sha256(args);
  if (!same) throw invalid(id, 'is not what was signed');
}

async function demandMembersKey({ ledger }: Pick<Node, 'ledger'>, { id, caller }: CommittedTransaction): Promise<void> {
  const member = (await new ChannelClient(ledger).members()).find((each) => each.id === caller.member);
  if (member === undefined) throw invalid(id, `is of ${caller.member}, who is not a member`);
  if (member.keys?.includes(caller.keyId) === false)
    throw invalid(id, `is signed with a key that is not ${member.id}'s`);
}

function invalid(id: string, what: string): ChannelError {
  return new ChannelError('EVIDENCE_INVALID', `transaction ${id.slice(0, 12)} ${what}`, { transactionId: id });
}
