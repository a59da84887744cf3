import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faultLines } from './fault-lines.ts';

const fault = (where: string, message = 'nothing says in which country') =>
  ({ where, code: 'PLACE_INVALID', message, fix: 'Give --country.' }) as const;

test('a fault that neighbours share is told once, with its first and last place', () => {
  assert.deepEqual(
    faultLines([fault('row 2'), fault('row 3'), fault('row 4'), fault('row 5', 'another'), fault('row 6')]),
    [
      '  - row 2, and so on to row 4 (3 times): PLACE_INVALID: nothing says in which country',
      '      Give --country.',
      '  - row 5: PLACE_INVALID: another',
      '      Give --country.',
      '  - row 6: PLACE_INVALID: nothing says in which country',
      '      Give --country.',
    ],
  );
});

test('of many faults the number of those not shown is told', () => {
  const faults = Array.from({ length: 25 }, (_, at) => fault(`row ${at}`, `fault ${at}`));
  const lines = faultLines(faults);
  assert.equal(lines.length, 41);
  assert.equal(lines.at(-1), '  ... and 5 more; --json shows all');
});
