import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { greenButtonCase } from '../../test/support/green-button-cases.ts';
import { brokenFile, checkBroken, checkCase, damaged, damages } from '../../test/support/green-button-checks.ts';

// The same checks as `npm run fuzz -- green-button`, for a short time.

test('files that say the same in any order and layout give exactly the totals counted beside the reader', async () => {
  await fc.assert(
    fc.asyncProperty(greenButtonCase, fc.constantFrom(1 << 16, 1_000, 13), (one, size) => checkCase(one, size)),
    { numRuns: 30 },
  );
});

test('broken files give items or an error with a code, the same however they are cut', async () => {
  await fc.assert(fc.asyncProperty(brokenFile, checkBroken), { numRuns: 60 });
});

test('every file of the corpus gives items or an error with a code', async () => {
  const corpus = fileURLToPath(new URL('../../test/fuzz-corpus/green-button/', import.meta.url));
  for (const name of readdirSync(corpus).filter((one) => one.endsWith('.xml')))
    await checkBroken(readFileSync(corpus + name));
});

// Published sample files, which the project does not carry: they are read from beside the checkout where they are there.
const published = fileURLToPath(new URL('../../../shared/data/greenbutton/', import.meta.url));
const absent = existsSync(published) ? false : 'published Green Button samples are not beside the checkout';

test('published samples with damage give items or an error with a code', { skip: absent }, async () => {
  for (const name of ['01-nist-hourly-nine-days.xml', '07-pge-usage-summaries-milliwh.xml']) {
    const file = readFileSync(published + name);
    await fc.assert(
      fc.asyncProperty(damages, (all) => checkBroken(damaged(file, all))),
      { numRuns: 25 },
    );
  }
});
