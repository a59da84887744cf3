import { answerPdf } from '../../src/bills/pdf/answer-pdf.ts';
import { PdfBytes } from '../../src/bills/pdf/pdf-body.ts';
import { pdfLimits } from '../../src/bills/pdf/pdf-text.ts';
import { proposePages } from '../../src/bills/pdf/propose-pages.ts';
import { type AskPdf, readPdf } from '../../src/bills/pdf/read-pdf.ts';
import { linesOf } from '../../src/bills/pdf/text-lines.ts';
import type { PdfReader } from './pdf-checks.ts';

/**
 * The reader as a person meets it: the text of the pages, every amount that is proposed or offered, and the lines that could be
 * recorded. Without `ask` each file is read in a process of its own, as everywhere else.
 */
export function pdfBillReader(limits = pdfLimits, ask?: AskPdf): PdfReader {
  return async (file) => {
    const pages = await readPdf(file, limits, ask);
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
}

/**
 * Asks in this process, which spares starting one for each file: for files that need no limits, one after another. What goes
 * there and back is JSON, as between the processes.
 */
export const askHere: AskPdf = async (body, question) => {
  const { log, warn } = console;
  const bytes = new PdfBytes(body, question.limits.bytes);
  try {
    const data = Buffer.concat(await Array.fromAsync(bytes.pieces()));
    return { answer: overJson(await answerPdf(new Uint8Array(data), overJson(question))), file: bytes.sha256 };
  } finally {
    // The reader listens to what pdf.js complains about.
    Object.assign(console, { log, warn });
  }
};

function overJson<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
