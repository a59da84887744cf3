import { pdfLimits } from '../../src/bills/pdf/pdf-text.ts';
import { proposePages } from '../../src/bills/pdf/propose-pages.ts';
import { readPdf } from '../../src/bills/pdf/read-pdf.ts';
import { linesOf } from '../../src/bills/pdf/text-lines.ts';
import type { PdfReader } from './pdf-checks.ts';

// A third of the time that a bill may take: what never ends is not waited for as long as a person would.
const limits = { ...pdfLimits, milliseconds: 10_000 };

/** The reader as a person meets it: the text of the pages, every amount that is proposed or offered, and the lines that could be recorded. */
export const pdfBillReader: PdfReader = async (file) => {
  const pages = await readPdf(file, limits);
  const { lines: proposed, questions } = proposePages(pages, {});
  const choices = questions.filter(({ field }) => field === 'quantity').flatMap((one) => one.choices);
  return {
    text: linesOf(pages, 'seen')
      .map(({ cells }) => cells.map(({ text }) => text).join(' '))
      .join('\n'),
    quantities: [...proposed.flatMap(({ fields }) => fields.quantity ?? []), ...choices].map(({ value }) => value),
    lines: proposed.flatMap(({ line }) => line ?? []),
  };
};
