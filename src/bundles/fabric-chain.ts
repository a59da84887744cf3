import { X509Certificate } from 'node:crypto';
import { common, msp, peer } from '@hyperledger/fabric-protos';
import { ChannelError, sha256, sha256Bytes } from '../emissions/index.ts';
import { orderersThatSigned } from '../ledger/fabric/block-check.ts';
import { dataHash, headerHash } from '../ledger/fabric/block-hash.ts';
import { CertificateCheck, signatureHolds } from '../ledger/fabric/certificate-check.ts';
import { type ChannelConfig, configHeight, readConfig } from '../ledger/fabric/channel-config.ts';
import { type OpenedTransaction, openHeader, openTransaction } from '../ledger/fabric/envelope.ts';
import { endorsedByItsMember, memberOf } from '../ledger/fabric/own-endorsement.ts';
import type { FabricBundle, FabricTransaction } from './bundle.ts';
import { attempt, attemptTo, type Check, notVerified } from './check.ts';
import type { CheckedChain, ProvenCall } from './replay.ts';
import type { Trust } from './trust.ts';

/** Names of these checks in their order. */
const CHANNEL = 'the channel is the one trusted';
const BLOCKS = 'the blocks are signed by the orderers of the channel';
const TRANSACTIONS = 'each transaction is signed and stands in its block';
const ENDORSED = 'each transaction is endorsed by a majority of the members';
const OWN = 'each transaction is endorsed by the member that submitted it';
const VALID = "members' peers say that each transaction is valid";
const POLICY = 'the endorsement policy asks for no more than that';

/** A configuration with who it lets sign. */
interface Rule {
  readonly config: ChannelConfig;
  readonly orderers: CertificateCheck;
  readonly members: CertificateCheck;
}

interface Placed {
  readonly opened: OpenedTransaction;
  readonly envelope: Uint8Array;
  readonly height: number;
  readonly rule: Rule;
  readonly answer: string | undefined;
}

/** Whether the transactions stand on the channel that the trust names, by the signatures of its orderers and members. */
export async function checkFabricChain(bundle: FabricBundle, trust: Trust): Promise<CheckedChain> {
  const { check: channel, value: rules } = await attemptTo(CHANNEL, async () => rulesOf(bundle, trust));
  if (rules === undefined) return stopped([channel], [BLOCKS, TRANSACTIONS, ENDORSED, OWN, VALID, POLICY]);
  const { check: blocks, value: signed } = await attemptTo(BLOCKS, async () => signedBlocks(bundle, trust, rules));
  if (signed === undefined) return stopped([channel, blocks], [TRANSACTIONS, ENDORSED, OWN, VALID, POLICY]);
  const placed: Placed[] = [];
  const transactions = await attempt(TRANSACTIONS, () => {
    for (const transaction of bundle.transactions) {
      const found = placedIn(signed, transaction);
      demandSubmission(bundle, found);
      placed.push(found);
    }
    demandOrder(bundle.transactions);
    if (placed.length === 0) throw fault('the bundle holds no transaction');
    return `${placed.length} transactions, the record's page in block ${placed.at(-1)?.height ?? 0}`;
  });
  const begun = [channel, blocks, transactions];
  if (transactions.result !== 'passed') return stopped(begun, [ENDORSED, OWN, VALID, POLICY]);
  const last = rules.at(-1) as Rule;
  return {
    checks: [
      ...begun,
      await attempt(ENDORSED, () => endorsedText(placed)),
      await ownCheck(placed),
      await validCheck(bundle, placed, last),
      await policyCheck(bundle, last),
    ],
    calls: placed.map(callOf),
  };
}

function stopped(begun: readonly Check[], others: readonly string[]): CheckedChain {
  const cause = begun.at(-1) as Check;
  return {
    checks: [...begun, ...others.map((name) => notVerified(name, `not reached: ${cause.check} ${cause.result}`))],
    calls: [],
  };
}

/** The configurations, each but the first signed by orderers of the one before it; none may be left out. */
function rulesOf({ channel, configs }: FabricBundle, trust: Trust): { detail: string; value: readonly Rule[] } {
  if (channel !== trust.channel) throw fault(`the bundle is of channel ${channel}, not ${trust.channel}`);
  const rules: Rule[] = [];
  for (const [sequence, text] of configs.entries()) {
    const block = blockOf(text);
    const config = readConfig(block);
    if (config === undefined) throw fault(`configuration ${sequence} is none`);
    demandWhole(block);
    const before = rules.at(-1);
    if (before === undefined) {
      const genesis = headerHash(block.getHeader() as common.BlockHeader).toString('hex');
      if (config.height !== 0 || genesis !== trust.genesis)
        throw fault(`its genesis block is ${genesis.slice(0, 12)}, the trusted one ${trust.genesis.slice(0, 12)}`);
    } else demandOrderers(block, before);
    // Configurations are numbered one by one: a list without a gap leaves none out.
    if (sequenceOf(block) !== sequence) throw fault(`configuration ${sequence} is number ${sequenceOf(block)}`);
    const { ordering, members } = config;
    rules.push({
      config,
      orderers: new CertificateCheck(ordering),
      members: new CertificateCheck(members),
    });
  }
  if (rules.length === 0) throw fault('the bundle holds no configuration');
  return { detail: `genesis block ${trust.genesis.slice(0, 12)}, ${rules.length} configurations since`, value: rules };
}

interface SignedBlock {
  readonly height: number;
  readonly envelopes: readonly Uint8Array[];
  readonly rule: Rule;
}

function signedBlocks(
  { blocks }: FabricBundle,
  { head }: Trust,
  rules: readonly Rule[],
): { detail: string; value: readonly SignedBlock[] } {
  let before = -1;
  const value = blocks.map((text) => {
    const block = blockOf(text);
    const header = demandWhole(block);
    const height = header.getNumber();
    if (height <= before) throw fault(`block ${height} is not in the order of the chain`);
    before = height;
    const rule = rules.find(({ config }) => config.height === configHeight(block));
    if (rule === undefined) throw fault(`the configuration of block ${height} is not in the bundle`);
    demandOrderers(block, rule);
    const hash = headerHash(header).toString('hex');
    if (head?.height === height && head.hash !== hash)
      throw fault(`block ${height} is ${hash.slice(0, 12)} here and ${head.hash.slice(0, 12)} in the trust`);
    return { height, envelopes: block.getData()?.getDataList_asU8() ?? [], rule };
  });
  const last = rules.at(-1) as Rule;
  if (value.at(-1)?.rule !== last) throw fault('a configuration comes after the last block');
  return { detail: `${value.length} blocks, the last of them ${before}`, value };
}

function placedIn(blocks: readonly SignedBlock[], { block, index, answer }: FabricTransaction): Placed {
  const found = blocks[block];
  const envelope = found?.envelopes[index];
  if (found === undefined || envelope === undefined)
    throw fault(`the bundle has no transaction ${index} of block ${block}`);
  const opened = openTransaction(envelope);
  if (opened === undefined) throw fault(`transaction ${index} of block ${found.height} is configuration`);
  return { opened, envelope, height: found.height, rule: found.rule, answer };
}

function demandOrder(transactions: readonly FabricTransaction[]): void {
  transactions.forEach(({ block, index }, at) => {
    const before = transactions[at - 1];
    if (before === undefined || block > before.block || (block === before.block && index > before.index)) return;
    throw fault(`transaction ${index} of block ${block} is not in the order of the chain`);
  });
}

function demandSubmission({ channel, chaincode }: FabricBundle, { opened, rule }: Placed): void {
  if (opened.channel !== channel || opened.chaincode !== chaincode)
    throw fault(`transaction ${opened.id.slice(0, 12)} is of ${opened.chaincode} on ${opened.channel}`);
  demandCreator(opened, rule);
}

/** The creator is a member's, gave the id, and signed everything. */
function demandCreator(opened: OpenedTransaction, { members }: Rule): void {
  const creator = members.identity(opened.creator, opened.timestamp);
  if (typeof creator === 'string') throw fault(creator);
  if (sha256(Buffer.concat([opened.nonce, opened.creator])) !== opened.id)
    throw fault(`the id of transaction ${opened.id.slice(0, 12)} is not that of its creator`);
  if (!signatureHolds(creator.key, opened.signature, opened.payload))
    throw new ChannelError('SIGNATURE_INVALID', `the signature of ${creator.mspId} does not verify`);
}

function endorsedText(placed: readonly Placed[]): string {
  const members = placed.map(({ opened, rule }) => demandMajority(opened, opened.chaincode, rule));
  return `the page by ${members.at(-1)?.join(', ') ?? 'nobody'}`;
}

/** The majority that the policy asks for may leave the member out whose records these are. */
async function ownCheck(placed: readonly Placed[]): Promise<Check> {
  const { check, value: without } = await attemptTo(OWN, async () => ({
    detail: `the page by a peer of ${memberOf(placed.at(-1)?.opened.creator ?? new Uint8Array())}`,
    value: placed.find(({ opened }) => !endorsedByItsMember(opened)),
  }));
  if (without === undefined) return check;
  const { opened, height } = without;
  const what = `transaction ${opened.id.slice(0, 12)} in block ${height} by ${memberOf(opened.creator)}`;
  return notVerified(OWN, `${what} is endorsed by others alone`);
}

async function validCheck({ channel }: FabricBundle, placed: readonly Placed[], rule: Rule): Promise<Check> {
  const without = placed.filter(({ answer }) => answer === undefined).length;
  if (without > 0)
    return notVerified(VALID, `${without} of ${placed.length} transactions come without an endorsed answer`);
  return attempt(VALID, () => {
    for (const { opened, envelope, answer } of placed) {
      const given = openAnswer(answer as string, 'qscc', ['GetTransactionByID', channel, opened.id], rule);
      const payload = given.action.getResponse()?.getPayload_asU8() ?? new Uint8Array();
      const processed = peer.ProcessedTransaction.deserializeBinary(payload);
      const same = sha256(processed.getTransactionenvelope()?.serializeBinary() ?? '') === sha256(envelope);
      if (!same) throw fault(`the answer about ${opened.id.slice(0, 12)} is of other bytes`);
      const code = processed.getValidationcode();
      if (code !== 0) throw fault(`transaction ${opened.id.slice(0, 12)} is invalid, code ${code}`);
    }
    return `${placed.length} answers, each signed by peers of a majority`;
  });
}

/** Whether a majority is what the chaincode's definition asks for. Any other policy is told, not evaluated. */
async function policyCheck({ chaincode, definition }: FabricBundle, rule: Rule): Promise<Check> {
  if (definition === undefined) return notVerified(POLICY, 'the bundle holds no endorsed answer about the definition');
  const { check, value } = await attemptTo(POLICY, async () => {
    // Of all definitions: an answer about one alone lists approvals in an order that each peer has of its own.
    const { action } = openAnswer(definition, '_lifecycle', ['QueryChaincodeDefinitions'], rule);
    const payload = action.getResponse()?.getPayload_asU8() ?? new Uint8Array();
    const found = peer.lifecycle.QueryChaincodeDefinitionsResult.deserializeBinary(payload)
      .getChaincodeDefinitionsList()
      .find((each) => each.getName() === chaincode);
    if (found === undefined) throw fault(`the answer has no definition of chaincode ${chaincode.slice(0, 40)}`);
    const policy = peer.ApplicationPolicy.deserializeBinary(found.getValidationParameter_asU8());
    const reference = policy.getChannelConfigPolicyReference();
    return { detail: `${reference}, as of sequence ${found.getSequence()}`, value: reference };
  });
  if (value === undefined || value === '/Channel/Application/Endorsement') return check;
  return notVerified(POLICY, `the policy is ${value === '' ? 'one of its own' : value}: only a majority was counted`);
}

/** The call of a system chaincode with these arguments, its answer endorsed by a majority, as the asking member signed it. */
function openAnswer(text: string, chaincode: string, args: readonly string[], rule: Rule): OpenedTransaction {
  const opened = openTransaction(Buffer.from(text, 'base64'));
  const asked = opened?.args.slice(0, args.length).map((arg) => Buffer.from(arg).toString());
  if (opened?.chaincode !== chaincode || JSON.stringify(asked) !== JSON.stringify(args))
    throw fault(`an answer is not one of ${chaincode} to ${args.join(' ')}`);
  demandCreator(opened, rule);
  demandMajority(opened, chaincode, rule);
  return opened;
}

/**
 * Members of whom a peer signed the answer, more than half of all. Members are counted, not signatures: an empty list of
 * signatures holds as well.
 */
function demandMajority(opened: OpenedTransaction, chaincode: string, { config, members }: Rule): readonly string[] {
  const proposal = Buffer.concat([opened.channelHeader, opened.signatureHeader, opened.proposalPayload]);
  if (!sha256Bytes(proposal).equals(opened.proposalHash)) throw fault('the endorsements are for another proposal');
  if (opened.action.getChaincodeId()?.getName() !== chaincode) throw fault('the endorsements are of another chaincode');
  const status = opened.action.getResponse()?.getStatus() ?? 0;
  if (status !== 200) throw fault(`the endorsements are of a refusal, status ${status}`);
  const endorsers = new Set<string>();
  for (const endorsement of opened.endorsements) {
    const bytes = endorsement.getEndorser_asU8();
    const endorser = members.identity(bytes, opened.timestamp);
    if (typeof endorser === 'string') throw fault(endorser);
    const holds = signatureHolds(endorser.key, endorsement.getSignature_asU8(), opened.responsePayload, bytes);
    if (!holds) throw new ChannelError('SIGNATURE_INVALID', `the endorsement of ${endorser.mspId} does not verify`);
    if (!isPeer(bytes)) throw fault(`an endorsement of ${endorser.mspId} is not a peer's`);
    endorsers.add(endorser.mspId);
  }
  if (endorsers.size * 2 <= config.members.size)
    throw fault(`endorsed by ${endorsers.size} of ${config.members.size} members, which is no majority`);
  return [...endorsers].sort();
}

// A client's certificate is of the same issuer: only the organisational unit tells them apart.
function isPeer(serialised: Uint8Array): boolean {
  const certificate = new X509Certificate(msp.SerializedIdentity.deserializeBinary(serialised).getIdBytes_asU8());
  return certificate.subject.split('\n').includes('OU=peer');
}

function demandOrderers(block: common.Block, { config, orderers }: Rule): void {
  const height = block.getHeader()?.getNumber() ?? 0;
  const of = config.consenters?.size;
  // Of n fault-tolerant orderers any two groups of this size share an honest one; Raft has one sign for all.
  const needed = of === undefined ? 1 : Math.ceil((of + Math.floor((of - 1) / 3) + 1) / 2);
  const signers = orderersThatSigned(block, config, orderers);
  if (signers < needed)
    throw new ChannelError(
      'SIGNATURE_INVALID',
      `block ${height} is signed by ${signers} orderers, ${needed} are needed`,
    );
}

/** @throws {ChannelError} EVIDENCE_INVALID when the block does not hold what its header was made for */
function demandWhole(block: common.Block): common.BlockHeader {
  const header = block.getHeader();
  if (header === undefined) throw fault('a block has no header');
  if (!dataHash(block.getData()?.getDataList_asU8() ?? []).equals(header.getDataHash_asU8()))
    throw fault(`block ${header.getNumber()} does not hold what its header was made for`);
  return header;
}

function sequenceOf(block: common.Block): number {
  const { payload } = openHeader(
    common.Envelope.deserializeBinary(block.getData()?.getDataList_asU8()[0] ?? new Uint8Array()),
  );
  return common.ConfigEnvelope.deserializeBinary(payload.getData_asU8()).getConfig()?.getSequence() ?? -1;
}

function blockOf(text: string): common.Block {
  return common.Block.deserializeBinary(Buffer.from(text, 'base64'));
}

// The member's MSP vouches for its submitters; the contract holds no keys of them.
function callOf({ opened, height }: Placed): ProvenCall {
  const identity = msp.SerializedIdentity.deserializeBinary(opened.creator);
  const { publicKey } = new X509Certificate(identity.getIdBytes_asU8());
  const keyId = sha256(publicKey.export({ format: 'der', type: 'spki' }));
  const [name = '', args = ''] = opened.args.map((arg) => Buffer.from(arg).toString());
  const caller = { member: identity.getMspid(), keyId };
  return { id: opened.id, name, args, caller, timestamp: opened.timestamp.toISOString(), height };
}

function fault(message: string): ChannelError {
  return new ChannelError('EVIDENCE_INVALID', message);
}
