import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const commands = [...readme.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap(([, block]) =>
  (block as string).trim().split('\n'),
);

// A folder that looks like the checkout, so that what the commands write goes elsewhere.
const folder = mkdtempSync(join(tmpdir(), 'uec-readme-'));
for (const name of ['package.json', 'node_modules', 'src', 'factors', 'samples'])
  symlinkSync(join(root, name), join(folder, name));
after(() => rmSync(folder, { recursive: true, force: true }));

const installs = commands.filter((command) => command.startsWith('npm ci'));
const others = commands.filter((command) => !command.startsWith('npm ci'));

test('the two install commands are the ones that CI runs in a fresh clone', () => {
  assert.deepEqual(installs, ['npm ci && npm run demo', 'npm ci && npm test']);
  const ci = readFileSync(join(root, '.ci', 'run'), 'utf8');
  assert.match(ci, /npm ci && npm run demo -- --exit/);
  assert.match(ci, /npm ci && npm test/);
});

const outputs: string[] = [];
for (const command of others) {
  test(`README: ${command}`, () => {
    const { status, stdout, stderr } = spawnSync('sh', ['-c', command], { cwd: folder, encoding: 'utf8' });
    assert.equal(status, 0, `${stdout}\n${stderr}`);
    assert.notEqual(stdout.trim(), '');
    outputs.push(stdout);
  });
}

test('the numbers that the README shows are what its commands print', () => {
  const shown = [...readme.matchAll(/^```text\n([\s\S]*?)^```$/gm)].flatMap(([, block]) =>
    (block as string).trim().split('\n'),
  );
  const printed = outputs.join('\n');
  for (const line of shown)
    assert.ok(printed.includes(line.replace(/\[record [0-9a-f]+\]/, '').trim()), `not printed: ${line}`);
  assert.equal(shown.length, 4);
});
