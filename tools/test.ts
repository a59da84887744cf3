// Runs the tests: node tools/test.ts [FILE...], all of them where none is named.
import { globSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { run } from 'node:test';
import { pathToFileURL } from 'node:url';
import report from './test-reporter.ts';

/**
 * Folders whose tests leave their process as it was, and the number of processes that the files of each share: that spares more than a
 * hundred starts. Those that take long come first, so that at the end no core waits for one of them.
 */
const TOGETHER: readonly (readonly [folder: string, processes: number])[] = [
  ['test/e2e/*', 8],
  ['src/{emissions,inventory}/**', 1],
  ['src/channel/**', 1],
  ['src/{factors,node}/**', 1],
  ['src/api/**', 1],
  ['src/ledger/fabric/*', 1],
  ['src/{documents,bundles,cli,client,disk}/**', 1],
  ['src/bills/*', 2],
  ['src/bills/{layouts,mapping,portfolio-manager}/**', 1],
];

const shared = await mkdtemp(join(tmpdir(), 'uec-tests-'));
// The processes of tests need much the same: what one has compiled, and the channel that one has made, the others need not. Of
// this run alone.
Object.assign(process.env, { NODE_COMPILE_CACHE: join(shared, 'compiled'), UEC_TESTS_SHARED: shared });
const named = process.argv.slice(2);
const tests = run({
  files: named.length > 0 ? named.map((file) => resolve(file)) : all(),
  // Node leaves one core free; many of the tests wait for processes that they started.
  concurrency: availableParallelism() + 1,
});
tests.on('test:fail', () => {
  process.exitCode = 1;
});
await pipeline(tests, report, Readable.from, process.stdout, { end: false });
await rm(shared, { recursive: true, force: true });

function all(): string[] {
  const together = TOGETHER.flatMap(([folder, processes]) => dealt(testsIn(folder), processes));
  const grouped = new Set(together.flat());
  return [...together.map(oneFile), ...testsIn('{src,test}/**').filter((file) => !grouped.has(file))];
}

function testsIn(folder: string): string[] {
  const files = folder.endsWith('/**') ? `${folder}/*.test.ts` : `${folder}.test.ts`;
  return globSync(files)
    .sort()
    .map((file) => resolve(file));
}

function dealt(files: readonly string[], hands: number): string[][] {
  return Array.from({ length: hands }, (_, hand) => files.filter((_, at) => at % hands === hand));
}

function oneFile(files: readonly string[], number: number): string {
  const file = join(shared, `together-${number}.mjs`);
  writeFileSync(file, files.map((one) => `import '${pathToFileURL(one)}';\n`).join(''));
  return file;
}
