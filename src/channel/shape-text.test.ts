import assert from 'node:assert/strict';
import { test } from 'node:test';
import { choiceText, integerText, listText, objectText, stringText } from './shape-text.ts';

/** Whether the whole text is of the pattern. */
function matches(pattern: string | undefined, text: string): boolean {
  assert.notEqual(pattern, undefined);
  return new RegExp(`^(?:${pattern})$`).test(text);
}

test('fields stand in order, required ones always, optional ones with their comma', () => {
  const field = (name: string, isOptional = false) => ({ name, text: '1', isOptional });
  const pattern = objectText([field('c'), field('a', true), field('b'), field('d', true)]);
  for (const text of ['{"b":1,"c":1}', '{"a":1,"b":1,"c":1}', '{"b":1,"c":1,"d":1}', '{"a":1,"b":1,"c":1,"d":1}'])
    assert.ok(matches(pattern, text), text);
  for (const text of ['{}', '{"c":1}', '{"b":1}', '{"c":1,"b":1}', '{"b":1"c":1}', '{,"b":1,"c":1}', '{"b":1,"c":1,}'])
    assert.ok(!matches(pattern, text), text);
  assert.equal(objectText([field('a', true)]), undefined);
  assert.equal(objectText([field('a'), { name: 'b', text: undefined, isOptional: false }]), undefined);
});

test('a list has from least to most items', () => {
  const texts = ['[]', '[1]', '[1,1]', '[1,1,1]', '[1,1,1,1]'];
  const taken = (least: number, most: number) => texts.map((text) => matches(listText('1', least, most), text));
  assert.deepEqual(taken(0, 3), [true, true, true, true, false]);
  assert.deepEqual(taken(1, 2), [false, true, true, false, false]);
  assert.deepEqual(taken(2, 3), [false, false, true, true, false]);
  assert.equal(listText(undefined, 0, 1), undefined);
});

test('a string has a text only where its pattern is anchored and without flags', () => {
  assert.ok(matches(stringText(/^a(b|c)$/), '"ab"'));
  assert.ok(!matches(stringText(/^a(b|c)$/), 'ab'));
  for (const pattern of [/^a$/u, /a$/, /^a/]) assert.equal(stringText(pattern), undefined, String(pattern));
});

test('numbers are whole and within the range; more than a hundred steps have no text', () => {
  const texts = ['0', '1', '2', '10', '11', '-1', '01', '1.0'];
  assert.deepEqual(
    texts.filter((text) => matches(integerText(1, 10), text)),
    ['1', '2', '10'],
  );
  assert.ok(matches(integerText(0, 100), '100'));
  assert.ok(matches(integerText(5, 105), '5'));
  assert.equal(integerText(0, 101), undefined);
});

test('a choice is one of its values, whatever characters they have', () => {
  const pattern = choiceText(['a.b', 'm3']);
  assert.ok(matches(pattern, '"a.b"') && matches(pattern, '"m3"'));
  assert.ok(!matches(pattern, '"axb"'));
});
