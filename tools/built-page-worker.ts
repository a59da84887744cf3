// Whether the thread that checks pages starts from the built package and answers: node tools/built-page-worker.ts
import { once } from 'node:events';
import { MessageChannel, Worker } from 'node:worker_threads';

const { port1, port2 } = new MessageChannel();
const worker = new Worker(new URL('../dist/ledger/embedded/page-worker.js', import.meta.url), {
  workerData: { port: port2 },
  transferList: [port2],
});
const claim = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
port1.postMessage({
  page: 7,
  claim,
  args: '{}',
  caller: { member: 'ACME' },
  timestamp: '2024-06-01T12:00:00.000Z',
  values: [],
});
const [answer] = await Promise.race([once(port1, 'message'), once(worker, 'exit')]);
if (answer?.page !== 7 || answer.text !== undefined)
  throw new Error('the built thread gave no answer to a page that is none');
await worker.terminate();
port1.close();
