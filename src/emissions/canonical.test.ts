import assert from 'node:assert/strict';
import { test } from 'node:test';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { canonical, parseCanonical } from './canonical.ts';

test('the examples of RFC 8785 that hold strings and whole numbers', () => {
  // Section 3.2.3: keys in the order of their UTF-16 code units.
  const input = JSON.parse(
    '{"\\u20ac":"Euro Sign","\\r":"Carriage Return","\\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One","\\ud83d\\ude00":"Emoji: Grinning Face","\\u0080":"Control","\\u00f6":"Latin Small Letter O With Diaeresis"}',
  );
  assert.equal(
    canonical(input),
    '{"\\r":"Carriage Return","1":"One","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis","\u20ac":"Euro Sign","\ud83d\ude00":"Emoji: Grinning Face","\ufb33":"Hebrew Letter Dalet With Dagesh"}',
  );
  // Section 3.2.2, string and literals.
  assert.equal(
    canonical({ string: '\u20ac$\u000f\u000aA\'\u0042\u0022\u005c\\"\u002f', literals: [null, true, false] }),
    '{"literals":[null,true,false],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
  );
});

test('canonicalize gives the same text for any JSON of strings, whole numbers and literals', () => {
  const leaf = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.string({ unit: 'binary' }),
    fc.maxSafeInteger(),
    fc.boolean(),
    fc.constant(null),
  );
  const key = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('__proto__', 'constructor', '', '1', '10', '2'));
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 5 }, leaf, tie('list'), tie('object')),
    list: fc.array(tie('value'), { maxLength: 5 }),
    object: fc.dictionary(key, tie('value'), { maxKeys: 6 }),
  }));
  fc.assert(
    fc.property(value, (json) => {
      const text = canonical(json);
      assert.equal(text, canonicalize(json));
      assert.equal(canonical(parseCanonical(text)), text);
    }),
    { seed: 8785, numRuns: 400 },
  );
});

test('absent members leave no key', () => {
  assert.equal(canonical({ b: undefined, a: 1 }), '{"a":1}');
  assert.equal(canonical({ a: undefined }), '{}');
  assert.equal(canonical(Object.assign(Object.create(null), { z: 1, a: 2 })), '{"a":2,"z":1}');
  assert.equal(canonical([[], {}, -0, 'a']), '[[],{},0,"a"]');
});

test('what has no one text is refused', () => {
  const bad: unknown[] = [
    0.5,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    2 ** 53,
    -(2 ** 53),
    1e21,
    1n,
    undefined,
    Symbol('x'),
    () => 1,
  ];
  bad.push('\ud800', '\udc00x', ['\ud83d'], { '\ud800': 1 }, [undefined], new Array(2), { a: [1.5] });
  bad.push(new Date(0), new Map([[1, 2]]), new Set(), /x/, Buffer.from('x'), new (class Point {})(), new String('x'));
  for (const value of bad) assert.throws(() => canonical(value), { code: 'NOT_CANONICAL' });
  assert.equal(canonical(2 ** 53 - 1), '9007199254740991');
});

test('64 levels are the most; what loops is refused', () => {
  const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
  assert.equal(canonical(parseCanonical(nested(64))), nested(64));
  for (const levels of [65, 200_000]) assert.throws(() => parseCanonical(nested(levels)), { code: 'NOT_CANONICAL' });
  const loop: { self?: unknown } = {};
  loop.self = loop;
  assert.throws(() => canonical(loop), { code: 'NOT_CANONICAL' });
  const objects = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
  assert.equal(canonical(parseCanonical(objects(64))), objects(64));
  assert.throws(() => parseCanonical(objects(65)), { code: 'NOT_CANONICAL' });
});

test('only a text that is its own canonical form is read', () => {
  assert.deepEqual(parseCanonical('{"a":[1,"x",null,true]}'), { a: [1, 'x', null, true] });
  const bad = [
    '',
    ' 1',
    '1 ',
    '1.0',
    '1e2',
    '-0',
    '01',
    '0.5',
    '{"b":1,"a":2}',
    '{"a":1,"a":1}',
    '{"a":1,"a":2}',
    '[1, 2]',
  ];
  bad.push(
    '"\\u0041"',
    '"\\/"',
    '"\\ud800"',
    '{"a":1}\n',
    '\ufeff1',
    'undefined',
    '{a:1}',
    "'a'",
    '9007199254740993',
    '[1,]',
  );
  for (const text of bad) assert.throws(() => parseCanonical(text), { code: 'NOT_CANONICAL' }, JSON.stringify(text));
  assert.throws(
    () => parseCanonical('{'),
    (error: Error) => error.cause instanceof SyntaxError,
  );
});
