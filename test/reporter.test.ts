import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const reporter = fileURLToPath(new URL('../tools/test-reporter.ts', import.meta.url));

test('the closing line of the tests counts what was skipped, whole suites too', () => {
  const folder = mkdtempSync(join(tmpdir(), 'uec-reporter-'));
  try {
    const file = join(folder, 'sample.test.mjs');
    writeFileSync(
      file,
      `import { before, suite, test } from 'node:test';
test('good', () => {});
test('left', { skip: 'no peer' }, () => {});
suite('run', () => { test('inner', () => {}); test('bad', () => { throw new Error('why'); }); });
suite('hooked', () => { before(() => { throw new Error('no server'); }); test('cancelled', () => {}); });
suite('whole', { skip: 'no binaries' }, () => { test('never', () => {}); });
`,
    );
    const { NODE_TEST_CONTEXT: _runner, ...env } = process.env;
    const { status, stdout } = spawnSync(process.execPath, ['--test', `--test-reporter=${reporter}`, file], {
      env,
      encoding: 'utf8',
    });
    assert.equal(status, 1);
    assert.match(stdout, /FAILED .*sample\.test\.mjs: bad\n.*why/);
    assert.match(stdout, /FAILED .*sample\.test\.mjs: hooked\n.*no server/);
    assert.match(
      stdout,
      /skipped: .*: left \(no peer\)\nskipped: .*: whole \(no binaries\)\n\n2 passed, 2 failed, 2 skipped\n$/,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});
