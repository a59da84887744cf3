import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { isChannelError } from '../../emissions/index.ts';
import { pdfPages } from './pdf-pages.ts';
import type { PageText, PdfAnswer, PdfPages, PdfQuestion } from './pdf-text.ts';
import { proposePages } from './propose-pages.ts';

// A process of its own: its input is the question as one line of JSON, then the file; its output one JSON value, or nothing when it is ended.

if (isMainThread) await main();
else watchMemory();

async function main(): Promise<void> {
  const input = Buffer.concat(await Array.fromAsync(process.stdin as AsyncIterable<Uint8Array>));
  const end = input.indexOf('\n');
  const { limits, propose } = JSON.parse(input.subarray(0, end).toString()) as PdfQuestion;
  const watch = new Worker(new URL(import.meta.url), { workerData: limits.megabytes });
  await new Promise((resolve) => watch.once('online', resolve));
  const read = await pdfPages(new Uint8Array(input.subarray(end + 1)), limits);
  const answer: PdfAnswer = tookTooMuch(limits.megabytes)
    ? { fault: 'memory' }
    : 'pages' in read && propose !== undefined
      ? { pages: read.pages.map(withoutWords), words: read.words, proposed: proposedOf(read, propose) }
      : read;
  await new Promise<void>((resolve) => process.stdout.write(JSON.stringify(answer), () => resolve()));
  process.exit(0);
}

/** What was asked for is what they say. */
function withoutWords(page: PageText): PageText {
  return { ...page, words: [] };
}

/** For a file that is read faster than the thread looks. */
function tookTooMuch(megabytes: number): boolean {
  return process.resourceUsage().maxRSS > megabytes * 1024;
}

function proposedOf(
  { pages }: PdfPages,
  options: NonNullable<PdfQuestion['propose']>,
): NonNullable<PdfPages['proposed']> {
  try {
    return proposePages(pages, options);
  } catch (error) {
    if (isChannelError(error)) return { refused: error.report() };
    throw error;
  }
}

/** Buffers are no part of the heap that can be limited: so the whole is looked at, from a thread that no work holds up. */
function watchMemory(): void {
  setInterval(() => {
    if (process.memoryUsage.rss() > (workerData as number) * 1024 * 1024) process.kill(process.pid, 'SIGUSR2');
  }, 20);
}
