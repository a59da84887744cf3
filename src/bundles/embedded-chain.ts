import { ChannelError, canonical, keyIdOf, sha256 } from '../emissions/index.ts';
import { checkEmbeddedEvidence, type EmbeddedProof } from '../ledger/embedded/index.ts';
import type { EmbeddedBundle, EmbeddedTransaction } from './bundle.ts';
import { attempt, type Check, failed, leftOpen, notVerified, passed } from './check.ts';
import type { CheckedChain, ProvenCall } from './replay.ts';
import type { Trust } from './trust.ts';

type Header = EmbeddedProof['block'];

interface Chain {
  readonly headers: readonly Header[];
  readonly hashes: readonly string[];
}

const NO_BLOCK = '0'.repeat(64);

/** Names of these checks in their order. */
export const embeddedChecks = [
  'the channel is the one trusted',
  'the blocks link from the genesis block to the head',
  'the chain is the one that others hold',
  'each transaction is signed and stands in its block',
] as const;
const [CHANNEL, LINKS, OTHERS, TRANSACTIONS] = embeddedChecks;

/**
 * Whether the transactions stand on the chain that the trust names. The calls are for the rules to judge, and are worth what
 * the checks are worth.
 */
export async function checkEmbeddedChain(bundle: EmbeddedBundle, trust: Trust): Promise<CheckedChain> {
  const chain = chainOf(bundle);
  const calls: ProvenCall[] = [];
  const transactions = await attempt(TRANSACTIONS, () => {
    // A chain made up from the same genesis block could hold another beginning in a later one.
    if (bundle.transactions[0]?.height !== 0)
      throw new ChannelError('EVIDENCE_INVALID', 'the first transaction does not stand in the genesis block');
    let before: EmbeddedTransaction | undefined;
    for (const transaction of bundle.transactions) {
      demandAfter(before, transaction);
      calls.push(provenCall(bundle, chain, transaction));
      before = transaction;
    }
    return `${calls.length} transactions, the record's page in block ${before?.height ?? 0}`;
  });
  return {
    checks: [
      channelCheck(bundle, chain, trust),
      linksCheck(bundle, chain),
      othersCheck(bundle, chain, trust),
      transactions,
    ],
    calls,
  };
}

/** The headers are put together here from what they cannot share: each one's link is the hash worked out for the one before. */
function chainOf({ channel, blocks }: EmbeddedBundle): Chain {
  const headers: Header[] = [];
  const hashes: string[] = [];
  for (const [height, [root, transactions]] of blocks.entries()) {
    const header = { channel, height, previous: hashes[height - 1] ?? NO_BLOCK, root, transactions };
    headers.push(header);
    hashes.push(sha256(canonical(header)));
  }
  return { headers, hashes };
}

function channelCheck({ channel }: EmbeddedBundle, { hashes }: Chain, trust: Trust): Check {
  if (channel !== trust.channel) return failed(CHANNEL, `the bundle is of channel ${channel}, not ${trust.channel}`);
  const genesis = hashes[0] ?? 'none';
  if (genesis !== trust.genesis)
    return failed(
      CHANNEL,
      `its genesis block is ${genesis.slice(0, 12)}, the trusted one ${trust.genesis.slice(0, 12)}`,
    );
  return passed(CHANNEL, `genesis block ${genesis.slice(0, 12)}`);
}

function linksCheck({ head }: EmbeddedBundle, { hashes }: Chain): Check {
  const last = hashes.at(-1) ?? 'none';
  return last === head
    ? passed(LINKS, `${hashes.length} blocks, head ${head.slice(0, 12)}`)
    : failed(LINKS, `the blocks lead to ${last.slice(0, 12)}, the bundle names ${head.slice(0, 12)} as its head`);
}

// A chain of hashes alone can be made up from any genesis block on: only a later hash that others noted tells which is the one.
function othersCheck({ transactions }: EmbeddedBundle, { hashes }: Chain, { head }: Trust): Check {
  if (head === undefined)
    return leftOpen(
      OTHERS,
      'the trust names no block after the genesis block; signatures and members are checked all the same',
    );
  const found = hashes[head.height];
  if (found === undefined)
    return notVerified(
      OTHERS,
      `the bundle ends before block ${head.height}, which the trust names: ask for a newer bundle`,
    );
  if (found !== head.hash)
    return failed(
      OTHERS,
      `block ${head.height} is ${found.slice(0, 12)} here and ${head.hash.slice(0, 12)} in the trust`,
    );
  const height = transactions.at(-1)?.height ?? 0;
  if (height > head.height)
    return notVerified(
      OTHERS,
      `the record stands in block ${height}, after block ${head.height}, the last that the trust names`,
    );
  return passed(OTHERS, `block ${head.height} is ${head.hash.slice(0, 12)}, as the trust says`);
}

function demandAfter(before: EmbeddedTransaction | undefined, { height, index }: EmbeddedTransaction): void {
  if (before === undefined || height > before.height || (height === before.height && index > before.index)) return;
  throw new ChannelError(
    'EVIDENCE_INVALID',
    `transaction ${index} of block ${height} is not in the order of the chain`,
  );
}

/** @throws {ChannelError} SIGNATURE_INVALID, EVIDENCE_INVALID, ARGUMENTS_INVALID */
function provenCall(
  { channel, head }: EmbeddedBundle,
  { headers }: Chain,
  transaction: EmbeddedTransaction,
): ProvenCall {
  const { height, index, member, name, nonce, publicKey, timestamp, signature, outcome, path, args } = transaction;
  const header = { channel, name, member, publicKey, nonce, timestamp, argsHash: sha256(args) };
  const id = sha256(canonical(header));
  const block = headers[height];
  if (block === undefined) throw new ChannelError('EVIDENCE_INVALID', `the bundle has no block ${height}`);
  const proof: EmbeddedProof = {
    header,
    signature,
    outcome,
    block,
    index,
    path,
    head: { height: headers.length, hash: head },
  };
  checkEmbeddedEvidence({ ledger: 'embedded', transactionId: id, height, proof });
  return { id, name, args, caller: { member, keyId: keyIdOf(publicKey) }, timestamp, height };
}
