import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkPdfCase, type PdfReader } from '../../../test/support/pdf-checks.ts';
import { pdfFiles } from '../../../test/support/pdf-files.ts';
import { readPageLines, readProposal } from '../index.ts';

async function* body(file: Uint8Array): AsyncGenerator<Uint8Array> {
  yield file;
}

/** The reader as a person meets it: the text of the pages, and every amount that is proposed or offered as a choice. */
const reader: PdfReader = async (file) => {
  const lines = await readPageLines(body(file));
  const { lines: proposed, questions } = await readProposal(body(file), {});
  const choices = questions.filter(({ field }) => field === 'quantity').flatMap((one) => one.choices);
  return {
    text: lines.map(({ cells }) => cells.join(' ')).join('\n'),
    quantities: [...proposed.flatMap(({ fields }) => fields.quantity ?? []), ...choices].map(({ value }) => value),
  };
};

for (const [kind, cases] of Object.entries(pdfFiles)) {
  for (const one of cases) {
    test(`${kind}: ${one.name}`, () => checkPdfCase(one, reader));
  }
}

test('the cases are there', () => {
  assert.ok(Object.values(pdfFiles).flat().length >= 20);
});
