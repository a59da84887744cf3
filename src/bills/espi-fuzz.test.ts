import { test } from 'node:test';
import fc from 'fast-check';
import { greenButtonCase } from '../../test/support/green-button-cases.ts';
import { checkCase } from '../../test/support/green-button-checks.ts';

test('files that say the same in any order and layout give exactly the totals counted beside the reader', async () => {
  await fc.assert(
    fc.asyncProperty(greenButtonCase, fc.constantFrom(1 << 16, 1_000, 13), (one, size) => checkCase(one, size)),
    { numRuns: 150 },
  );
});
