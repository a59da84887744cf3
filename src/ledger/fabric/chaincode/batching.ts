import { peer } from '@hyperledger/fabric-protos';
import type { ChaincodeStub } from 'fabric-shim';

// Peers from Fabric 3.1 read and write many keys in one message, but fabric-shim has no call for it. These messages go
// through the stub's handler, which is not public: the shim's version is pinned, and batching.test.ts holds to it.
interface BatchingStub {
  readonly handler: { _askPeerAndListen(message: peer.ChaincodeMessage, method: string): Promise<Buffer> };
}

/** A peer's own limit, in its default settings. */
const MOST_KEYS = 1_000;

/** Values in the order of the keys, 1,000 a message; `undefined` where absent. */
export async function getStates(stub: ChaincodeStub, keys: readonly string[]): Promise<(Uint8Array | undefined)[]> {
  const values: (Uint8Array | undefined)[] = [];
  for (const part of chunks(keys)) {
    const request = new peer.GetStateMultiple();
    request.setKeysList(part);
    const answer = await ask(stub, peer.ChaincodeMessage.Type.GET_STATE_MULTIPLE, request.serializeBinary());
    for (const value of peer.GetStateMultipleResult.deserializeBinary(answer).getValuesList_asU8()) {
      values.push(value.length === 0 ? undefined : value);
    }
  }
  return values;
}

/** Writes keys, 1,000 a message; null deletes one. */
export async function writeStates(
  stub: ChaincodeStub,
  writes: Iterable<readonly [key: string, value: string | null]>,
): Promise<void> {
  for (const part of chunks([...writes])) {
    const batch = new peer.WriteBatchState();
    batch.setRecList(part.map(([key, value]) => record(key, value)));
    await ask(stub, peer.ChaincodeMessage.Type.WRITE_BATCH_STATE, batch.serializeBinary());
  }
}

function record(key: string, value: string | null): peer.WriteRecord {
  const written = new peer.WriteRecord();
  written.setKey(key);
  written.setType(value === null ? peer.WriteRecord.Type.DEL_STATE : peer.WriteRecord.Type.PUT_STATE);
  if (value !== null) written.setValue(Buffer.from(value));
  return written;
}

function ask(
  stub: ChaincodeStub,
  type: peer.ChaincodeMessage.TypeMap[keyof peer.ChaincodeMessage.TypeMap],
  payload: Uint8Array,
): Promise<Buffer> {
  const message = new peer.ChaincodeMessage();
  message.setType(type);
  message.setPayload(payload);
  message.setTxid(stub.getTxID());
  message.setChannelId(stub.getChannelID());
  return (stub as unknown as BatchingStub).handler._askPeerAndListen(message, 'Batch');
}

function chunks<T>(items: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(items.length / MOST_KEYS) }, (_, at) =>
    items.slice(at * MOST_KEYS, (at + 1) * MOST_KEYS),
  );
}
