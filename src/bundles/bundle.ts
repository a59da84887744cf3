import { ChannelError, canonical } from '../emissions/index.ts';
import { base64, count, fields, hash, invalid, list, text } from './fields.ts';

/** A transaction of the embedded ledger as a bundle carries it: what was signed, and where it stands. */
export interface EmbeddedTransaction {
  readonly height: number;
  /** Position in its block. */
  readonly index: number;
  readonly member: string;
  readonly name: string;
  readonly nonce: string;
  /** Public key of the submitter, DER SPKI, base64. */
  readonly publicKey: string;
  readonly timestamp: string;
  /** Base64, over the transaction's id. */
  readonly signature: string;
  /** SHA-256 of answer, event and writes as the log keeps them. */
  readonly outcome: string;
  /** Audit path of the transaction in its block. */
  readonly path: readonly string[];
  /** The arguments as submitted, canonical JSON. */
  readonly args: string;
}

/** What one block's header holds beside its height and the hash before it: Merkle root, number of transactions. */
export type BlockFigures = readonly [root: string, transactions: number];

/**
 * Everything that shows one record of the embedded ledger to somebody without a network. What follows from something else in
 * the file is not repeated: ids, hashes of arguments and of blocks are computed.
 */
export interface EmbeddedBundle extends BundleHead {
  readonly ledger: 'embedded';
  /** Hash of the last block of `blocks`. */
  readonly head: string;
  /** Every block from the genesis block on, up to the last when the bundle was made. */
  readonly blocks: readonly BlockFigures[];
  /** In the order of the chain; the first made the channel, the last recorded the record. */
  readonly transactions: readonly EmbeddedTransaction[];
}

export interface BundleHead {
  readonly schema: 'uec-bundle/1';
  readonly channel: string;
  readonly record: { readonly id: string; readonly index: number };
  readonly stated: Statement;
}

/** What became of the record by the ledger of whoever made the bundle. Their word: nothing in the file proves it. */
interface Statement {
  readonly state: string;
  /** The record that superseded it. */
  readonly by?: string;
  readonly documents: readonly { readonly commitment: string; readonly state: string }[];
  /** Releases behind the record that have been withdrawn since. */
  readonly withdrawn: readonly string[];
}

/** A transaction of Fabric: where it stands in the blocks of the bundle. */
export interface FabricTransaction {
  /** Position in `blocks`. */
  readonly block: number;
  /** Position in that block. */
  readonly index: number;
  /** `common.Envelope` of the endorsed answer of `qscc` that says whether it is valid; absent where no peer gave one. */
  readonly answer?: string;
}

/** Everything that shows one record of a channel on Fabric. Texts in base64 are protobuf messages in their own bytes. */
export interface FabricBundle extends BundleHead {
  readonly ledger: 'fabric';
  readonly chaincode: string;
  /** `common.Block` of every configuration from the genesis block to the one in force at the last of `blocks`. */
  readonly configs: readonly string[];
  /** `common.Block` of each block that holds one of the transactions, in the order of the chain. */
  readonly blocks: readonly string[];
  /** In the order of the chain; the first made the channel, the last recorded the record. */
  readonly transactions: readonly FabricTransaction[];
  /** `common.Envelope` of the endorsed answer of `_lifecycle` that holds the endorsement policy. */
  readonly definition?: string;
}

export type Bundle = EmbeddedBundle | FabricBundle;

/** Largest bundle in bytes: a page of a megabyte, its text escaped, and a chain of about 190,000 blocks. */
export const maxBundleBytes = 16_000_000;

/**
 * The file's text: canonical JSON, so that one bundle has one text.
 * @throws {ChannelError} BUNDLE_TOO_LARGE
 */
export function formatBundle(bundle: Bundle): string {
  const text = canonical(bundle);
  const bytes = Buffer.byteLength(text);
  if (bytes > maxBundleBytes)
    throw new ChannelError('BUNDLE_TOO_LARGE', `the bundle would have ${bytes} bytes; ${maxBundleBytes} are allowed`);
  return text;
}

/**
 * The bundle of a text that has exactly the fields of its version.
 * @throws {ChannelError} EVIDENCE_INVALID
 */
export function parseBundle(text: string): Bundle {
  // A text has at least as many bytes as UTF-16 units.
  if (text.length > maxBundleBytes) throw invalid('size', `it has more than ${maxBundleBytes} bytes`);
  const body = text.trimEnd();
  const bundle = bundleOf(jsonOf(body));
  if (textOf(bundle) !== body) {
    throw invalid('text', 'it is not the canonical text of its fields, or it has fields that are not part of a bundle');
  }
  return bundle;
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (cause) {
    throw invalid('text', 'it is not JSON, or it breaks off', cause);
  }
}

function textOf(bundle: Bundle): string {
  try {
    return canonical(bundle);
  } catch (cause) {
    throw invalid('text', (cause as Error).message, cause);
  }
}

function bundleOf(value: unknown): Bundle {
  const given = fields(value, 'bundle');
  const { schema, ledger, channel, record, stated } = given;
  if (schema !== 'uec-bundle/1') throw invalid('schema', 'it is not of version uec-bundle/1');
  const { id, index } = fields(record, 'record');
  const head: BundleHead = {
    schema,
    channel: text(channel, 'channel'),
    record: { id: hash(id, 'record.id'), index: count(index, 'record.index') },
    stated: statementOf(stated),
  };
  if (ledger === 'embedded') return { ...head, ledger, ...embeddedParts(given) };
  if (ledger === 'fabric') return { ...head, ledger, ...fabricParts(given) };
  throw invalid('ledger', 'it is of no ledger that is known here');
}

function embeddedParts(given: Record<string, unknown>): Pick<EmbeddedBundle, 'head' | 'blocks' | 'transactions'> {
  return {
    head: hash(given.head, 'head'),
    blocks: list(given.blocks, 'blocks', blockOf),
    transactions: list(given.transactions, 'transactions', transactionOf),
  };
}

function fabricParts(given: Record<string, unknown>): Omit<FabricBundle, keyof BundleHead | 'ledger'> {
  const { chaincode, configs, blocks, transactions, definition } = given;
  return {
    chaincode: text(chaincode, 'chaincode'),
    configs: list(configs, 'configs', base64),
    blocks: list(blocks, 'blocks', base64),
    transactions: list(transactions, 'transactions', (entry, path) => {
      const { block, index, answer } = fields(entry, path);
      return {
        block: count(block, `${path}.block`),
        index: count(index, `${path}.index`),
        ...(answer === undefined ? {} : { answer: base64(answer, `${path}.answer`) }),
      };
    }),
    ...(definition === undefined ? {} : { definition: base64(definition, 'definition') }),
  };
}

function statementOf(value: unknown): Statement {
  const { state, by, documents, withdrawn } = fields(value, 'stated');
  return {
    state: text(state, 'stated.state'),
    ...(by === undefined ? {} : { by: hash(by, 'stated.by') }),
    documents: list(documents, 'stated.documents', (entry, path) => {
      const { commitment, state: of } = fields(entry, path);
      return { commitment: hash(commitment, `${path}.commitment`), state: text(of, `${path}.state`) };
    }),
    withdrawn: list(withdrawn, 'stated.withdrawn', text),
  };
}

function blockOf(value: unknown, path: string): BlockFigures {
  if (!Array.isArray(value) || value.length !== 2) throw invalid(path, 'it is not a root and a number');
  return [hash(value[0], `${path}[0]`), count(value[1], `${path}[1]`)];
}

function transactionOf(value: unknown, path: string): EmbeddedTransaction {
  const given = fields(value, path);
  const word = (name: string): string => text(given[name], `${path}.${name}`);
  return {
    height: count(given.height, `${path}.height`),
    index: count(given.index, `${path}.index`),
    member: word('member'),
    name: word('name'),
    nonce: word('nonce'),
    publicKey: word('publicKey'),
    timestamp: word('timestamp'),
    signature: word('signature'),
    outcome: hash(given.outcome, `${path}.outcome`),
    path: list(given.path, `${path}.path`, hash),
    args: word('args'),
  };
}
