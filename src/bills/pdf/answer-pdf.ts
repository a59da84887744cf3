import { isChannelError } from '../../emissions/index.ts';
import { pdfPages } from './pdf-pages.ts';
import type { PageText, PdfAnswer, PdfPages, PdfQuestion } from './pdf-text.ts';
import { proposePages } from './propose-pages.ts';

/** What is answered about a PDF: its pages, and what they say where that is asked. Takes what memory and time the file makes it take. */
export async function answerPdf(data: Uint8Array, { limits, propose }: PdfQuestion): Promise<PdfAnswer> {
  const read = await pdfPages(data, limits);
  if (!('pages' in read) || propose === undefined) return read;
  return { pages: read.pages.map(withoutWords), words: read.words, proposed: proposedOf(read, propose) };
}

/** What was asked for is what they say. */
function withoutWords(page: PageText): PageText {
  return { ...page, words: [] };
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
