import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SpilledList } from './spilled-list.ts';

test('a list that holds three texts answers as one that holds all', () => {
  const list = new SpilledList(3);
  const places = Array.from({ length: 100 }, (_, at) => `sheet 1, row ${at + 2}`);
  for (const [at, place] of places.entries()) {
    assert.equal(list.push(place), at);
    assert.ok(list.held <= 3, `${list.held} are held`);
    assert.equal(list.at(at), place);
    assert.equal(list.at((at * 7) % (at + 1)), places[(at * 7) % (at + 1)]);
  }
  list.close();
});
