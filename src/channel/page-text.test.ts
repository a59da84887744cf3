import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { factorsOf, gasLine, line, meterB, recordOf } from '../../test/support/fixture-channel.ts';
import { canonical } from '../emissions/index.ts';
import type { RecordPage } from './page.ts';
import { recordTexts } from './page-text.ts';
import { recordShape } from './record-shape.ts';

const hash = 'f'.repeat(64);
const records = [
  recordOf(line()),
  recordOf(line({ start: '2021-12-16', end: '2022-01-15', given: ['zone-assumed'] })),
  recordOf(gasLine({ unit: 'Mcf', quantity: '12.50', heatContent: { value: '1.037', unit: 'mmBtu/Mcf' } })),
  recordOf(line({ flow: 'exported', evidence: { document: hash, fields: hash }, replaces: hash })),
  recordOf(line({ meter: meterB, supersedes: { record: hash, reason: 'misread' }, place: { country: 'GB' } })),
  recordOf(line({ commodity: 'water', unit: 'm3', adjusts: { record: hash, reason: 'other' } })),
  recordOf(gasLine({ unit: 'kWh', calorific: 'gross' })),
].map((record) => JSON.parse(canonical(record)) as typeof record);
const factors = factorsOf(records);
const head = `{"factors":${canonical(factors)},"key":"k","records":`;
const pageOf = (texts: readonly string[]) => `${head}[${texts.join(',')}]}`;

/** The texts of a page's records by walking its value: the plain way, which the pattern must agree with. */
function walked(args: string): string[] | undefined {
  try {
    const page = JSON.parse(args) as RecordPage;
    for (const record of page.records) recordShape(record, 'record');
    return page.records.length > 0 && JSON.stringify(page) === args
      ? page.records.map((record) => JSON.stringify(record))
      : undefined;
  } catch {
    return undefined;
  }
}

function matched(args: string): string[] | undefined {
  try {
    return recordTexts(args, JSON.parse(args) as RecordPage);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function agree(args: string): boolean {
  const found = matched(args);
  assert.deepEqual(found, walked(args), args.slice(head.length));
  return found !== undefined;
}

test('the texts of a right page are found', () => {
  const texts = records.map(canonical);
  assert.deepEqual(matched(pageOf(texts)), texts);
  for (const text of texts) assert.ok(agree(pageOf([text])), text);
  assert.ok(agree(pageOf(texts).replace('"basis":"', '"basis":"é')));
});

test('what is not canonical or not of the shape is not found', () => {
  const [text] = records.map(canonical) as [string];
  const cases: [string, string][] = [
    ['"main":0', '"main":-0'],
    ['"main":0', '"main":00'],
    ['"main":0', '"main":0.0'],
    ['"main":0', '"main":0e0'],
    ['"main":0', '"main":64'],
    ['"main":0', '"main":0,"main":0'],
    ['"unit":"kWh"', '"unit":"\\u006bWh"'],
    ['"unit":"kWh"', '"\\u0075nit":"kWh"'],
    ['"unit":"kWh"', '"unit":"kWh","unit":"kWh"'],
    ['"unit":"kWh"', '"unit":"kWh "'],
    ['"unit":"kWh"', '"unit": "kWh"'],
    ['"unit":"kWh"', '"unit":"kWh"\n'],
    ['"unit":"kWh"', '"unit":null'],
    ['"unit":"kWh",', ''],
    ['"flags":[', '"flags":["a\\nb",'],
    ['"zone":"', '"zone":"é'],
    ['"start":"', '"__proto__":{},"start":"'],
    ['"start":"', '"noSuch":"1","start":"'],
    ['"slices":[', '"slices":[],"slices":['],
  ];
  for (const [from, to] of cases) {
    assert.ok(text.includes(from), from);
    assert.equal(agree(pageOf([text.replace(from, to)])), false, to);
  }
  for (const args of [
    `${head}[]}`,
    `${head}[${text}],"records":[${text}]}`,
    `${head}[${text}]} `,
    `${head}[${text},]}`,
    `${head}[${text} ,${text}]}`,
    `${head}${text}}`,
    pageOf([text]).replace('"key":"k"', '"key":"k","key":"k"'),
    pageOf([text]).replace('"key":"k"', '"key":"\\u006b"'),
  ]) {
    assert.equal(agree(args), false, args.slice(-200));
  }
});

// Characters and pieces that canonical text is sensitive to.
const piece = fc.constantFrom(
  ...[
    '"',
    '\\',
    ',',
    ':',
    '{',
    '}',
    '[',
    ']',
    '0',
    '1',
    '9',
    '.',
    '-',
    'e',
    'E',
    '+',
    ' ',
    '\n',
    'a',
    'A',
    'é',
    '\\u0061',
  ],
  ...['null', 'true', '"a":1', ',"zone":"x"', '"', '\u2028', '00', '.0', '{}', '[]', '\ud800'],
);

test('a changed text is found exactly where walking the value finds it', () => {
  const texts = records.map(canonical);
  let found = 0;
  const edits = fc.array(fc.record({ at: fc.nat(), cut: fc.nat(3), piece: fc.option(piece, { nil: '' }) }), {
    minLength: 1,
    maxLength: 2,
  });
  fc.assert(
    fc.property(fc.nat(texts.length - 1), edits, (which, changes) => {
      let text = texts[which] as string;
      for (const { at, cut, piece: put } of changes) {
        const place = at % text.length;
        text = text.slice(0, place) + put + text.slice(place + cut);
      }
      if (agree(pageOf([text, texts[0] as string]))) found += 1;
    }),
    { numRuns: 4000 },
  );
  // Some edits leave another right text, such as another digit.
  assert.ok(found > 40, String(found));
});
