import { readPageLines, readProposal } from '../../src/bills/index.ts';
import type { PdfReader } from './pdf-checks.ts';

async function* body(file: Uint8Array): AsyncGenerator<Uint8Array> {
  yield file;
}

/** The reader as a person meets it: the text of the pages, every amount that is proposed or offered, and the lines that could be recorded. */
export const pdfBillReader: PdfReader = async (file) => {
  const text = await readPageLines(body(file));
  const { lines: proposed, questions } = await readProposal(body(file), {});
  const choices = questions.filter(({ field }) => field === 'quantity').flatMap((one) => one.choices);
  return {
    text: text.map(({ cells }) => cells.join(' ')).join('\n'),
    quantities: [...proposed.flatMap(({ fields }) => fields.quantity ?? []), ...choices].map(({ value }) => value),
    lines: proposed.flatMap(({ line }) => line ?? []),
  };
};
