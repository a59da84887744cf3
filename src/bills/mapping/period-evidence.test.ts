import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isChannelError } from '../../emissions/index.ts';
import { endDecision, type StatedPeriod } from './period-evidence.ts';

function bills(...periods: readonly (readonly [start: number, end: number, days?: number])[]): StatedPeriod[] {
  return periods.map(([start, end, days], at) => ({ row: at + 2, key: 'm', start, end, days }));
}

const isUnknown = (error: unknown): boolean => isChannelError(error, 'END_CONVENTION_UNKNOWN');

test('a day between two bills alone does not make the end inclusive: it may be a gap', () => {
  assert.throws(() => endDecision(bills([0, 30], [31, 60]), undefined), isUnknown);
  assert.throws(() => endDecision(bills([0, 30], [31, 60]), 'shared-day'), isUnknown);
});

test('two such pairs, the days of a bill, or what the layout usually does decide', () => {
  assert.equal(endDecision(bills([0, 30], [31, 60], [61, 90]), undefined).statedEnd, 'inclusive');
  assert.equal(endDecision(bills([0, 30, 31], [31, 60]), undefined).statedEnd, 'inclusive');
  assert.equal(endDecision(bills([0, 30], [31, 60]), 'inclusive').statedEnd, 'inclusive');
  assert.equal(endDecision(bills([0, 30], [30, 60]), undefined).statedEnd, 'shared-day');
});
