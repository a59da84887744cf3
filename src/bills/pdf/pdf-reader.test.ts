import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pdfBillReader } from '../../../test/support/pdf-bill-reader.ts';
import { checkPdfCase } from '../../../test/support/pdf-checks.ts';
import { pdfFiles } from '../../../test/support/pdf-files.ts';

for (const [kind, cases] of Object.entries(pdfFiles)) {
  for (const one of cases) {
    test(`${kind}: ${one.name}`, () => checkPdfCase(one, pdfBillReader));
  }
}

test('the cases are there', () => {
  assert.ok(Object.values(pdfFiles).flat().length >= 20);
});
