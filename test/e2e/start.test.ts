// A command loads what it needs: half of a short command's time is loading.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { finished, startCommand } from '../support/command.ts';
import { billFile, newChannel, temporaryFolder } from '../support/nodes.ts';

// Writes the packages that a process has loaded to stderr when it ends.
const hook = `import { registerHooks } from 'node:module';
const packages = new Set();
registerHooks({ resolve(specifier, context, next) {
  const found = next(specifier, context);
  const name = /node_modules\\/((@[^/]+\\/)?[^/]+)\\//.exec(found.url)?.[1];
  if (name !== undefined) packages.add(name);
  return found;
} });
process.on('exit', () => process.stderr.write(JSON.stringify([...packages].sort())));`;

async function loadedBy(args: readonly string[]): Promise<string[]> {
  const watched = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(hook)}` };
  const { code, stderr } = await finished(startCommand(args, { env: watched }));
  assert.equal(code, 0, stderr);
  return JSON.parse(stderr) as string[];
}

test('what reads the ledger loads no reader of bills, no schemas of the API, and nothing that encrypts', async () => {
  const { acme } = await newChannel();
  for (const name of ['status', 'records'])
    assert.deepEqual(await loadedBy([name, acme]), ['commander', 'papaparse'], name);
});

test('a dry run of a plain file loads what reads bills, and no schemas', async () => {
  const { acme } = await newChannel();
  const bill = billFile(join(temporaryFolder(), 'a.csv'), ['M-1,electricity,2022-01-01,2022-02-01,exclusive,1,kWh,DE']);
  const loaded = await loadedBy(['record', acme, bill, '--dry-run', '--json']);
  assert.ok(loaded.includes('saxes'), 'the readers are loaded');
  for (const name of ['zod', 'unpdf', 'age-encryption', 'hono']) assert.ok(!loaded.includes(name), name);
});
