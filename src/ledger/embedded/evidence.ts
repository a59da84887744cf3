import {
  ChannelError,
  canonical,
  inclusionPath,
  keyIdOf,
  sha256,
  sha256Bytes,
  verifyInclusion,
  verifySignature,
} from '../../emissions/index.ts';
import type { Evidence } from '../ledger.ts';
import { type BlockHeader, type FramedBlock, transactionLeaf } from './block-frame.ts';
import { checkHeader, type SubmissionHeader } from './envelope.ts';

/**
 * The proof of the embedded ledger: what was signed, and its way up to a block header. The chain itself is not in it: the
 * checker compares the block's hash with any copy of the chain, such as another member's.
 */
export interface EmbeddedProof {
  readonly header: SubmissionHeader;
  readonly signature: string;
  /** SHA-256 of the answer, event and writes as the log keeps them, lower-case hex. */
  readonly outcome: string;
  readonly block: BlockHeader;
  readonly index: number;
  readonly path: readonly string[];
  /** The last block when the proof was made. */
  readonly head: { readonly height: number; readonly hash: string };
}

/** What a checked proof says. */
export interface ProvenTransaction {
  readonly transactionId: string;
  readonly height: number;
  readonly blockHash: string;
  readonly name: string;
  readonly member: string;
  readonly keyId: string;
  readonly timestamp: string;
  /** SHA-256 of the arguments. */
  readonly argsHash: string;
}

export function makeEvidence(block: FramedBlock, index: number, head: EmbeddedProof['head']): Evidence {
  const leaves = block.transactions.map(({ id, signature, outcome }) =>
    transactionLeaf(id, signature, sha256(outcome)),
  );
  const transaction = block.transactions[index];
  if (transaction === undefined) throw new RangeError(`block ${block.header.height} has no transaction ${index}`);
  const proof: EmbeddedProof = {
    header: transaction.header,
    signature: transaction.signature,
    outcome: sha256(transaction.outcome),
    block: block.header,
    index,
    path: inclusionPath(leaves, index),
    head,
  };
  return { ledger: 'embedded', transactionId: transaction.id, height: block.header.height, proof };
}

/**
 * Checks evidence of the embedded ledger offline: id, signature, path to the block header. Gives what it proves; the caller
 * compares `blockHash` with a copy of the chain, and `keyId` with the member's keys.
 * @throws {ChannelError} ARGUMENTS_INVALID when it is no such evidence, SIGNATURE_INVALID, EVIDENCE_INVALID
 */
export function checkEmbeddedEvidence(evidence: Evidence): ProvenTransaction {
  if (evidence.ledger !== 'embedded') {
    throw new ChannelError('ARGUMENTS_INVALID', `the evidence is of ledger ${evidence.ledger}, not embedded`);
  }
  const proof = evidence.proof as EmbeddedProof;
  const header = checkHeader(proof.header);
  const { transactionId, height } = evidence;
  const digest = sha256Bytes(canonical(header));
  const id = digest.toString('hex');
  const fault = (message: string) => new ChannelError('EVIDENCE_INVALID', message, { transactionId });
  if (id !== transactionId) throw fault(`the signed header is of transaction ${id}, not ${transactionId}`);
  if (!verifySignature(header.publicKey, digest, proof.signature)) {
    throw new ChannelError('SIGNATURE_INVALID', `the signature does not verify under the key of ${header.member}`, {
      transactionId,
    });
  }
  if (proof.block.height !== height || proof.block.channel !== header.channel) {
    throw fault(`the block header is of block ${proof.block.height} on ${proof.block.channel}`);
  }
  const leaf = transactionLeaf(id, proof.signature, proof.outcome);
  if (!verifyInclusion(leaf, proof.index, proof.block.transactions, proof.path, proof.block.root)) {
    throw fault(`the path does not lead to the root of block ${height}`);
  }
  const blockHash = sha256(canonical(proof.block));
  if (proof.head.height === height && proof.head.hash !== blockHash) throw fault('the head is another block');
  const { name, member, timestamp, argsHash } = header;
  const keyId = keyIdOf(header.publicKey);
  return { transactionId, height, blockHash, name, member, keyId, timestamp, argsHash };
}
