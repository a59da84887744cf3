import { readFileSync } from 'node:fs';
import { type Client, credentials, Client as GrpcClient } from '@grpc/grpc-js';
import { type CloseableAsyncIterable, connect, type Gateway, type Signer, signers } from '@hyperledger/fabric-gateway';
import { type common, gateway as messages, msp } from '@hyperledger/fabric-protos';
import { ChannelError } from '../../emissions/index.ts';
import type { FabricIdentity } from './identity.ts';
import type { LoadedProfile, ProfilePeer } from './profile.ts';

/** A transaction that is endorsed and signed: its bytes can be sent any number of times and are one transaction. */
export interface SignedTransaction {
  readonly transactionId: string;
  /** The contract's answer. */
  readonly result: string;
  readonly bytes: Uint8Array;
}

/** Where a transaction stands. */
export interface TransactionStatus {
  /** Validation code: 0 is valid. */
  readonly code: number;
  readonly height: number;
}

/** A call of the channel's chaincode, or of another that `chaincode` names. */
export interface Call {
  readonly name: string;
  readonly args: readonly (string | Uint8Array)[];
  readonly chaincode?: string;
  /** Members that must endorse; left out, the channel's policy says. */
  readonly members?: readonly string[];
  /** Transient data: seen by the endorsing peers, in no block. */
  readonly transient?: Readonly<Record<string, Uint8Array>>;
}

/** One of the member's own peers. Errors are the gateway's own. */
export interface OwnPeer {
  readonly endpoint: string;
  evaluate(call: Call, timeout: number): Promise<Uint8Array>;
  endorse(call: Call, timeout: number): Promise<SignedTransaction>;
  submit(transaction: SignedTransaction, timeout: number): Promise<void>;
  status(transactionId: string, timeout: number): Promise<TransactionStatus>;
  /** Blocks from a number on, without end; `close` ends it with an error in `next`. */
  blocks(from: number): Promise<CloseableAsyncIterable<common.Block>>;
  close(): void;
}

// The gateway's own messages are larger than the default of 4 MB.
const UNLIMITED = -1;
const KEEPALIVE_MS = 120_000;
// A peer that was away is found again within a second; by default the pauses grow to two minutes.
const RECONNECT_MS = { initial: 200, most: 1_000 };

/** @throws {ChannelError} CONFIG_INVALID when the TLS root certificate cannot be read */
export function openOwnPeer(profile: LoadedProfile, peer: ProfilePeer, identity: FabricIdentity): OwnPeer {
  const client = new GrpcClient(peer.endpoint, credentials.createSsl(tlsRoot(peer)), {
    'grpc.max_receive_message_length': UNLIMITED,
    'grpc.max_send_message_length': UNLIMITED,
    'grpc.keepalive_time_ms': KEEPALIVE_MS,
    'grpc.initial_reconnect_backoff_ms': RECONNECT_MS.initial,
    'grpc.max_reconnect_backoff_ms': RECONNECT_MS.most,
    ...(peer.serverName === undefined ? {} : { 'grpc.ssl_target_name_override': peer.serverName }),
  });
  // This signer gives the low-S form that Fabric demands.
  const signer = signers.newPrivateKeySigner(identity.privateKey);
  const gateway = connect({
    client,
    identity: { mspId: identity.mspId, credentials: identity.certificate },
    signer,
  });
  return new GatewayPeer(profile, peer.endpoint, client, gateway, signer);
}

class GatewayPeer implements OwnPeer {
  readonly endpoint: string;
  readonly #profile: LoadedProfile;
  readonly #client: Client;
  readonly #gateway: Gateway;
  readonly #signer: Signer;

  constructor(profile: LoadedProfile, endpoint: string, client: Client, gateway: Gateway, signer: Signer) {
    this.endpoint = endpoint;
    this.#profile = profile;
    this.#client = client;
    this.#gateway = gateway;
    this.#signer = signer;
  }

  evaluate(call: Call, timeout: number): Promise<Uint8Array> {
    return this.#proposal(call).evaluate({ deadline: Date.now() + timeout });
  }

  async endorse(call: Call, timeout: number): Promise<SignedTransaction> {
    const prepared = await this.#proposal(call).endorse({ deadline: Date.now() + timeout });
    // Signed here and not on submission, so that what is kept is what is sent.
    const signature = await this.#signer(prepared.getDigest());
    const signed = this.#gateway.newSignedTransaction(prepared.getBytes(), signature);
    return {
      transactionId: prepared.getTransactionId(),
      result: Buffer.from(prepared.getResult()).toString(),
      bytes: signed.getBytes(),
    };
  }

  async submit({ bytes }: SignedTransaction, timeout: number): Promise<void> {
    await this.#gateway.newTransaction(bytes).submit({ deadline: Date.now() + timeout });
  }

  async status(transactionId: string, timeout: number): Promise<TransactionStatus> {
    const request = new messages.CommitStatusRequest();
    request.setChannelId(this.#profile.channel);
    request.setTransactionId(transactionId);
    request.setIdentity(this.#creator());
    const signed = new messages.SignedCommitStatusRequest();
    signed.setRequest(request.serializeBinary());
    const commit = this.#gateway.newCommit(signed.serializeBinary());
    const { code, blockNumber } = await commit.getStatus({ deadline: Date.now() + timeout });
    return { code, height: Number(blockNumber) };
  }

  blocks(from: number): Promise<CloseableAsyncIterable<common.Block>> {
    return this.#gateway.getNetwork(this.#profile.channel).getBlockEvents({ startBlock: BigInt(from) });
  }

  close(): void {
    this.#gateway.close();
    this.#client.close();
  }

  #proposal({ name, args, chaincode = this.#profile.chaincode, members, transient }: Call) {
    return this.#gateway
      .getNetwork(this.#profile.channel)
      .getContract(chaincode)
      .newProposal(name, {
        arguments: [...args],
        ...(transient === undefined ? {} : { transientData: { ...transient } }),
        ...(members === undefined ? {} : { endorsingOrganizations: [...members] }),
      });
  }

  #creator(): Uint8Array {
    const { mspId, credentials: pem } = this.#gateway.getIdentity();
    const creator = new msp.SerializedIdentity();
    creator.setMspid(mspId);
    creator.setIdBytes(pem);
    return creator.serializeBinary();
  }
}

function tlsRoot(peer: ProfilePeer): Buffer {
  try {
    return readFileSync(peer.tlsRootCert);
  } catch (cause) {
    const message = `the TLS root certificate ${peer.tlsRootCert} of the peer ${peer.endpoint} cannot be read`;
    throw new ChannelError('CONFIG_INVALID', message, { where: peer.tlsRootCert, cause });
  }
}
