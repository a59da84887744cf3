import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { ChannelError } from '../src/emissions/index.ts';
import { pdfTarget } from '../tools/fuzz/pdf.ts';
import { type KnownPdf, knownPdf } from './support/pdf-cases.ts';
import { checkAltered, checkKnown, type PdfReader } from './support/pdf-checks.ts';
import { alteredPdf } from './support/pdf-damage.ts';

// The made-up bills catch a reader that does not look, before they are put to the one that should.

/** Unpacks the streams of a file and takes every string in them for text that is seen. */
const careless: PdfReader = (file) => {
  const texts = Buffer.from(file)
    .toString('latin1')
    .split(/stream\n|\nendstream/)
    .filter((_, index) => index % 2 === 1)
    .flatMap((stream) => [...unpacked(stream).matchAll(/\(((?:\\.|[^\\)])*)\) Tj/g)])
    .map(([, text = '']) => text.replace(/\\(.)/g, '$1'));
  return Promise.resolve({ text: texts.join(' '), quantities: [] });
};

function unpacked(stream: string): string {
  try {
    return inflateSync(Buffer.from(stream, 'latin1')).toString('latin1');
  } catch {
    return stream;
  }
}

const proposing =
  (quantities: readonly string[]): PdfReader =>
  async (file) => ({ ...(await careless(file)), quantities });

const refusing: PdfReader = () => Promise.reject(new ChannelError('FILE_MALFORMED', 'no bill'));

/** Bills that the plain reader of this file can read. */
function plainBills(found: (style: string) => boolean): KnownPdf[] {
  const some = fc.sample(knownPdf, { numRuns: 400, seed: 7 });
  const plain = some.filter(
    ({ style }) => /"writing":"(plain|scaled-form)","embedded":false/.test(style) && found(style),
  );
  assert.ok(plain.length > 5);
  return plain;
}

test('made-up bills hold the texts that they say are printed, and are found in them when nothing hides', async () => {
  // The plain reader knows of Windows-1252 only what is Latin-1, which all texts of these bills are.
  for (const one of plainBills((style) => style.includes('"hiding":"none"')))
    assert.equal(await checkKnown(one, careless), 'read');
});

test('a reader that takes hidden text is caught', async () => {
  for (const one of plainBills((style) => !style.includes('"hiding":"none"')))
    await assert.rejects(checkKnown(one, careless), /is not seen/);
});

test('a reader that takes demand, last year or a meter read for usage is caught', async () => {
  const bills = plainBills((style) => style.includes('"hiding":"none"')).filter(({ others }) => others.length > 0);
  for (const one of bills) {
    await checkKnown(one, proposing(one.usage));
    await assert.rejects(checkKnown(one, proposing(one.others.slice(0, 1))), /no usage of this bill/);
  }
});

test('a reader that would record a line with another day is caught', async () => {
  const withEnd = plainBills((style) => /"days":"last.*"hiding":"none"/.test(style));
  for (const one of withEnd) {
    const giving =
      (end: string): PdfReader =>
      async (file) => ({ ...(await careless(file)), lines: one.lines.map((line) => ({ ...line, end })) });
    await checkKnown(one, async (file) => ({ ...(await careless(file)), lines: one.lines }));
    await assert.rejects(checkKnown(one, giving('2000-01-01')), /would record/);
  }
});

test('of a bill with a changed structure nothing may be proposed that it does not print', async () => {
  for (const one of fc.sample(alteredPdf, { numRuns: 20, seed: 7 })) {
    const invented: PdfReader = () => Promise.resolve({ text: '', quantities: ['123456789'] });
    await assert.rejects(checkAltered(one, invented), /no usage of this bill/);
    await checkAltered(one, refusing);
  }
});

test('the target keeps the file that a reader falls over', async () => {
  const falling: PdfReader = () => Promise.reject(new RangeError('Maximum call stack size exceeded'));
  const failure = await pdfTarget(falling).batch(1);
  assert.match(failure?.reason ?? '', /Maximum call stack/);
  assert.match(Buffer.from(failure?.file ?? []).toString('latin1'), /^%PDF-/);
  assert.equal(await pdfTarget(refusing).batch(1), undefined);
});
