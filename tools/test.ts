// Runs the tests: node tools/test.ts [FILE...], all of them where none is named.
import { spawn } from 'node:child_process';
import { once } from 'node:events';

const files = process.argv.slice(2);
const run = spawn(
  process.execPath,
  [
    '--test',
    '--test-reporter=./tools/test-reporter.ts',
    ...(files.length > 0 ? files : ['src/**/*.test.ts', 'test/**/*.test.ts']),
  ],
  { stdio: 'inherit' },
);
const [code] = await once(run, 'exit');
process.exitCode = typeof code === 'number' ? code : 1;
