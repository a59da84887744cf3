// Checks pages beside the thread that holds the ledger. It sees a page's bytes and the facts that it is sent, nothing else.
import { type MessagePort, workerData } from 'node:worker_threads';
import { type AheadCheck, channelContract } from '../../channel/index.ts';
import { encodeChecked } from './checked-text.ts';
import { claimed, type PageMessage } from './page-message.ts';

const ahead = channelContract.ahead as AheadCheck;
const port = (workerData as { readonly port: MessagePort }).port;
let values: ReadonlyMap<string, string> = new Map();

port.on('message', async (message: PageMessage) => {
  if (message.values !== undefined) values = new Map(message.values);
  const { claim, page, args, caller, timestamp } = message;
  // The main thread may have taken the page meanwhile.
  if (!claimed(claim)) return;
  let text: string | undefined;
  try {
    const facts = { caller, timestamp, get: async (key: string) => values.get(key) };
    const checked = await ahead.check(args, facts);
    text = checked && encodeChecked(checked);
  } catch {
    // Whatever it is, the page is judged in place, where the refusal is thrown.
  }
  port.postMessage({ page, text });
});
