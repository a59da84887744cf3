// Feeds a reader made-up and broken files until the time is over, and keeps what it fails on: npm run fuzz -- TARGET
// [--seconds 60] [--seed N]. A target is a file beside this one; the tests run the same checks for a short time, and every
// file of the corpus.
import { mkdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { pdfLimits } from '../../src/bills/pdf/pdf-text.ts';
import type { FuzzTarget } from './target.ts';

const targets: Readonly<Record<string, () => Promise<FuzzTarget>>> = {
  csv: async () => (await import('./csv.ts')).csv,
  'green-button': async () => (await import('./green-button.ts')).greenButton,
  workbook: async () => (await import('./workbook.ts')).workbook,
  pdf: async () =>
    (await import('./pdf.ts')).pdfTarget(
      (await import('../../test/support/pdf-bill-reader.ts')).pdfBillReader({ ...pdfLimits, milliseconds: 10_000 }),
    ),
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: 'string', default: '60' }, seed: { type: 'string', default: String(Date.now() % 1e9) } },
});
const name = positionals[0] ?? '';
const load = Object.hasOwn(targets, name) ? targets[name] : undefined;
if (load === undefined) {
  console.error(`usage: npm run fuzz -- ${Object.keys(targets).join('|')} [--seconds 60] [--seed N]`);
  process.exit(2);
}

const until = Date.now() + Number(values.seconds) * 1_000;
const target = await load();
let seed = Number(values.seed);
let runs = 0;
for (; Date.now() < until; seed += 1) {
  const failure = await target.batch(seed);
  runs += target.batchSize;
  if (failure === undefined) continue;
  const folder = `test/fuzz-corpus/${name}`;
  mkdirSync(folder, { recursive: true });
  const file = `${folder}/seed-${seed}.${target.extension}`;
  writeFileSync(file, failure.file);
  console.error(`seed ${seed}: ${failure.reason}\nThe file is kept as ${file}.`);
  process.exit(1);
}
console.log(`${name}: ${runs} files, nothing found; the last seed was ${seed - 1}`);
