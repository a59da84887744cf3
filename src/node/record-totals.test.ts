import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ActivityRecord } from '../channel/index.ts';
import { RecordSums } from './record-totals.ts';

function record(energy: string, co2e: string): ActivityRecord {
  return { commodity: 'electricity', energy, location: { co2e } } as ActivityRecord;
}

test('sums of decimals of any length are exact', () => {
  const sums = new RecordSums();
  for (const [energy, co2e] of [
    ['0.1', '1'],
    ['0.02', '0.000001'],
    ['1000', '0.999999'],
  ] as const)
    sums.add(record(energy, co2e));
  const { lines, kWh, location, losses } = sums.totals(3);
  assert.deepEqual([lines, kWh, location, losses], [3, '1000.12', '2', '0']);
});

test('a hundred thousand terms of changing length stay short, and parts add up', () => {
  const parts = [new RecordSums(), new RecordSums()];
  for (let at = 0; at < 100_000; at += 1) parts[at % 2]?.add(record(`1.${'0'.repeat(at % 5)}1`, '2'));
  // 20,000 times 1.1 + 1.01 + 1.001 + 1.0001 + 1.00001
  assert.equal(RecordSums.together(parts).totals(0).kWh, '102222.2');
});
