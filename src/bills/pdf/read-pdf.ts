import { ChannelError, type ErrorCode } from '../../emissions/index.ts';
import type { ReadOptions } from '../bill.ts';
import { askProcess } from './pdf-process.ts';
import { BY_HAND, tooLarge } from './pdf-refusals.ts';
import { type PageText, type PdfFault, type PdfLimits, type PdfPages, pdfLimits } from './pdf-text.ts';
import type { PagesProposal } from './proposal.ts';

/** The bytes of a file: as they come, or all at once. */
export type PdfBody = AsyncIterable<Uint8Array> | Uint8Array;

/** Who is asked about a PDF: a process of its own, except by tests of files that take neither much time nor memory. */
export type AskPdf = typeof askProcess;

/**
 * The text of a PDF as its pages show it, read in a process of its own that is ended when it takes too much. What nobody sees on the page is
 * not given.
 * @throws {ChannelError} FILE_KIND_UNKNOWN, PDF_ENCRYPTED, PDF_TEXT_MISSING, PDF_TEXT_UNREADABLE, FILE_TOO_LARGE, FILE_MALFORMED
 */
export async function readPdf(
  body: PdfBody,
  limits: PdfLimits = pdfLimits,
  ask: AskPdf = askProcess,
): Promise<readonly PageText[]> {
  const { answer } = await ask(body, { limits });
  if ('fault' in answer) throw faulty(answer, limits);
  demandText(answer);
  return answer.pages;
}

/**
 * What the pages of a PDF seem to say, how many they are, and the SHA-256 of the file: in the same process.
 * @throws {ChannelError} as `readPdf`; TEMPLATE_UNFIT
 */
export async function proposePdf(
  body: PdfBody,
  { confirm: _confirm, ...propose }: ReadOptions,
  limits: PdfLimits,
  ask: AskPdf = askProcess,
): Promise<PagesProposal & { readonly pages: number; readonly file: string }> {
  const { answer, file } = await ask(body, { limits, propose });
  if ('fault' in answer) throw faulty(answer, limits);
  demandText(answer);
  const { pages, proposed } = answer;
  if (proposed === undefined) throw new ChannelError('INTERNAL', 'the process that reads PDFs proposed nothing');
  if ('refused' in proposed) throw ChannelError.from(proposed.refused);
  return { ...proposed, pages: pages.length, file };
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

/** Pages of which nothing, or too little, can be read. */
function demandText({ pages, words }: PdfPages): void {
  const count = (part: 'unseen' | 'unreadable') => pages.reduce((sum, page) => sum + page[part], 0);
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
