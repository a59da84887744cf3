import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { peer } from '@hyperledger/fabric-protos';
import type { ChaincodeStub } from 'fabric-shim';
import { getStates } from './batching.ts';

const load = createRequire(import.meta.url);

test("the shim's handler sends a message of another kind and gives the answer's bytes", async () => {
  // Another version may do otherwise: look at handler.js before changing this.
  assert.equal(load('fabric-shim/package.json').version, '2.5.8');
  const { ChaincodeMessageHandler } = load('fabric-shim/lib/handler.js');
  const answers: Record<string, (message: unknown) => void> = {};
  const sent: peer.ChaincodeMessage[] = [];
  const stream = {
    on: (event: string, listener: (message: unknown) => void) => {
      answers[event] = listener;
    },
    write: (message: peer.ChaincodeMessage) => sent.push(message),
  };
  const handler = new ChaincodeMessageHandler(stream, {});
  handler.chat({});
  const tell = (
    type: peer.ChaincodeMessage.TypeMap[keyof peer.ChaincodeMessage.TypeMap],
    payload = new Uint8Array(),
  ) => {
    const message = new peer.ChaincodeMessage();
    message.setType(type);
    message.setTxid('tx');
    message.setChannelId('channel');
    message.setPayload(payload);
    answers.data?.(message);
  };
  tell(peer.ChaincodeMessage.Type.REGISTERED);
  tell(peer.ChaincodeMessage.Type.READY);
  const stub = { handler, getTxID: () => 'tx', getChannelID: () => 'channel' } as unknown as ChaincodeStub;
  const reading = getStates(stub, ['a', 'b']);
  assert.equal(sent.at(-1)?.getType(), peer.ChaincodeMessage.Type.GET_STATE_MULTIPLE);
  const result = new peer.GetStateMultipleResult();
  result.setValuesList([Buffer.from('value'), Buffer.alloc(0)]);
  tell(peer.ChaincodeMessage.Type.RESPONSE, Buffer.from(result.serializeBinary()));
  const [a, b] = await reading;
  assert.equal(Buffer.from(a ?? []).toString(), 'value');
  assert.equal(b, undefined);
});
