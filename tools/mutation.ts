// A mutation run: each mutant is one small change to one file of the rules; a mutant that no test notices survives.
// node tools/mutation.ts [--all | --sample 200] [--seed 1] [--files src/emissions/period.ts,src/channel/page.ts]
import { spawn } from 'node:child_process';
import { cp, glob, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { type Mutant, mutantsOf } from './mutants.ts';

const WORKERS = 2;
const root = path.resolve(import.meta.dirname, '..');
const { values: options } = parseArgs({
  options: {
    all: { type: 'boolean', default: false },
    sample: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    files: { type: 'string' },
  },
});

type Fate = 'killed' | 'survived';

interface Workplace {
  readonly folder: string;
}

/** A copy of the sources in which files may be changed; what is only read is linked. */
async function workplace(): Promise<Workplace> {
  const folder = await mkdtemp(path.join(tmpdir(), 'uec-mutation-'));
  for (const copied of ['src', 'test', 'package.json', 'tsconfig.json']) {
    await cp(path.join(root, copied), path.join(folder, copied), { recursive: true });
  }
  for (const linked of ['node_modules', 'factors', 'samples', 'docs']) {
    await symlink(path.join(root, linked), path.join(folder, linked)).catch(() => undefined);
  }
  return { folder };
}

/** True when the tests pass. A mutant may loop for ever, so that a run is ended after its time. */
function testsPass(folder: string, tests: readonly string[], seconds: number): Promise<boolean> {
  return new Promise((resolve) => {
    const args = ['--max-old-space-size=512', '--test', '--test-isolation=none', '--test-reporter=dot', ...tests];
    const child = spawn(process.execPath, args, {
      cwd: folder,
      stdio: 'ignore',
      timeout: seconds * 1000,
      killSignal: 'SIGKILL',
    });
    child.on('close', (code) => resolve(code === 0));
  });
}

async function filesMatching(...patterns: string[]): Promise<string[]> {
  const found: string[] = [];
  for (const pattern of patterns) for await (const file of glob(pattern, { cwd: root })) found.push(file);
  return found.sort();
}

/** The tests that speak of a file: those beside it first, because they end most mutants, then its folder's, then the rest. */
async function testsOf(file: string): Promise<string[][]> {
  const stages = [
    [file.replace(/\.ts$/, '.test.ts')],
    [`${path.dirname(file)}/*.test.ts`, 'test/vectors/*.test.ts', 'test/docs/{channel,units}.test.ts'],
    ['src/emissions/*.test.ts', 'src/channel/**/*.test.ts'],
  ];
  const seen = new Set<string>();
  const found: string[][] = [];
  for (const patterns of stages) {
    const tests = (await filesMatching(...patterns)).filter((test) => !seen.has(test));
    for (const test of tests) seen.add(test);
    if (tests.length > 0) found.push(tests);
  }
  return found;
}

/** Mulberry32: the same seed draws the same sample on every machine. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function sampleOf<T>(all: readonly T[], size: number, seed: number): T[] {
  const next = generator(seed);
  return all
    .map((item, at) => ({ item, at, key: next() }))
    .sort((a, b) => a.key - b.key)
    .slice(0, size)
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

async function fateOf({ folder }: Workplace, mutant: Mutant): Promise<Fate> {
  const target = path.join(folder, mutant.file);
  const original = await readFile(target, 'utf8');
  await writeFile(target, original.slice(0, mutant.start) + mutant.to + original.slice(mutant.end));
  try {
    for (const tests of await testsOf(mutant.file)) {
      if (!(await testsPass(folder, tests, 60))) return 'killed';
    }
    return 'survived';
  } finally {
    await writeFile(target, original);
  }
}

async function run(): Promise<void> {
  const asked = options.files?.split(',') ?? ['src/emissions/*.ts', 'src/channel/**/*.ts'];
  const files = (await filesMatching(...asked)).filter((file) => !/\.(test|conformance)\.ts$|\/index\.ts$/.test(file));
  const perFile = await Promise.all(
    files.map(async (file) => mutantsOf(file, await readFile(path.join(root, file), 'utf8'))),
  );
  const all = perFile.flat();
  const mutants = options.all ? all : sampleOf(all, Number(options.sample), Number(options.seed));
  const places = await Promise.all(
    Array.from({ length: Math.min(WORKERS, availableParallelism()) }, () => workplace()),
  );
  const queue = mutants.entries();
  const fates: Fate[] = [];
  try {
    const everyTest = (await Promise.all(files.map((file) => testsOf(file)))).flat(2);
    if (!(await testsPass((places[0] as Workplace).folder, [...new Set(everyTest)], 600))) {
      throw new Error('the tests fail without any mutation');
    }
    const work = async (place: Workplace): Promise<void> => {
      for (const [at, mutant] of queue) {
        fates[at] = await fateOf(place, mutant);
        if (fates[at] === 'survived') process.stdout.write(`${lineOf(mutant)}\n`);
        if (process.stderr.isTTY) process.stderr.write(`\r${at + 1} of ${mutants.length}`);
      }
    };
    await Promise.all(places.map(work));
  } finally {
    await Promise.all(places.map(({ folder }) => rm(folder, { recursive: true, force: true })));
  }
  report(files, mutants, fates, all.length);
}

function lineOf({ file, line, kind, from, to }: Mutant): string {
  return `survived  ${file}:${line}  ${kind}  ${from} -> ${to}`;
}

function report(files: readonly string[], mutants: readonly Mutant[], fates: readonly Fate[], possible: number): void {
  const lines: string[] = [];
  const score = (chosen: (mutant: Mutant) => boolean) => {
    const ends = fates.filter((_, at) => chosen(mutants[at] as Mutant));
    const killed = ends.filter((fate) => fate === 'killed').length;
    const share = ends.length === 0 ? '-' : `${((killed / ends.length) * 100).toFixed(1)} %`;
    return `${String(killed).padStart(5)} of ${String(ends.length).padStart(5)}  ${share.padStart(7)}`;
  };
  const row = (name: string, chosen: (mutant: Mutant) => boolean) => lines.push(`${name.padEnd(36)} ${score(chosen)}`);
  for (const file of files) row(file, (mutant) => mutant.file === file);
  for (const kind of [...new Set(mutants.map((mutant) => mutant.kind))].sort())
    row(kind, (mutant) => mutant.kind === kind);
  row(`killed (${mutants.length} of ${possible} mutants run)`, () => true);
  process.stdout.write(`${lines.join('\n')}\n`);
}

await run();
