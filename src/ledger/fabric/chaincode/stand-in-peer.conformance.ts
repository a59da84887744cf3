// A peer that speaks the chaincode protocol, for the real bundle under the real fabric-shim: it simulates proposals on a
// snapshot of world state and gives their read and write sets, with Fabric's semantics.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { type ChannelCredentials, type ClientDuplexStream, credentials } from '@grpc/grpc-js';
import { ledger, peer } from '@hyperledger/fabric-protos';
import { canonical } from '../../../emissions/index.ts';
import { type Proposal, signedProposal } from './stand-in-proposal.conformance.ts';

type Message = peer.ChaincodeMessage;
const type = peer.ChaincodeMessage.Type;

/** Milliseconds for a transaction; a Fabric peer waits 30 s. */
const TIME_LIMIT = 10_000;

export interface Versioned {
  readonly value: Buffer;
  readonly version: string;
}

/** World state as it stands at one height; `hashes` are those of private values, public on every peer. */
export interface Snapshot {
  readonly state: ReadonlyMap<string, Versioned>;
  readonly hashes: ReadonlyMap<string, string>;
}

/** What a chaincode made of a proposal. */
export class Simulation {
  status = 0;
  message = '';
  payload = '';
  event: { readonly name: string; readonly payload: string } | undefined;
  /** Version read, null = absent. */
  readonly reads = new Map<string, string | null>();
  readonly ranges: { readonly start: string; readonly end: string; readonly found: (readonly [string, string])[] }[] =
    [];
  readonly writes = new Map<string, Buffer | null>();
  /** Endorsement policies set for keys. */
  readonly policies = new Map<string, Buffer>();
  /** By `collection/key`; null = purged. */
  readonly privateWrites = new Map<string, Buffer | null>();
  /** Kinds of the messages that came, in order. */
  readonly messages: number[] = [];

  /** The bytes that an endorser signs: all but private values, which stand in it as hashes. */
  bytes(): string {
    const sorted = <V>(map: ReadonlyMap<string, V>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));
    return canonical({
      event: this.event,
      hashedWrites: sorted(this.privateWrites).map(([key, value]) => [key, value === null ? null : hashOf(value)]),
      message: this.message,
      payload: this.payload,
      policies: sorted(this.policies).map(([key, policy]) => [key, policy.toString('base64')]),
      ranges: this.ranges,
      reads: sorted(this.reads),
      status: this.status,
      writes: sorted(this.writes).map(([key, value]) => [key, value?.toString('base64') ?? null]),
    });
  }
}

interface Running {
  readonly snapshot: Snapshot;
  readonly made: Simulation;
  readonly iterators: Map<string, (readonly [string, Versioned])[]>;
  readonly done: (error?: Error) => void;
}

export interface StandInPeerOptions {
  /** Organisation whose implicit collection it holds. */
  readonly member: string;
  /** Knows the batch messages, as Fabric 3.1 does; an older one ends the stream on them. */
  readonly batching: boolean;
  readonly tls?: ChannelCredentials;
}

export class StandInPeer {
  readonly member: string;
  /** Private values that this peer holds, by `collection/key`. */
  readonly held = new Map<string, Buffer>();
  readonly #batching: boolean;
  readonly #client: peer.ChaincodeClient;
  readonly #stream: ClientDuplexStream<Message, Message>;
  readonly #running = new Map<string, Running>();

  private constructor(address: string, { member, batching, tls }: StandInPeerOptions) {
    this.member = member;
    this.#batching = batching;
    this.#client = new peer.ChaincodeClient(address, tls ?? credentials.createInsecure(), {
      'grpc.max_receive_message_length': -1,
      'grpc.max_send_message_length': -1,
    });
    this.#stream = this.#client.connect();
  }

  /** Dials the chaincode and resolves once it has registered, as the named package. */
  static async dial(address: string, options: StandInPeerOptions): Promise<{ peer: StandInPeer; registered: string }> {
    const dialled = new StandInPeer(address, options);
    return { peer: dialled, registered: await dialled.#register() };
  }

  simulate(proposal: Proposal, snapshot: Snapshot): Promise<Simulation> {
    const input = new peer.ChaincodeInput();
    input.setArgsList(proposal.args.map((arg) => Buffer.from(arg)));
    const message = new peer.ChaincodeMessage();
    message.setType(type.TRANSACTION);
    message.setTxid(proposal.transactionId);
    message.setChannelId(proposal.channel);
    message.setPayload(input.serializeBinary());
    message.setProposal(signedProposal(proposal));
    return new Promise((resolve, reject) => {
      const made = new Simulation();
      const limit = setTimeout(() => done(new Error('timeout expired while executing transaction')), TIME_LIMIT);
      const done = (error?: Error): void => {
        clearTimeout(limit);
        this.#running.delete(proposal.transactionId);
        if (error === undefined) resolve(made);
        else reject(error);
      };
      this.#running.set(proposal.transactionId, { snapshot, made, iterators: new Map(), done });
      this.#stream.write(message);
    });
  }

  close(): void {
    this.#stream.end();
    this.#client.close();
  }

  #register(): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#stream.on('error', (error) => {
        reject(error);
        for (const { done } of this.#running.values()) done(error);
      });
      this.#stream.on('data', (message: Message) => {
        if (message.getType() !== type.REGISTER) return this.#answer(message);
        this.#send(type.REGISTERED);
        this.#send(type.READY);
        resolve(peer.ChaincodeID.deserializeBinary(message.getPayload_asU8()).getName());
      });
    });
  }

  #answer(message: Message): void {
    const run = this.#running.get(message.getTxid());
    if (run === undefined) throw new Error(`a message of type ${message.getType()} for no transaction`);
    run.made.messages.push(message.getType());
    if (message.getType() === type.COMPLETED) {
      complete(run, message);
      return;
    }
    if (message.getType() === type.ERROR) {
      run.done(new Error(Buffer.from(message.getPayload_asU8()).toString()));
      return;
    }
    try {
      this.#send(type.RESPONSE, message, this.#perform(run, message));
    } catch (error) {
      this.#send(type.ERROR, message, Buffer.from((error as Error).message));
    }
  }

  #send(
    kind: peer.ChaincodeMessage.TypeMap[keyof peer.ChaincodeMessage.TypeMap],
    to?: Message,
    payload?: Uint8Array,
  ): void {
    const message = new peer.ChaincodeMessage();
    message.setType(kind);
    if (to !== undefined) {
      message.setTxid(to.getTxid());
      message.setChannelId(to.getChannelId());
    }
    if (payload !== undefined) message.setPayload(payload);
    this.#stream.write(message);
  }

  #perform(run: Running, message: Message): Uint8Array {
    const payload = message.getPayload_asU8();
    switch (message.getType()) {
      case type.GET_STATE: {
        const get = peer.GetState.deserializeBinary(payload);
        if (get.getCollection() !== '') return this.#privateValue(run, `${get.getCollection()}/${get.getKey()}`);
        return read(run, get.getKey());
      }
      case type.PUT_STATE: {
        const put = peer.PutState.deserializeBinary(payload);
        write(run, put.getCollection(), put.getKey(), Buffer.from(put.getValue_asU8()));
        return Buffer.alloc(0);
      }
      case type.DEL_STATE: {
        const deleted = peer.DelState.deserializeBinary(payload);
        write(run, deleted.getCollection(), deleted.getKey(), null);
        return Buffer.alloc(0);
      }
      case type.PURGE_PRIVATE_DATA: {
        const purged = peer.PurgePrivateState.deserializeBinary(payload);
        write(run, purged.getCollection(), purged.getKey(), null);
        return Buffer.alloc(0);
      }
      case type.PUT_STATE_METADATA: {
        const put = peer.PutStateMetadata.deserializeBinary(payload);
        const policy = put.getMetadata()?.getValue_asU8() ?? new Uint8Array();
        assert.equal(put.getMetadata()?.getMetakey(), 'VALIDATION_PARAMETER');
        run.made.policies.set(put.getKey(), Buffer.from(policy));
        return Buffer.alloc(0);
      }
      case type.GET_STATE_BY_RANGE:
        return openRange(run, peer.GetStateByRange.deserializeBinary(payload));
      case type.QUERY_STATE_NEXT:
        return nextPage(run, peer.QueryStateNext.deserializeBinary(payload).getId());
      case type.QUERY_STATE_CLOSE:
        return new peer.QueryResponse().serializeBinary();
      default:
        return this.#performBatch(run, message);
    }
  }

  #performBatch(run: Running, message: Message): Uint8Array {
    if (!this.#batching) {
      this.#stream.cancel();
      throw new Error(`a message of type ${message.getType()}, which this peer does not know`);
    }
    if (message.getType() === type.GET_STATE_MULTIPLE) {
      const keys = peer.GetStateMultiple.deserializeBinary(message.getPayload_asU8()).getKeysList();
      if (keys.length > 1_000) throw new Error(`${keys.length} keys in one message`);
      const result = new peer.GetStateMultipleResult();
      result.setValuesList(keys.map((key) => read(run, key)));
      return result.serializeBinary();
    }
    const records = peer.WriteBatchState.deserializeBinary(message.getPayload_asU8()).getRecList();
    if (records.length > 1_000) throw new Error(`${records.length} keys in one message`);
    for (const record of records) {
      const deleted = record.getType() === peer.WriteRecord.Type.DEL_STATE;
      write(run, record.getCollection(), record.getKey(), deleted ? null : Buffer.from(record.getValue_asU8()));
    }
    return Buffer.alloc(0);
  }

  #privateValue(run: Running, key: string): Uint8Array {
    const hash = run.snapshot.hashes.get(key);
    if (hash === undefined) return Buffer.alloc(0);
    const value = this.held.get(key);
    if (value === undefined) throw new Error('private data matching public hash version is not available');
    return value;
  }
}

/** SHA-256, lower-case hex. */
export function hashOf(value: Uint8Array): string {
  return createHash('sha256').update(value).digest('hex');
}

function complete({ made, done }: Running, message: Message): void {
  const response = peer.Response.deserializeBinary(message.getPayload_asU8());
  made.status = response.getStatus();
  made.message = response.getMessage();
  made.payload = Buffer.from(response.getPayload_asU8()).toString();
  const event = message.getChaincodeEvent();
  if (event !== undefined) {
    made.event = { name: event.getEventName(), payload: Buffer.from(event.getPayload_asU8()).toString() };
  }
  done();
}

// The snapshot alone: a transaction does not see its own writes.
function read({ snapshot, made }: Running, key: string): Uint8Array {
  const found = snapshot.state.get(key);
  made.reads.set(key, found?.version ?? null);
  return found?.value ?? Buffer.alloc(0);
}

function write({ made }: Running, collection: string, key: string, value: Buffer | null): void {
  if (key === '') throw new Error('an empty key');
  if (collection === '') made.writes.set(key, value);
  else made.privateWrites.set(`${collection}/${key}`, value);
}

/** Keys k of the state with start <= k < end, in byte order. */
export function keysBetween(state: Snapshot['state'], start: string, end: string): (readonly [string, Versioned])[] {
  const [from, to] = [Buffer.from(start), Buffer.from(end)];
  return [...state]
    .map(([key, value]) => [Buffer.from(key), key, value] as const)
    .filter(([bytes]) => Buffer.compare(from, bytes) <= 0 && Buffer.compare(bytes, to) < 0)
    .sort(([a], [b]) => Buffer.compare(a, b))
    .map(([, key, value]) => [key, value] as const);
}

function openRange(run: Running, request: peer.GetStateByRange): Uint8Array {
  const [start, end] = [request.getStartkey(), request.getEndkey()];
  const found = keysBetween(run.snapshot.state, start, end);
  run.made.ranges.push({ start, end, found: found.map(([key, { version }]) => [key, version]) });
  const id = `range ${run.made.ranges.length}`;
  run.iterators.set(id, found);
  return nextPage(run, id);
}

function nextPage({ iterators }: Running, id: string): Uint8Array {
  const left = iterators.get(id);
  if (left === undefined) throw new Error(`no iterator ${id}`);
  const response = new peer.QueryResponse();
  response.setId(id);
  for (const [key, { value }] of left.splice(0, 100)) {
    const pair = new ledger.queryresult.KV();
    pair.setKey(key);
    pair.setValue(value);
    const bytes = new peer.QueryResultBytes();
    bytes.setResultbytes(pair.serializeBinary());
    response.addResults(bytes);
  }
  response.setHasMore(left.length > 0);
  return response.serializeBinary();
}
