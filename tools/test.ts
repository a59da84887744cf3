// Runs the tests: node tools/test.ts [FILE...], all of them where none is named.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';

const files = process.argv.slice(2);
// Each file has a process of its own, and they need much the same: what one has compiled, and the channel that one has made, the
// others need not. Of this run alone.
const shared = await mkdtemp(join(tmpdir(), 'uec-tests-'));
// Node leaves one core free; many of the tests wait for processes that they started.
const atOnce = availableParallelism() + 1;
const run = spawn(
  process.execPath,
  [
    '--test',
    `--test-concurrency=${atOnce}`,
    '--test-reporter=./tools/test-reporter.ts',
    ...(files.length > 0 ? files : ['src/**/*.test.ts', 'test/**/*.test.ts']),
  ],
  { stdio: 'inherit', env: { ...process.env, NODE_COMPILE_CACHE: join(shared, 'compiled'), UEC_TESTS_SHARED: shared } },
);
const [code] = await once(run, 'exit');
await rm(shared, { recursive: true, force: true });
process.exitCode = typeof code === 'number' ? code : 1;
