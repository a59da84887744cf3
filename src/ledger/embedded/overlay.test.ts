import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compareUtf8, Overlay, type StateView } from './overlay.ts';

const key = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 4 }).filter((text) => text.isWellFormed());
const bytesOrder = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

test('texts are ordered by their UTF-8 bytes', () => {
  fc.assert(
    fc.property(key, key, (a, b) => {
      assert.equal(Math.sign(compareUtf8(a, b)), bytesOrder(a, b));
    }),
  );
  assert.ok(compareUtf8('\ufffd', '\u{1f600}') < 0);
  assert.ok(compareUtf8('\u{1f600}', '\u{1f601}') < 0);
});

/** The plainest state: everything sorted at every read. */
function plainView(content: ReadonlyMap<string, string>): StateView {
  return {
    get: (name) => content.get(name),
    range: (start, end) =>
      [...content]
        .filter(([name]) => bytesOrder(start, name) <= 0 && bytesOrder(name, end) < 0)
        .sort(([a], [b]) => bytesOrder(a, b)),
  };
}

test('changes over a view read like one state', () => {
  const writes = fc.array(fc.tuple(key, fc.option(fc.constantFrom('"1"', '"2"'))));
  fc.assert(
    fc.property(fc.dictionary(key, fc.constantFrom<string>('"0"')), writes, key, key, (base, changes, start, end) => {
      const below = new Map(Object.entries(base));
      const overlay = new Overlay(plainView(below));
      overlay.apply(new Map(changes));
      const expected = new Map(below);
      for (const [name, value] of new Map(changes)) {
        if (value === null) expected.delete(name);
        else expected.set(name, value);
      }
      const plain = plainView(expected);
      assert.deepEqual([...overlay.range(start, end)], [...plain.range(start, end)]);
      assert.deepEqual([...overlay.range('', '\u{10ffff}')], [...plain.range('', '\u{10ffff}')]);
      for (const name of [...below.keys(), ...expected.keys()]) assert.equal(overlay.get(name), plain.get(name));
    }),
  );
});
