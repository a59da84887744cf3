import { ChannelError } from '../emissions/index.ts';
import type { EmbeddedProof } from '../ledger/embedded/index.ts';
import type { Block, CommittedTransaction, Ledger } from '../ledger/index.ts';
import type { BlockFigures, EmbeddedBundle, EmbeddedTransaction } from './bundle.ts';
import { type BundleRequest, isWanted } from './request.ts';

/** The bundle of a record of the embedded ledger. */
export async function embeddedBundle(
  ledger: Ledger,
  request: BundleRequest,
  onProgress: (done: number, total: number) => void,
): Promise<EmbeddedBundle> {
  const height = await ledger.height();
  const blocks: BlockFigures[] = [];
  const transactions: EmbeddedTransaction[] = [];
  let head = '';
  let found = false;
  for await (const block of ledger.blocks(0)) {
    for (const transaction of block.transactions) {
      // What comes after the page changes nothing about what held when it came.
      if (found || !isWanted(transaction, request)) continue;
      transactions.push(bundled(await proofOf(ledger, transaction.id), transaction));
      found = transaction.id === request.page;
    }
    blocks.push(await figuresOf(ledger, block));
    head = block.hash;
    onProgress(blocks.length, height);
    // Blocks that came meanwhile are for the next bundle.
    if (blocks.length === height) break;
  }
  const { record, stated } = request;
  const { channel } = ledger;
  return { schema: 'uec-bundle/1', ledger: 'embedded', channel, record, stated, head, blocks, transactions };
}

// The port gives a block without its root; the proof of any of its transactions has it.
async function figuresOf(ledger: Ledger, { height, transactions: [any] }: Block): Promise<BlockFigures> {
  if (any === undefined) throw new ChannelError('LEDGER_CORRUPT', `block ${height} holds no transaction`);
  const { root, transactions } = (await proofOf(ledger, any.id)).block;
  return [root, transactions];
}

async function proofOf(ledger: Ledger, id: string): Promise<EmbeddedProof> {
  const evidence = await ledger.evidence(id);
  if (evidence === undefined) throw new ChannelError('LEDGER_CORRUPT', `the ledger has no proof of transaction ${id}`);
  return evidence.proof as EmbeddedProof;
}

function bundled(proof: EmbeddedProof, { args }: CommittedTransaction): EmbeddedTransaction {
  const { member, name, nonce, publicKey, timestamp } = proof.header;
  const { index, outcome, path, signature } = proof;
  const { height } = proof.block;
  return { height, index, member, name, nonce, publicKey, timestamp, signature, outcome, path, args };
}
