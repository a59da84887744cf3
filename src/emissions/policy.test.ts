import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultPolicy, publishersFor } from './policy.ts';

test('the default policy is that of the channel rules, section 2', () => {
  assert.deepEqual(publishersFor(defaultPolicy, 'US'), ['us-epa', 'green-e', 'ember']);
  assert.deepEqual(publishersFor(defaultPolicy, 'GB'), ['desnz', 'aib', 'ember']);
  assert.deepEqual(publishersFor(defaultPolicy, 'IN'), ['cea', 'ember']);
  assert.deepEqual(publishersFor(defaultPolicy, 'DE'), ['eea', 'aib', 'ember']);
  assert.deepEqual([defaultPolicy.vintageLimit, defaultPolicy.residualVintageLimit], [5, 2]);
  assert.equal(defaultPolicy.ruleSet, 'uec-choice/1');
});

test('a name that every object has is a country like any other', () => {
  for (const name of ['constructor', '__proto__', 'toString']) {
    assert.deepEqual(publishersFor(defaultPolicy, name), ['eea', 'aib', 'ember'], name);
  }
});

test('a policy without a rest trusts nobody elsewhere', () => {
  assert.deepEqual(publishersFor({ ...defaultPolicy, publishers: { US: ['us-epa'] } }, 'DE'), []);
});
