import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { extname } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { ChannelError } from '../../emissions/index.ts';
import { PdfBytes } from './pdf-body.ts';
import { BY_HAND, tooLarge } from './pdf-refusals.ts';
import type { PdfAnswer, PdfLimits, PdfQuestion } from './pdf-text.ts';
import { readableFolders } from './readable-folders.ts';

const MOST_OUTPUT = 64 * 1024 * 1024;
const HEAP_MB = 192;
/** Each takes a core and up to half a gigabyte: two at a time, whoever sends how many. */
const AT_ONCE = 2;
let running = 0;
const waiting: (() => void)[] = [];

/**
 * Asks a process of its own about a PDF. A file waits for its turn before a byte of it is read, and goes to the process as it comes, so that
 * many at once take no more memory than two.
 * @throws {ChannelError} FILE_KIND_UNKNOWN, FILE_TOO_LARGE, FILE_MALFORMED, and what the body throws
 */
export async function askProcess(
  body: AsyncIterable<Uint8Array> | Uint8Array,
  question: PdfQuestion,
): Promise<{ readonly answer: PdfAnswer; readonly file: string }> {
  if (running >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
  else running += 1;
  try {
    const bytes = new PdfBytes(body, question.limits.bytes);
    const answer = await askOwnProcess(bytes, question);
    return { answer, file: bytes.sha256 };
  } finally {
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  }
}

type Child = ChildProcessByStdio<Writable, Readable, null>;

async function askOwnProcess(bytes: PdfBytes, question: PdfQuestion): Promise<PdfAnswer> {
  const { limits } = question;
  const pieces = bytes.pieces();
  // Its refusals need no process.
  const first = await pieces.next();
  const child = start();
  const ended = endOf(child);
  const timer = setTimeout(() => child.kill('SIGKILL'), limits.milliseconds);
  try {
    // A process that was ended takes no more input: its end says why.
    child.stdin.on('error', () => undefined);
    const answered = outputOf(child);
    child.stdin.write(`${JSON.stringify(question)}\n`);
    for (let next = first; next.done !== true; next = await pieces.next())
      if (!child.stdin.write(next.value) && child.stdin.writable)
        await Promise.race([once(child.stdin, 'drain'), ended]);
    child.stdin.end();
    const text = await answered;
    const end = await ended;
    if (text === undefined) throw tooLarge('more was read of it than of any bill');
    return answerOf(text, end, limits);
  } finally {
    clearTimeout(timer);
    child.kill('SIGKILL');
    await pieces.return(undefined);
  }
}

function start(): Child {
  const script = fileURLToPath(new URL(`./extract-process${extname(import.meta.url)}`, import.meta.url));
  // It may read this software and its libraries, and neither write, nor start another process.
  const folders = readableFolders().map((folder) => `--allow-fs-read=${folder}`);
  const permissions = ['--permission', '--allow-worker', ...folders, '--no-warnings'];
  return spawn(process.execPath, [...permissions, `--max-old-space-size=${HEAP_MB}`, script], {
    env: {},
    stdio: ['pipe', 'pipe', 'ignore'],
  });
}

async function endOf(child: Child): Promise<NodeJS.Signals | number | null> {
  const { promise, resolve, reject } = Promise.withResolvers<NodeJS.Signals | number | null>();
  child.once('error', reject).once('close', (code, signal) => resolve(signal ?? code));
  // Where the file itself is refused nobody waits for the end.
  promise.catch(() => undefined);
  return promise;
}

/** What the process says; undefined where that is more than of any bill. */
async function outputOf(child: Child): Promise<string | undefined> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of child.stdout as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length > MOST_OUTPUT) child.kill('SIGKILL');
    else pieces.push(piece);
  }
  return length > MOST_OUTPUT ? undefined : Buffer.concat(pieces).toString();
}

function answerOf(text: string, end: NodeJS.Signals | number | null, limits: PdfLimits): PdfAnswer {
  if (end === 0) return JSON.parse(text) as PdfAnswer;
  if (end === 'SIGKILL') throw tooLarge(`reading it takes more than ${limits.milliseconds / 1_000} s`);
  if (end === 'SIGUSR2' || end === 'SIGABRT' || end === 134) return { fault: 'memory' };
  throw new ChannelError('FILE_MALFORMED', `the process that reads the PDF ended without an answer (${end})`, {
    fix: BY_HAND,
  });
}
