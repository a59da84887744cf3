import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { askHere, pdfBillReader } from '../../../test/support/pdf-bill-reader.ts';
import { checkPdfCase } from '../../../test/support/pdf-checks.ts';
import { pdfFiles } from '../../../test/support/pdf-files.ts';
import { pdfLimits } from './pdf-text.ts';

// Odd and hostile files, each with what a right reader does: test/support/pdf.
const told = new Set<string>();

const here = pdfBillReader(pdfLimits, askHere);
// What never ends is not waited for as long as a person would; what is above half of the memory comes above all of it.
const limited = pdfBillReader({ ...pdfLimits, milliseconds: 3_000, megabytes: 256 });

function each(kind: string): void {
  told.add(kind);
  for (const one of pdfFiles[kind] ?? [])
    test(one.name, () => checkPdfCase(one, one.limited === true ? limited : here));
}

describe('text that nobody sees is not read', () => each('text that nobody sees'));
describe('text that is easily misread is read right, or refused', () => each('text that is easily misread'));
describe('a structure that does not hold is refused by a code', () => each('structure that does not hold'));
describe('a small file that becomes large is refused by a code', () => each('small files that become large'));
describe('a file with a password is refused by a code', () => each('encrypted files'));
describe('what a file does, or is besides, is left alone', () =>
  each('files that do something, or are something else'));

test('every kind is tried', () => {
  assert.deepEqual([...told].sort(), Object.keys(pdfFiles).sort());
});
