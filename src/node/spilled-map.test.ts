import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SpilledMap, type SpillForm } from './spilled-map.ts';

const text: SpillForm<string> = {
  write: (value) => Buffer.from(value),
  read: (bytes) => Buffer.from(bytes).toString(),
};

test('with room for three entries a map answers as one that holds all', () => {
  const map = new SpilledMap(text, { entries: 3 });
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
  const map = new SpilledMap(counting, { entries: 2 });
  for (const key of ['a', 'b']) map.set(key, key.toUpperCase());
  assert.equal(written, 0, 'what has room is not written');
  map.set('c', 'C');
  assert.deepEqual([...seen].toSorted(), ['A', 'B']);
  map.set('c', 'C2');
  assert.equal(written, 2, 'an entry that is held takes no more room');
  assert.deepEqual([map.get('a'), map.get('b'), map.get('c')], ['A', 'B', 'C2']);
  map.close();
});

test('what is held in memory is bounded in bytes too, however values grow', () => {
  const sized: SpillForm<string> = { ...text, size: (value) => value.length };
  const map = new SpilledMap(sized, { bytes: 1_000 });
  const all = new Map<string, string>();
  for (let at = 0; at < 3_000; at += 1) {
    const key = `k${(at * 7) % 31}`;
    const value = `${map.get(key) ?? ''}${at},`;
    map.set(key, value);
    all.set(key, `${all.get(key) ?? ''}${at},`);
    const { entries, bytes } = map.held;
    // Held means: no more than the room, or one entry alone.
    assert.ok(bytes <= 1_000 || entries === 1, `${entries} entries of ${bytes} bytes`);
  }
  for (const [key, value] of all) assert.equal(map.get(key), value, key);
  map.changeAll((value) => value.slice(0, 3));
  for (const [key, value] of all) assert.equal(map.get(key), value.slice(0, 3), key);
  map.close();
  assert.deepEqual(map.held, { entries: 0, bytes: 0 });
});

test('what is changed in its place is counted anew', () => {
  const sized: SpillForm<string> = { ...text, size: (value) => value.length };
  const map = new SpilledMap(sized);
  for (const key of ['a', 'b', 'c']) map.set(key, '12345');
  map.set('a', '1234567');
  assert.deepEqual(map.held, { entries: 3, bytes: 20 });
  map.changeAll((value) => (value.length === 7 ? undefined : '12'));
  assert.deepEqual(map.held, { entries: 2, bytes: 6 });
  map.close();
});
