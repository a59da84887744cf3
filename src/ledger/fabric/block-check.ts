import { common, type peer } from '@hyperledger/fabric-protos';
import { sha256, sha256Bytes } from '../../emissions/index.ts';
import type { VerifyReport } from '../ledger.ts';
import { dataHash, headerBytes, headerHash } from './block-hash.ts';
import { CertificateCheck, signatureHolds } from './certificate-check.ts';
import { type ChannelConfig, type MemberMsp, readConfig } from './channel-config.ts';
import type { BlockScope } from './decode.ts';
import { type OpenedTransaction, openTransaction } from './envelope.ts';
import { endorsedByItsMember } from './own-endorsement.ts';

export type Fault = VerifyReport['faults'][number];

/** Places in a block's metadata. */
const SIGNATURES = 0;
const TRANSACTIONS_FILTER = 2;
const VALID = 0;

/**
 * Checks blocks in order, from the genesis block on, whose configuration it trusts. Configuration blocks on the way are taken
 * over once their own orderers' signatures hold.
 */
export class BlockCheck {
  readonly #scope: BlockScope;
  readonly #faults: Fault[] = [];
  #config: ChannelConfig | undefined;
  #orderers = new CertificateCheck(new Map());
  #members = new CertificateCheck(new Map());
  #previous: Buffer | undefined;
  #next = 0;
  #transactions = 0;
  #bytes = 0;

  constructor(scope: BlockScope) {
    this.#scope = scope;
  }

  check(block: common.Block): void {
    const height = this.#next;
    this.#next += 1;
    this.#bytes += block.serializeBinary().length;
    const header = block.getHeader();
    if (header === undefined) {
      this.#fault('LEDGER_CORRUPT', height, 'has no header');
      this.#previous = undefined;
      return;
    }
    const envelopes = block.getData()?.getDataList_asU8() ?? [];
    this.#checkHeader(header, height, envelopes);
    const trusted = this.#checkSignatures(block, height);
    this.#takeConfig(block, height, trusted);
    this.#checkTransactions(block, height, envelopes);
    this.#previous = headerHash(header);
  }

  report(): VerifyReport {
    return {
      blocks: this.#next,
      transactions: this.#transactions,
      bytes: this.#bytes,
      head: this.#previous?.toString('hex') ?? '',
      faults: this.#faults,
    };
  }

  #checkHeader(header: common.BlockHeader, height: number, envelopes: readonly Uint8Array[]): void {
    if (header.getNumber() !== height)
      this.#fault('LEDGER_CORRUPT', height, `calls itself block ${header.getNumber()}`);
    if (this.#previous !== undefined && !this.#previous.equals(header.getPreviousHash_asU8())) {
      this.#fault('LEDGER_CORRUPT', height, 'does not follow the block before it');
    }
    if (!dataHash(envelopes).equals(header.getDataHash_asU8())) {
      this.#fault('LEDGER_CORRUPT', height, 'does not hold the transactions that its header was made for');
    }
  }

  /** True when enough orderers signed. The genesis block is signed by none: it is where trust starts. */
  #checkSignatures(block: common.Block, height: number): boolean {
    if (height === 0) return true;
    const config = this.#config;
    if (config === undefined) return false;
    try {
      const signers = orderersThatSigned(block, config, this.#orderers);
      const needed = config.consenters === undefined ? 1 : quorum(config.consenters.size);
      if (signers >= needed) return true;
      this.#fault('SIGNATURE_INVALID', height, `is signed by ${signers} orderers, ${needed} are needed`);
    } catch {
      this.#fault('LEDGER_CORRUPT', height, 'holds signatures that cannot be read');
    }
    return false;
  }

  #takeConfig(block: common.Block, height: number, trusted: boolean): void {
    let config: ChannelConfig | undefined;
    try {
      config = readConfig(block);
    } catch {
      this.#fault('LEDGER_CORRUPT', height, 'holds a configuration that cannot be read');
    }
    if (config === undefined || !trusted) return;
    this.#config = config;
    this.#orderers = new CertificateCheck(config.ordering);
    this.#members = new CertificateCheck(new Map<string, MemberMsp>([...config.ordering, ...config.members]));
  }

  #checkTransactions(block: common.Block, height: number, envelopes: readonly Uint8Array[]): void {
    const codes = block.getMetadata()?.getMetadataList_asU8()[TRANSACTIONS_FILTER] ?? new Uint8Array();
    for (const [index, bytes] of envelopes.entries()) {
      const valid = codes[index] === VALID;
      let opened: OpenedTransaction | undefined;
      try {
        opened = openTransaction(bytes);
      } catch {
        if (valid) this.#fault('LEDGER_CORRUPT', height, `transaction ${index} cannot be read`);
        continue;
      }
      if (opened === undefined) continue;
      if (opened.chaincode === this.#scope.chaincode) this.#transactions += 1;
      // An invalid transaction stands there for one of these very reasons, or without effect.
      if (!valid) continue;
      const wrong = this.#judged(opened);
      if (wrong !== undefined) this.#fault('SIGNATURE_INVALID', height, `transaction ${opened.id}: ${wrong}`);
    }
  }

  // A creator or an endorser that is no identity at all cannot even be read.
  #judged(opened: OpenedTransaction): string | undefined {
    try {
      return this.#wrongWith(opened);
    } catch (error) {
      return `it cannot be checked: ${(error as Error).message}`;
    }
  }

  #wrongWith(opened: OpenedTransaction): string | undefined {
    const creator = this.#members.identity(opened.creator, opened.timestamp);
    if (typeof creator === 'string') return creator;
    if (opened.channel !== this.#scope.channel) return `it is of channel ${opened.channel}`;
    if (sha256(Buffer.concat([opened.nonce, opened.creator])) !== opened.id) return 'its id is not that of its creator';
    if (!signatureHolds(creator.key, opened.signature, opened.payload))
      return "its creator's signature does not verify";
    const proposal = Buffer.concat([opened.channelHeader, opened.signatureHeader, opened.proposalPayload]);
    if (!sha256Bytes(proposal).equals(opened.proposalHash)) return 'its endorsements are for another proposal';
    if (opened.endorsements.length === 0) return 'nobody endorsed it';
    const wrong = opened.endorsements
      .map((each) => this.#wrongWithEndorsement(each, opened))
      .find((each) => each !== undefined);
    if (wrong !== undefined) return wrong;
    const own = opened.chaincode !== this.#scope.chaincode || endorsedByItsMember(opened);
    return own ? undefined : `${creator.mspId}, which submitted it, is not among those that endorsed it`;
  }

  #wrongWithEndorsement(endorsement: peer.Endorsement, opened: OpenedTransaction): string | undefined {
    const bytes = endorsement.getEndorser_asU8();
    const endorser = this.#members.identity(bytes, opened.timestamp);
    if (typeof endorser === 'string') return `an endorsement does not hold: ${endorser}`;
    if (signatureHolds(endorser.key, endorsement.getSignature_asU8(), opened.responsePayload, bytes)) return undefined;
    return `the endorsement of ${endorser.mspId} does not verify`;
  }

  #fault(code: Fault['code'], height: number, what: string): void {
    this.#faults.push({ code, where: `block ${height}`, message: `block ${height} ${what}` });
  }
}

/**
 * Number of different orderers whose signatures over a block hold under a configuration. Each signs the metadata's value, its
 * own header and the block's header.
 */
export function orderersThatSigned(block: common.Block, config: ChannelConfig, check: CertificateCheck): number {
  const header = headerBytes(block.getHeader() ?? new common.BlockHeader());
  const bytes = block.getMetadata()?.getMetadataList_asU8()[SIGNATURES] ?? new Uint8Array();
  const metadata = common.Metadata.deserializeBinary(bytes);
  const value = metadata.getValue_asU8();
  const signers = new Set<string>();
  for (const each of metadata.getSignaturesList()) {
    const signed = config.consenters === undefined ? raftSigner(each) : bftSigner(each, config);
    if (signed === undefined) continue;
    // Blocks carry no time of their own, so the certificate is judged without one.
    const found = check.identity(signed.identity);
    // An ordering organisation also issues certificates to clients and admins: those do not order.
    if (typeof found === 'string' || found.units.some((unit) => OTHER_ROLES.has(unit))) continue;
    if (signatureHolds(found.key, each.getSignature_asU8(), value, signed.header, header)) signers.add(signed.name);
  }
  return signers.size;
}

const OTHER_ROLES: ReadonlySet<string> = new Set(['client', 'peer', 'admin']);

interface BlockSigner {
  readonly name: string;
  readonly identity: Uint8Array;
  readonly header: Uint8Array;
}

function raftSigner(signature: common.MetadataSignature): BlockSigner {
  const header = signature.getSignatureHeader_asU8();
  const creator = common.SignatureHeader.deserializeBinary(header).getCreator_asU8();
  return { name: sha256(creator), identity: creator, header };
}

function bftSigner(signature: common.MetadataSignature, config: ChannelConfig): BlockSigner | undefined {
  const header = signature.getIdentifierHeader_asU8();
  const id = common.IdentifierHeader.deserializeBinary(header).getIdentifier();
  const consenter = config.consenters?.get(id);
  return consenter === undefined ? undefined : { name: String(id), identity: consenter, header };
}

/** Signatures needed of n fault-tolerant orderers: any two such groups share an honest one. */
function quorum(orderers: number): number {
  const faulty = Math.floor((orderers - 1) / 3);
  return Math.ceil((orderers + faulty + 1) / 2);
}
