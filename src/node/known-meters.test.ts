import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Bearers, KnownMeters } from './known-meters.ts';

async function* meters(count: number) {
  for (let at = 0; at < count; at += 1)
    yield { utility: 'Acme', number: `m ${at}`, pseudonym: at.toString(16).padStart(64, '0') };
}

test('more meters than memory has room for are known by their pseudonyms, however their names are written', async () => {
  const known = await KnownMeters.read(meters(10_500));
  assert.equal(known.pseudonym('acme|M0'), '0'.repeat(64));
  assert.equal(known.pseudonym('acme|M10499'), (10_499).toString(16).padStart(64, '0'));
  assert.equal(known.pseudonym('acme|M10500'), undefined);
  assert.equal(known.pseudonym('beta|M0'), undefined);
  known.close();
});

test('bearers of a number are those known before and those added, each once, and what is added stays with who added it', async () => {
  const known = await KnownMeters.read(meters(10_500));
  const [one, other] = [new Bearers(known.bearers), new Bearers(known.bearers)];
  assert.equal(one.add('acme|M0', 'm0'), 1, 'known before');
  assert.equal(one.add('beta|M0', 'M 0'), 2);
  assert.equal(one.add('beta|M0', 'M 0'), 2);
  assert.equal(one.add('acme|M0', 'm0'), 2);
  assert.equal(one.add('gamma|M0', 'm0'), 2, 'more than two are not counted: each line of a file can have another');
  assert.equal(one.add('acme|M0', 'm0'), 2);
  assert.equal(one.add('beta|NEW', 'new'), 1);
  assert.equal(other.add('acme|M0', 'm0'), 1);
  for (const bearers of [one, other]) bearers.close();
  known.close();
});
