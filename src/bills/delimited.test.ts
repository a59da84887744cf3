// Against papaparse: the same cells, however often they repeat those above them, and however the text arrives.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import Papa from 'papaparse';
import { DelimitedText } from './delimited.ts';

/** Few texts, so that most cells repeat the one above, are a part of it, or begin as it does. */
const cell = fc.constantFrom('', 'a', 'ab', 'abc', 'a b', ' ', 'a,b', 'a"b', '"', 'a\nb', 'ä', 'x'.repeat(40), '""');
const table = fc
  .integer({ min: 1, max: 5 })
  .chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 12 }));

test('cells are split as papaparse splits them', () => {
  fc.assert(
    fc.property(
      table,
      fc.constantFrom('\n', '\r\n'),
      fc.array(fc.boolean(), { minLength: 1, maxLength: 7 }),
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 1, max: 4 }),
      (rows, lineEnd, marks, piece, most) => {
        let at = 0;
        const written = (text: string) => {
          at += 1;
          const isQuoted = /[",\n]/.test(text) || marks[at % marks.length] === true;
          return isQuoted ? `"${text.replaceAll('"', '""')}"` : text;
        };
        const text = rows.map((cells) => cells.map(written).join(',') + lineEnd).join('');
        const split = new DelimitedText(',', 8);
        const found: (readonly string[])[] = [];
        for (let from = 0; from < text.length; from += piece) {
          const last = from + piece >= text.length;
          for (const records of split.records(text.slice(from, from + piece), last, most)) {
            assert.ok(records.length > 0 && records.length <= most);
            for (const { cells, misquoted } of records) {
              assert.equal(misquoted, false);
              found.push(cells);
            }
          }
        }
        const { data } = Papa.parse<string[]>(text, { delimiter: ',', newline: lineEnd });
        assert.deepEqual(
          found,
          data.filter((cells) => cells.some((one) => one.trim() !== '')),
        );
      },
    ),
    { numRuns: 1_500 },
  );
});
