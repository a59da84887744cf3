import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commodities, flows, readBases, statedEnds } from '../emissions/index.ts';
import { nearMatch, nearMatches } from './near-match.ts';

test('what people write for a value, and small slips, lead to it', () => {
  assert.equal(nearMatch('gas', commodities), 'natural-gas');
  assert.equal(nearMatch('electric', commodities), 'electricity');
  assert.equal(nearMatch('electricty', commodities), 'electricity');
  assert.equal(nearMatch('natural-gass', commodities), 'natural-gas');
  assert.equal(nearMatch('imported', flows), 'delivered');
  assert.equal(nearMatch('estimate', readBases), 'estimated');
  assert.equal(nearMatch('inclusiv', statedEnds), 'inclusive');
});

test('another word is matched with nothing', () => {
  for (const word of ['coal', 'diesel', 'constructor', 'x', ''])
    assert.equal(nearMatch(word, commodities), undefined, word);
  assert.equal(nearMatch('gas', flows), undefined);
});

test('all values that are as near are told, and none that is nearer to nothing', () => {
  assert.deepEqual(nearMatches('RFC', ['RFCE', 'RFCM', 'RFCW', 'CAMX']), ['RFCE', 'RFCM', 'RFCW']);
  assert.deepEqual(nearMatches('CAMEX', ['CAMX', 'NEWE']), ['CAMX']);
  assert.deepEqual(nearMatches('XXXX', ['CAMX', 'NEWE']), []);
  assert.deepEqual(nearMatches('CAMX', []), []);
});
