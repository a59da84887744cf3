import { common, msp, peer } from '@hyperledger/fabric-protos';

export interface Proposal {
  readonly channel: string;
  readonly transactionId: string;
  readonly timestamp: Date;
  readonly member: string;
  /** PEM. */
  readonly certificate: string;
  readonly args: readonly (string | Uint8Array)[];
  readonly transient?: Readonly<Record<string, Uint8Array>>;
}

/** The proposal as a chaincode gets it; unsigned, for the shim leaves signatures to the peer. */
export function signedProposal({
  channel,
  transactionId,
  timestamp,
  member,
  certificate,
  args,
  transient,
}: Proposal): peer.SignedProposal {
  const identity = new msp.SerializedIdentity();
  identity.setMspid(member);
  identity.setIdBytes(Buffer.from(certificate));
  const signatureHeader = new common.SignatureHeader();
  signatureHeader.setCreator(identity.serializeBinary());
  signatureHeader.setNonce(Buffer.from(transactionId));
  const channelHeader = new common.ChannelHeader();
  channelHeader.setType(common.HeaderType.ENDORSER_TRANSACTION);
  channelHeader.setChannelId(channel);
  channelHeader.setTxId(transactionId);
  const header = new common.Header();
  header.setSignatureHeader(signatureHeader.serializeBinary());
  header.setChannelHeader(Buffer.concat([channelHeader.serializeBinary(), timestampField(timestamp)]));
  const payload = new peer.ChaincodeProposalPayload();
  payload.setInput(Buffer.from(String(args[0])));
  for (const [name, value] of Object.entries(transient ?? {})) payload.getTransientmapMap().set(name, value);
  const proposal = new peer.Proposal();
  proposal.setHeader(header.serializeBinary());
  proposal.setPayload(payload.serializeBinary());
  const signed = new peer.SignedProposal();
  signed.setProposalBytes(proposal.serializeBinary());
  return signed;
}

// Field 3 of a channel header: protobuf messages may be put together from parts.
function timestampField(time: Date): Buffer {
  const seconds = Math.floor(time.getTime() / 1000);
  const content = Buffer.from([
    0x08,
    ...varint(seconds),
    0x10,
    ...varint((time.getTime() - seconds * 1000) * 1_000_000),
  ]);
  return Buffer.concat([Buffer.from([0x1a, content.length]), content]);
}

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value % 0x80) + 0x80, ...varint(Math.floor(value / 0x80))];
}
