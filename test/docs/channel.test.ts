import assert from 'node:assert/strict';
import { test } from 'node:test';
import { correctionReasons, erasureReasons, evidenceStates } from '../../src/channel/index.ts';
import { codes, read, tableRows } from './documents.ts';

const guide = read('docs/channel.md');

/** The code spans of the sentence that begins so. */
function listed(beginning: string): string[] {
  const start = guide.indexOf(beginning);
  assert.ok(start >= 0, beginning);
  return codes(guide.slice(start, guide.indexOf('.\n', start)));
}

test('docs/channel.md lists exactly the reasons that the channel takes', () => {
  assert.deepEqual(listed('The reason of an erasure is one of'), [...erasureReasons]);
  assert.deepEqual(listed('The reason of a correction or voiding is one of'), [...correctionReasons]);
});

test('docs/channel.md names every evidence state', () => {
  const words = tableRows(guide, '## Evidence states').flatMap(([from, , to]) => `${from}, ${to}`.split(/[^a-z]+/));
  assert.deepEqual([...new Set(words)].filter((word) => evidenceStates.includes(word as 'lost')).sort(), [
    ...[...evidenceStates].sort(),
  ]);
});
