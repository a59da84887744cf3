import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inflateSync } from 'node:zlib';
import { ChannelError } from '../src/emissions/index.ts';
import { bomb } from './support/pdf/bombs.ts';
import { checkPdfCase, type PdfReader } from './support/pdf-checks.ts';
import { pdfFiles } from './support/pdf-files.ts';

// The files that the tests of the PDF reader use do what they are for: they catch a reader that does not look. Two renderers
// (PDFium, MuPDF) were used once to see that what is called unseen is not seen: the page has the same picture without it.

/** Takes every string of the file for text of the page, as the plainest of tools do. */
const careless: PdfReader = (file) => {
  const text = Buffer.from(file)
    .toString('latin1')
    .replaceAll(/\\([\\()])/g, '$1');
  const quantities = [...text.matchAll(/(\d[\d,]*) ?kWh/g)].map(([, figures = '']) => figures.replaceAll(',', ''));
  return Promise.resolve({ text, quantities });
};

const refusing: PdfReader = () => Promise.reject(new ChannelError('FILE_MALFORMED', 'no bill'));
const falling: PdfReader = () => Promise.reject(new RangeError('Maximum call stack size exceeded'));

const cases = Object.values(pdfFiles).flat();

test('every case has a name of its own and says what is right', () => {
  assert.equal(new Set(cases.map(({ name }) => name)).size, cases.length);
  for (const { right } of cases) assert.match(right, /\.$/);
});

test('a reader that takes all text of a file is caught by every case of hidden text', async () => {
  for (const one of pdfFiles['text that nobody sees'] ?? [])
    if (one.unseen !== undefined) await assert.rejects(checkPdfCase(one, careless), assert.AssertionError, one.name);
});

test('a reader that refuses everything is caught where a file can only be read', async () => {
  const readable = cases.filter(({ outcome }) => outcome === 'read');
  assert.ok(readable.length > 0);
  for (const one of readable) await assert.rejects(checkPdfCase(one, refusing), assert.AssertionError, one.name);
});

test('an error without a code is never a refusal', async () => {
  for (const one of pdfFiles['encrypted files'] ?? [])
    await assert.rejects(checkPdfCase(one, falling), RangeError, one.name);
});

test('the files are the same bytes every time', () => {
  for (const [kind, list] of Object.entries(pdfFiles))
    if (kind !== 'small files that become large')
      for (const one of list) assert.ok(Buffer.from(one.make()).equals(one.make()), one.name);
});

test('a bomb is a sound stream that unpacks to what it promises', () => {
  // zlib itself holds the checksum against what it unpacked.
  const size = 3 * 1024 ** 2;
  const whole = inflateSync(bomb('(1 kWh) Tj\n', size, 'BT '));
  assert.equal(whole.subarray(0, 14).toString(), 'BT (1 kWh) Tj\n');
  assert.ok(whole.length > size - 100 && whole.length < size + 100);
  assert.ok(bomb(' ', 1024 ** 3, '').length < 1.1 * 1024 ** 2);
});
