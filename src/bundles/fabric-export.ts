import { ChannelError } from '../emissions/index.ts';
import type { FabricProof } from '../ledger/fabric/index.ts';
import type { Ledger } from '../ledger/index.ts';
import type { FabricBundle, FabricTransaction } from './bundle.ts';
import { type BundleRequest, isWanted } from './request.ts';

/** The bundle of a record of a channel on Fabric. */
export async function fabricBundle(
  ledger: Ledger,
  request: BundleRequest,
  onProgress: (done: number, total: number) => void,
): Promise<FabricBundle> {
  const proofs: FabricProof[] = [];
  const total = await ledger.height();
  for await (const block of ledger.blocks(0)) {
    for (const transaction of block.transactions) {
      // What comes after the page changes nothing about what held when it came.
      if (!isWanted(transaction, request)) continue;
      const proof = await proofOf(ledger, transaction.id);
      proofs.push(proof);
      if (transaction.id === request.page) return bundleOf(ledger.channel, request, proofs, proof);
    }
    onProgress(block.height + 1, total);
  }
  throw new ChannelError('RECORD_NOT_FOUND', `no transaction ${request.page.slice(0, 12)} stands on the ledger`);
}

async function proofOf(ledger: Ledger, id: string): Promise<FabricProof> {
  const evidence = await ledger.evidence(id);
  if (evidence === undefined) throw new ChannelError('LEDGER_CORRUPT', `the ledger has no proof of transaction ${id}`);
  return evidence.proof as FabricProof;
}

function bundleOf(
  channel: string,
  { record, stated }: BundleRequest,
  proofs: readonly FabricProof[],
  page: FabricProof,
): FabricBundle {
  const blocks = [...new Set(proofs.map(({ block }) => block))];
  const transactions = proofs.map(
    ({ block, index, transactionAnswer }): FabricTransaction => ({
      block: blocks.indexOf(block),
      index,
      ...(transactionAnswer === undefined ? {} : { answer: transactionAnswer.envelope }),
    }),
  );
  const { chaincode, configs, definitionAnswer } = page;
  return {
    schema: 'uec-bundle/1',
    ledger: 'fabric',
    channel,
    record,
    stated,
    chaincode,
    configs,
    blocks,
    transactions,
    ...(definitionAnswer === undefined ? {} : { definition: definitionAnswer.envelope }),
  };
}
