import { spawn } from 'node:child_process';
import { dirname, extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ChannelError, type ErrorCode } from '../../emissions/index.ts';
import type { ReadOptions } from '../bill.ts';
import {
  type PageText,
  type PdfAnswer,
  type PdfFault,
  type PdfLimits,
  type PdfPages,
  type PdfQuestion,
  pdfLimits,
} from './pdf-text.ts';
import type { PagesProposal } from './proposal.ts';

/** A header may stand a little into the file (ISO 32000-1, annex H.3.4.1). */
const HEADER_WITHIN = 1_024;
const MOST_OUTPUT = 64 * 1024 * 1024;
const HEAP_MB = 192;
const BY_HAND =
  'Write its lines into the plain CSV layout of docs/bills.md, and record that with the PDF as --document.';

/** Where the header of a PDF stands in the first bytes of a file; -1 where it is none. */
export function pdfHeaderAt(head: Uint8Array): number {
  return Buffer.from(head.subarray(0, HEADER_WITHIN))
    .toString('latin1')
    .search(/%PDF-\d/);
}

/**
 * The text of a PDF as its pages show it, read in a process of its own that is ended when it takes too much. What nobody sees on the page is
 * not given.
 * @throws {ChannelError} FILE_KIND_UNKNOWN, PDF_ENCRYPTED, PDF_TEXT_MISSING, PDF_TEXT_UNREADABLE, FILE_TOO_LARGE, FILE_MALFORMED
 */
export async function readPdf(data: Uint8Array, limits: PdfLimits = pdfLimits): Promise<readonly PageText[]> {
  return (await pagesOf(data, { limits })).pages;
}

/**
 * What the pages of a PDF seem to say, and how many they are: in the same process.
 * @throws {ChannelError} as `readPdf`; TEMPLATE_UNFIT
 */
export async function proposePdf(
  data: Uint8Array,
  { confirm: _confirm, ...propose }: ReadOptions,
  limits: PdfLimits,
): Promise<PagesProposal & { readonly pages: number }> {
  const { pages, proposed } = await pagesOf(data, { limits, propose });
  if (proposed === undefined) throw new ChannelError('INTERNAL', 'the process that reads PDFs proposed nothing');
  if ('refused' in proposed) throw ChannelError.from(proposed.refused);
  return { ...proposed, pages: pages.length };
}

async function pagesOf(data: Uint8Array, question: PdfQuestion): Promise<PdfPages> {
  const { limits } = question;
  if (pdfHeaderAt(data) < 0)
    throw new ChannelError('FILE_KIND_UNKNOWN', 'a PDF was expected', {
      fix: 'Other bill files need no proposal: a dry run shows their lines.',
    });
  if (data.length > limits.bytes) throw tooLarge(`more than ${limits.bytes / 1024 / 1024} MB`);
  demandWhole(data);
  const answer = await askProcess(data, question);
  if ('fault' in answer) throw faulty(answer, limits);
  demandText(answer.pages);
  return answer;
}

/** A file that was cut off would be read as far as it goes, and the line that is missing would not be missed. */
function demandWhole(data: Uint8Array): void {
  const tail = Buffer.from(data.subarray(Math.max(0, data.length - 2_048))).toString('latin1');
  if (tail.includes('%%EOF')) return;
  throw new ChannelError('FILE_MALFORMED', 'the PDF ends before its end mark: a part of it is missing', {
    fix: 'Download the bill again.',
  });
}

/** Each takes a core and up to half a gigabyte: two at a time, whoever sends how many. */
const AT_ONCE = 2;
let running = 0;
const waiting: (() => void)[] = [];

async function askProcess(data: Uint8Array, question: PdfQuestion): Promise<PdfAnswer> {
  if (running >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
  else running += 1;
  try {
    return await askOwnProcess(data, question);
  } finally {
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  }
}

async function askOwnProcess(data: Uint8Array, question: PdfQuestion): Promise<PdfAnswer> {
  const { limits } = question;
  const script = fileURLToPath(new URL(`./extract-process${extname(import.meta.url)}`, import.meta.url));
  const child = spawn(process.execPath, [...permissions(), `--max-old-space-size=${HEAP_MB}`, script], {
    env: {},
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), limits.milliseconds);
  try {
    const ended = new Promise<NodeJS.Signals | number | null>((resolve, reject) => {
      child.once('error', reject).once('close', (code, signal) => resolve(signal ?? code));
    });
    // A process that was ended takes no more input: its end says why.
    child.stdin.on('error', () => undefined);
    child.stdin.write(`${JSON.stringify(question)}\n`);
    child.stdin.end(data);
    const pieces: Buffer[] = [];
    let length = 0;
    for await (const piece of child.stdout as AsyncIterable<Buffer>) {
      length += piece.length;
      if (length > MOST_OUTPUT) child.kill('SIGKILL');
      else pieces.push(piece);
    }
    return answerOf(Buffer.concat(pieces).toString(), await ended, limits);
  } finally {
    clearTimeout(timer);
    child.kill('SIGKILL');
  }
}

/** The process may read this software and its libraries, and neither write, nor start another one. */
function permissions(): string[] {
  const here = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));
  const unpdf = dirname(dirname(fileURLToPath(import.meta.resolve('unpdf/pdfjs'))));
  // Installed in another project, this package has its libraries beside it, not in it.
  const libraries = dirname(unpdf);
  return ['--permission', '--allow-worker', `--allow-fs-read=${here}`, `--allow-fs-read=${libraries}`, '--no-warnings'];
}

function answerOf(text: string, end: NodeJS.Signals | number | null, limits: PdfLimits): PdfAnswer {
  if (end === 0) return JSON.parse(text) as PdfAnswer;
  if (end === 'SIGKILL') throw tooLarge(`reading it takes more than ${limits.milliseconds / 1_000} s`);
  if (end === 'SIGUSR2' || end === 'SIGABRT' || end === 134) return { fault: 'memory' };
  throw new ChannelError('FILE_MALFORMED', `the process that reads the PDF ended without an answer (${end})`, {
    fix: BY_HAND,
  });
}

function faulty(
  { fault, page }: { readonly fault: PdfFault; readonly page?: number },
  limits: PdfLimits,
): ChannelError {
  const where = page === undefined ? {} : { where: `page ${page}` };
  const texts: Record<PdfFault, () => ChannelError> = {
    encrypted: () => new ChannelError('PDF_ENCRYPTED', 'the PDF opens only with a password'),
    damaged: () =>
      new ChannelError('FILE_MALFORMED', 'the PDF is damaged: not everything on it could be read', {
        ...where,
        fix: `Download the bill again. ${BY_HAND}`,
      }),
    pages: () => tooLarge(`more than ${limits.pages} pages`),
    words: () => tooLarge(`more than ${limits.words} words`),
    memory: () => tooLarge(`reading it takes more than ${limits.megabytes} MB of memory`),
  };
  return texts[fault]();
}

function tooLarge(found: string): ChannelError {
  return new ChannelError('FILE_TOO_LARGE', `the PDF is larger than a bill: ${found}`, {
    fix: `Print the pages of the bill into a PDF of their own. ${BY_HAND}`,
  });
}

/** Pages of which nothing, or too little, can be read. */
function demandText(pages: readonly PageText[]): void {
  const count = (part: 'unseen' | 'unreadable') => pages.reduce((sum, page) => sum + page[part], 0);
  const words = pages.reduce((sum, page) => sum + page.words.length, 0);
  const missing = (code: ErrorCode, message: string) => new ChannelError(code, message, { fix: BY_HAND });
  if (count('unreadable') > words)
    throw missing('PDF_TEXT_UNREADABLE', 'the fonts of the PDF do not say which letters they show');
  if (words > 0) return;
  if (count('unseen') > 0)
    throw missing(
      'PDF_TEXT_MISSING',
      'the PDF shows no text: what text it holds is invisible, as behind a scanned page',
    );
  throw missing('PDF_TEXT_MISSING', 'the PDF holds no text, only pictures, as a scanned page does');
}
