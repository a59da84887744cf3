import { common, peer } from '@hyperledger/fabric-protos';

/** A transaction of any chaincode, opened; every part in the bytes that were signed or hashed. */
export interface OpenedTransaction {
  readonly id: string;
  readonly channel: string;
  readonly chaincode: string;
  readonly timestamp: Date;
  readonly payload: Uint8Array;
  /** The creator's, over `payload`. */
  readonly signature: Uint8Array;
  readonly creator: Uint8Array;
  readonly nonce: Uint8Array;
  readonly channelHeader: Uint8Array;
  readonly signatureHeader: Uint8Array;
  readonly proposalPayload: Uint8Array;
  readonly responsePayload: Uint8Array;
  readonly proposalHash: Uint8Array;
  readonly endorsements: readonly peer.Endorsement[];
  readonly args: readonly Uint8Array[];
  readonly action: peer.ChaincodeAction;
}

/** The header of an envelope. */
export interface OpenedHeader {
  readonly payload: common.Payload;
  readonly channelHeader: common.ChannelHeader;
  readonly signatureHeader: common.SignatureHeader;
  /** A transaction of a chaincode; every other is configuration. */
  readonly endorsed: boolean;
}

/** Opens an envelope as far as its header. Throws for bytes that are none. */
export function openHeader(envelope: common.Envelope): OpenedHeader {
  const payload = common.Payload.deserializeBinary(envelope.getPayload_asU8());
  const header = payload.getHeader();
  if (header === undefined) throw new TypeError('the envelope has no header');
  const channelHeader = common.ChannelHeader.deserializeBinary(header.getChannelHeader_asU8());
  return {
    payload,
    channelHeader,
    signatureHeader: common.SignatureHeader.deserializeBinary(header.getSignatureHeader_asU8()),
    endorsed: channelHeader.getType() === common.HeaderType.ENDORSER_TRANSACTION,
  };
}

/** Opens a transaction of a chaincode; `undefined` for configuration. Throws for bytes that are neither. */
export function openTransaction(bytes: Uint8Array): OpenedTransaction | undefined {
  const envelope = common.Envelope.deserializeBinary(bytes);
  const { payload, channelHeader, signatureHeader, endorsed } = openHeader(envelope);
  if (!endorsed) return undefined;
  const [first, ...others] = peer.Transaction.deserializeBinary(payload.getData_asU8()).getActionsList();
  if (first === undefined || others.length > 0) throw new TypeError('a transaction has exactly one action');
  const action = peer.ChaincodeActionPayload.deserializeBinary(first.getPayload_asU8());
  const endorsedAction = given(action.getAction(), 'endorsed action');
  const responsePayload = endorsedAction.getProposalResponsePayload_asU8();
  const response = peer.ProposalResponsePayload.deserializeBinary(responsePayload);
  const proposalPayload = action.getChaincodeProposalPayload_asU8();
  const input = peer.ChaincodeProposalPayload.deserializeBinary(proposalPayload).getInput_asU8();
  const spec = given(peer.ChaincodeInvocationSpec.deserializeBinary(input).getChaincodeSpec(), 'chaincode');
  const header = given(payload.getHeader(), 'header');
  return {
    id: channelHeader.getTxId(),
    channel: channelHeader.getChannelId(),
    chaincode: given(spec.getChaincodeId(), 'chaincode id').getName(),
    timestamp: given(channelHeader.getTimestamp(), 'timestamp').toDate(),
    payload: envelope.getPayload_asU8(),
    signature: envelope.getSignature_asU8(),
    creator: signatureHeader.getCreator_asU8(),
    nonce: signatureHeader.getNonce_asU8(),
    channelHeader: header.getChannelHeader_asU8(),
    signatureHeader: header.getSignatureHeader_asU8(),
    proposalPayload,
    responsePayload,
    proposalHash: response.getProposalHash_asU8(),
    endorsements: endorsedAction.getEndorsementsList(),
    args: given(spec.getInput(), 'input').getArgsList_asU8(),
    action: peer.ChaincodeAction.deserializeBinary(response.getExtension_asU8()),
  };
}

function given<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new TypeError(`the transaction has no ${what}`);
  return value;
}
