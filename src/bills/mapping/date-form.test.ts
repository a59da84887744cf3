import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatDate } from '../../emissions/index.ts';
import { DateReader, dateShape, dayOfShape } from './date-form.ts';

const part = fc.constantFrom(...['/', '/', '/', '1', '2', '12', '31', '0', '05', '2022', '2023', '22', '.', '-', ' ']);
const almostDate = fc.array(part, { minLength: 3, maxLength: 8 }).map((parts) => parts.join(''));

test('dates that were read before, by their numbers or as a text, are read as they were the first time', () => {
  fc.assert(
    fc.property(
      fc.array(almostDate, { minLength: 1, maxLength: 40 }),
      fc.constantFrom('month-first', 'day-first', 'year-first'),
      (cells, order) => {
        const reader = new DateReader(order);
        for (const cell of [...cells, ...cells]) {
          const shape = dateShape(cell);
          const day = shape && dayOfShape(shape, order);
          assert.deepEqual(reader.read(cell), day === undefined ? undefined : { day, iso: formatDate(day) }, cell);
        }
      },
    ),
    { numRuns: 500 },
  );
});

test('a number in front of or behind a date is not left out of it', () => {
  const reader = new DateReader('month-first');
  assert.equal(reader.iso('1/2/2022'), '2022-01-02');
  assert.equal(reader.iso('01/02/2022'), '2022-01-02');
  for (const cell of ['0/1/2/2022', '1/1/2/2022', '1/2/2022/', '/1/2/2022', '11/2/20223', '1/2/20221', '101/2/2022'])
    assert.equal(reader.iso(cell), undefined, cell);
});
