import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SpilledMap, type SpillForm } from './spilled-map.ts';

const text: SpillForm<string> = {
  write: (value) => Buffer.from(value),
  read: (bytes) => Buffer.from(bytes).toString(),
};

test('with room for three entries a map answers as one that holds all', () => {
  const map = new SpilledMap(text, 3);
  const all = new Map<string, string>();
  for (let at = 0; at < 2_000; at += 1) {
    // 7 and 211 are no divisors of 2,000 and of one another: keys come back in a jumbled order.
    const key = `meter ${(at * 7) % 211}`;
    assert.equal(map.get(key), all.get(key), key);
    const value = `${all.get(key) ?? ''} ${at}`;
    map.set(key, value);
    all.set(key, value);
  }
  const even = (value: string) => (Number(value.slice(value.lastIndexOf(' '))) % 2 === 0 ? `${value}!` : undefined);
  map.changeAll(even);
  for (const [key, value] of all) assert.equal(map.get(key), even(value), key);
  map.close();
});

test('only what finds no room is set aside', () => {
  let written = 0;
  const seen = new Set<string>();
  const counting: SpillForm<string> = {
    write: (value) => {
      written += 1;
      seen.add(value);
      return text.write(value);
    },
    read: text.read,
  };
  const map = new SpilledMap(counting, 2);
  for (const key of ['a', 'b']) map.set(key, key.toUpperCase());
  assert.equal(written, 0, 'what has room is not written');
  map.set('c', 'C');
  assert.deepEqual([...seen], ['A', 'B']);
  map.set('c', 'C2');
  assert.equal(written, 2, 'an entry that is held takes no more room');
  assert.deepEqual([map.get('a'), map.get('b'), map.get('c')], ['A', 'B', 'C2']);
  map.close();
});
