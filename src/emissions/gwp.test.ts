import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gwp, gwpSets } from './gwp.ts';
import { formatExact } from './ratio.ts';

test('potentials over 100 years are those of the IPCC reports', () => {
  const published = {
    AR4: ['25', '298'], // AR4 WG1 table 2.14
    AR5: ['28', '265'], // AR5 WG1 table 8.A.1, without feedbacks
    AR6: ['27.9', '273'], // AR6 WG1 table 7.SM.7
  };
  assert.deepEqual([...gwpSets], Object.keys(published));
  assert.deepEqual(Object.keys(gwp), Object.keys(published));
  for (const set of gwpSets) {
    assert.deepEqual([formatExact(gwp[set].ch4), formatExact(gwp[set].n2o)], published[set], set);
  }
});
