import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { command } from '../support/command.ts';

const supplier = fileURLToPath(new URL('../../samples/layouts/supplier-decimal-comma.csv', import.meta.url));

test('a table of an unknown layout: refused with the way out, mapped, filled, and recorded in a dry run', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'uec-map-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const node = join(folder, 'node');
  const mapping = join(folder, 'map.json');
  assert.equal((await command(['init', node, '--member', 'BETA', '--name', 'Beta', '--json'])).code, 0);

  const refused = await command(['record', node, supplier, '--country', 'DE', '--dry-run']);
  assert.notEqual(refused.code, 0);
  assert.match(refused.stderr, /FILE_KIND_UNKNOWN[\s\S]*uec bills map/);

  const mapped = await command(['bills', 'map', supplier, '--out', mapping]);
  assert.equal(mapped.code, 0, mapped.stderr);
  assert.match(mapped.stdout, /1 question open:\s+fixed\.commodity/);
  // What is there is not replaced.
  const again = await command(['bills', 'map', supplier, '--out', mapping]);
  assert.match(again.stderr, /OPTION_INVALID: a file of this name exists already/);
  assert.match(
    mapped.stdout,
    /Write the answers into .*map\.json[\s\S]*uec record DIR FILE --map .*map\.json --dry-run/,
  );

  const open = await command(['record', node, supplier, '--map', mapping, '--country', 'DE', '--dry-run']);
  assert.match(
    open.stderr,
    /COLUMN_MISSING[\s\S]*--commodity for the whole file, or fill it in under fixed in the mapping/,
  );

  writeFileSync(mapping, readFileSync(mapping, 'utf8').replace('"commodity": null', '"commodity": "electricity"'));
  const run = ['record', node, supplier, '--map', mapping, '--country', 'DE', '--dry-run', '--json'];
  const { code, stdout, stderr } = await command(run);
  const answer = JSON.parse(stdout);
  // Without factors for Germany the lines are rejected by name; what was read stands beside it.
  assert.ok(
    code === 0 ||
      answer.rejected.every((row: { rejected: { code: string } }) => row.rejected.code === 'FACTOR_NOT_FOUND'),
    stderr,
  );
  assert.equal(answer.lines.length + answer.rejected.length, 6);
});

test('a table that is read without a mapping gets none, but the command that records it', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'uec-map-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const known = fileURLToPath(new URL('../../samples/layouts/green-button-billing.csv', import.meta.url));
  const shown = await command(['bills', 'map', known]);
  assert.match(
    shown.stdout,
    /^No mapping is needed: .*Green Button billing.*\nRecord it as it is: uec record DIR FILE/,
  );
  const out = join(folder, 'map.json');
  const written = await command(['bills', 'map', known, '--out', out]);
  assert.match(written.stdout, /^No mapping is needed, and none was written: /);
  assert.deepEqual([written.code, existsSync(out)], [0, false]);
  const { stdout } = await command(['bills', 'map', known, '--json']);
  assert.equal(JSON.parse(stdout).columns.quantity, 'USAGE');
});
