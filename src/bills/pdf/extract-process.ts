import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { answerPdf } from './answer-pdf.ts';
import type { PdfAnswer, PdfQuestion } from './pdf-text.ts';

// A process of its own: its input is the question as one line of JSON, then the file; its output one JSON value, or nothing when it is ended.

const input = Buffer.concat(await Array.fromAsync(process.stdin as AsyncIterable<Uint8Array>));
const end = input.indexOf('\n');
const question = JSON.parse(input.subarray(0, end).toString()) as PdfQuestion;
const { limits } = question;
const watch = new Worker(new URL(`./memory-watch${extname(import.meta.url)}`, import.meta.url), {
  workerData: limits.megabytes,
});
await new Promise((resolve) => watch.once('online', resolve));
const read = await answerPdf(new Uint8Array(input.subarray(end + 1)), question);
const answer: PdfAnswer = tookTooMuch(limits.megabytes) ? { fault: 'memory' } : read;
await new Promise<void>((resolve) => process.stdout.write(JSON.stringify(answer), () => resolve()));
process.exit(0);

/** For a file that is read faster than the thread looks. */
function tookTooMuch(megabytes: number): boolean {
  return process.resourceUsage().maxRSS > megabytes * 1024;
}
