import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { afterEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { resolvePath } from './paths.ts';

const names = ['npm_lifecycle_event', 'npm_package_name', 'INIT_CWD'] as const;
const before = names.map((name) => [name, process.env[name]] as const);
afterEach(() => {
  for (const [name, value] of before) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
});

function under(script: string | undefined, packageName: string): void {
  if (script === undefined) delete process.env.npm_lifecycle_event;
  else process.env.npm_lifecycle_event = script;
  process.env.npm_package_name = packageName;
  process.env.INIT_CWD = '/home/caller';
}

test('under npm run uec, paths are those of the caller', () => {
  under('uec', 'utility-emissions-channel');
  assert.equal(resolvePath('bills.csv'), '/home/caller/bills.csv');
  assert.equal(resolvePath('/tmp/bills.csv'), '/tmp/bills.csv');
});

test('at a shell, and in a script of another package, they are those of the working directory', () => {
  under(undefined, 'utility-emissions-channel');
  assert.equal(resolvePath('bills.csv'), `${process.cwd()}/bills.csv`);
  under('report', 'their-package');
  assert.equal(resolvePath('bills.csv'), `${process.cwd()}/bills.csv`);
});

test('npm run -s uec -- works from a folder below the package', () => {
  const { npm_lifecycle_event: _event, INIT_CWD: _from, npm_package_name: _name, ...env } = process.env;
  const { stdout, stderr } = spawnSync('npm', ['run', '-s', 'uec', '--', 'status', 'acme', '--json'], {
    cwd: fileURLToPath(new URL('../../samples/', import.meta.url)),
    env,
    encoding: 'utf8',
  });
  const { error } = JSON.parse(stdout) as { error: { code: string; message: string } };
  assert.equal(error.code, 'NODE_ABSENT', stderr);
  assert.match(error.message, /samples\/acme$/);
});
