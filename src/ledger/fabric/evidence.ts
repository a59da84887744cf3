import { common, gateway as messages, peer as peerMessages } from '@hyperledger/fabric-protos';
import type { Evidence } from '../ledger.ts';
import { configHeight, readConfig } from './channel-config.ts';
import { findTransaction } from './decode.ts';
import { openTransaction } from './envelope.ts';
import type { FabricLimits } from './limits.ts';
import { memberOf } from './own-endorsement.ts';
import type { Call } from './own-peer.ts';
import type { OwnPeers } from './own-peers.ts';
import type { SystemQueries } from './system-queries.ts';

/**
 * The proof of a transaction on Fabric, for a checker without a network. Everything in base64 is a protobuf message in the
 * bytes in which the peer gave it.
 */
export interface FabricProof {
  readonly version: 1;
  readonly channel: string;
  readonly chaincode: string;
  /** Position of the transaction in its block. */
  readonly index: number;
  /** `common.Block`: header, all envelopes, and the metadata with the orderers' signatures. */
  readonly block: string;
  /**
   * `common.Block` of each configuration, from the genesis block to the one in force at the block, which is the last. Each but
   * the first is signed by orderers of the one before it.
   */
  readonly configs: readonly string[];
  /**
   * The validation code in a block is signed by nobody. Here members' peers sign it: their endorsement of `qscc`
   * `GetTransactionByID`, never submitted. Absent where no peer would endorse it.
   */
  readonly transactionAnswer?: EndorsedAnswer;
  /** The same of `_lifecycle` `QueryChaincodeDefinitions`: the endorsement policy in force when the proof was made. */
  readonly definitionAnswer?: EndorsedAnswer;
}

export interface EndorsedAnswer {
  /** Members whose peers signed it. */
  readonly members: readonly string[];
  /** `common.Envelope` of the endorsed transaction: the proposal, the answer and the endorsements. */
  readonly envelope: string;
}

export interface EvidenceSource {
  readonly peers: OwnPeers;
  readonly queries: SystemQueries;
  readonly limits: FabricLimits;
  readonly channel: string;
  readonly chaincode: string;
}

/** Proof material of a transaction; `undefined` when the channel has no valid one of that id. */
export async function makeEvidence(source: EvidenceSource, transactionId: string): Promise<Evidence | undefined> {
  const { queries, channel, chaincode } = source;
  const block = await queries.blockOf(transactionId);
  if (block === undefined) return undefined;
  const height = block.getHeader()?.getNumber() ?? 0;
  const found = findTransaction(block, transactionId);
  if (found === undefined || !found.valid || found.opened.chaincode !== chaincode) return undefined;
  const configs = await configsUpTo(queries, block);
  const members = [...(readConfig(configs.at(-1) as common.Block)?.members.keys() ?? [])];
  const transactionAnswer = await endorsedAnswer(source, members, {
    chaincode: 'qscc',
    name: 'GetTransactionByID',
    args: [channel, transactionId],
  });
  const definitionAnswer = await endorsedAnswer(source, members, {
    chaincode: '_lifecycle',
    // The plural form: the answer for one definition lists approvals in no fixed order, so peers' answers differ.
    name: 'QueryChaincodeDefinitions',
    args: [new peerMessages.lifecycle.QueryChaincodeDefinitionsArgs().serializeBinary()],
  });
  const proof: FabricProof = {
    version: 1,
    channel,
    chaincode,
    index: found.index,
    block: base64(block.serializeBinary()),
    configs: configs.map((config) => base64(config.serializeBinary())),
    ...(transactionAnswer === undefined ? {} : { transactionAnswer }),
    ...(definitionAnswer === undefined ? {} : { definitionAnswer }),
  };
  return { ledger: 'fabric', transactionId, height, proof };
}

/** The configuration blocks from genesis to the one in force at a block, by way of the one in force before each. */
async function configsUpTo(queries: SystemQueries, block: common.Block): Promise<common.Block[]> {
  const found: common.Block[] = [];
  let height = configHeight(block);
  for (;;) {
    const config = await queries.block(height);
    found.unshift(config);
    if (height === 0) return found;
    height = configHeight(await queries.block(height - 1));
  }
}

/** An answer endorsed by all members, or by those that are left when the gateway names some whose peers it cannot reach. */
async function endorsedAnswer(
  source: Pick<EvidenceSource, 'peers' | 'limits'>,
  members: readonly string[],
  call: Call,
): Promise<EndorsedAnswer | undefined> {
  const { peers, limits } = source;
  const peer = peers.current;
  try {
    const { bytes } = await peer.endorse({ ...call, members }, limits.endorse);
    return answerOf(bytes);
  } catch (cause) {
    peers.meet('endorse', cause, peer, call.name);
    const said = cause instanceof Error ? cause.message : '';
    const rest = members.filter((member) => !said.includes(member));
    const fewer = rest.length > 0 && rest.length < members.length;
    return fewer ? endorsedAnswer(source, rest, call) : undefined;
  }
}

function answerOf(prepared: Uint8Array): EndorsedAnswer {
  const envelope = messages.PreparedTransaction.deserializeBinary(prepared).getEnvelope() ?? new common.Envelope();
  const bytes = envelope.serializeBinary();
  const members = openTransaction(bytes)?.endorsements.map((each) => memberOf(each.getEndorser_asU8())) ?? [];
  return { members: [...new Set(members)].toSorted(), envelope: base64(bytes) };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
