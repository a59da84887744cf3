import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  date,
  decimal,
  dictionary,
  integer,
  isTrue,
  key,
  line,
  list,
  memberId,
  object,
  oneOf,
  type Shape,
  word,
} from './shape.ts';

function passes(shape: Shape, ...values: unknown[]): void {
  for (const value of values) assert.doesNotThrow(() => shape(value, 'at'), JSON.stringify(value));
}

function fails(shape: Shape, where: string, ...values: unknown[]): void {
  for (const value of values) {
    assert.throws(() => shape(value, 'at'), { code: 'FIELD_INVALID', details: { where } }, JSON.stringify(value));
  }
}

test('objects have their fields, no others, in canonical order', () => {
  const shape = object({ b: integer(0, 9), d: isTrue }, { a: isTrue, c: isTrue });
  passes(shape, { b: 1, d: true }, { a: true, b: 1, c: true, d: true });
  fails(shape, 'at', null, undefined, 1, 'b', [], [1], {}, { b: 1 }, { b: 1, d: true, e: 1 }, { '': 1, b: 1, d: true });
  fails(shape, 'at', JSON.parse('{"__proto__":{},"b":1,"d":true}'), { 7: 1, b: 1, d: true });
  fails(shape, 'at.d', { b: 1, d: 1 });
  assert.throws(() => shape({ d: true, b: 1 }, 'at'), { code: 'NOT_CANONICAL', details: { where: 'at' } });
  // Fields that an object inherits are not its own.
  fails(object({ toString: isTrue }), 'at', {});
});

test('dictionaries', () => {
  const shape = dictionary(/^[a-z*]$/, isTrue, 2);
  passes(shape, {}, { a: true }, { '*': true, a: true });
  fails(shape, 'at', { A: true }, { a: true, b: true, c: true }, []);
  fails(shape, 'at.a', { a: false });
  assert.throws(() => shape({ b: true, a: true }, 'at'), { code: 'NOT_CANONICAL' });
});

test('lists', () => {
  passes(list(isTrue, 0, 2), [], [true, true]);
  fails(list(isTrue, 1, 2), 'at', [], [true, true, true], { length: 1 }, 'a');
  fails(list(isTrue, 1, 2), 'at[1]', [true, 1]);
});

test('whole numbers', () => {
  passes(integer(0, 9), 0, 9);
  fails(integer(0, 9), 'at', -1, 10, 1.5, '1', Number.NaN, null);
  fails(integer(0, Number.MAX_VALUE), 'at', 2 ** 53);
});

test('decimals in their one form', () => {
  passes(decimal, '0', '0.1', '1000', `${'9'.repeat(30)}.${'9'.repeat(18)}`);
  fails(decimal, 'at', '', '00', '01', '.1', '1.', '1.0', '0.10', '-1', '+1', '1e3', '1,000', ' 1', '1\n', '١', 1);
  fails(decimal, 'at', '9'.repeat(31), `0.${'9'.repeat(19)}`, '0.0');
});

test('texts', () => {
  passes(oneOf(['a', 'b']), 'a');
  fails(oneOf(['a', 'b']), 'at', 'c', '', 'toString', 1);
  passes(date, '2024-02-29');
  fails(date, 'at', '2024-2-29', '2024-02-29T00:00', '20240229', '2024-02-29\n');
  passes(line, 'Müller & Söhne', '東京', '😀');
  // U+2FE0 and U+50000 are not assigned; whether they ever are must not matter.
  passes(line, '\u2FE0', '\u{50000}', 'x'.repeat(200));
  fails(line, 'at', '', 'a\nb', 'a\u0000', '\uD800', 'a\u200Bb', 'a\u202Eb', 'a\u2028b', '\uE000', 'x'.repeat(201));
  for (const hidden of ['\u00AD', '\u061C', '\u180E', '\u200F', '\u2060', '\uFEFF', '\uFFF9', '\u{E0041}']) {
    fails(line, 'at', `a${hidden}b`);
  }
  passes(memberId, 'ACME', 'Org1MSP', 'a.b-c');
  fails(memberId, 'at', '1a', 'a/b', 'a b', 'Ä', '');
  passes(key, '2024:import_1.a-b');
  fails(key, 'at', 'a/b', '', 'x'.repeat(81));
  passes(word, 'eGRID2023rev2');
  fails(word, 'at', 'a:b', '');
});
