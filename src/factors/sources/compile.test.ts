import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { bundledFolder } from '../bundled.ts';
import { compile } from './compile.ts';
import { eea } from './eea.ts';
import { ghgHub } from './ghg-hub.ts';

const own = join(bundledFolder, 'figures');
const data = fileURLToPath(new URL('../../../../shared/data', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'figures-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const skip = existsSync(data) ? false : 'the collected figures are not beside this checkout';
test('compiling the figures again gives the committed files byte for byte', { skip }, () => {
  const { files, pins } = compile({ data, own });
  assert.equal(readFileSync(fileURLToPath(new URL('../pinned-roots.ts', import.meta.url)), 'utf8'), pins);
  const committed = readdirSync(bundledFolder).filter((name) => name !== 'figures');
  assert.deepEqual(committed.sort(), [...files.keys()].sort());
  for (const [name, text] of files) assert.ok(readFileSync(join(bundledFolder, name), 'utf8') === text, name);
});

/** A line of collected figures in which only what is named is filled in. */
function figuresFile(name: string, lines: readonly Readonly<Record<string, string>>[]): void {
  const columns = [...new Set(lines.flatMap(Object.keys))];
  const text = [columns, ...lines.map((line) => columns.map((column) => line[column] ?? ''))];
  mkdirSync(join(folder, 'factors'), { recursive: true });
  writeFileSync(join(folder, 'factors', name), `${text.map((cells) => cells.join(',')).join('\n')}\n`);
}

test('EEA: the Union’s country codes become ISO codes; aggregates are left out', () => {
  const line = (id: string, type = 'country') => ({
    factor_id: `x:${id}`,
    source_version: '2025 indicator',
    division_type: type,
    division_id: id,
    year: '2023',
    co2: '',
    co2_unit: '',
    co2e: '343',
    co2e_unit: 'g/kWh',
    source_file_or_table: 'table',
    retrieved_from: '',
    value_status: 'native',
    notes: 'renewable_share = a share of consumption',
    licence: 'CC BY 4.0',
    confidence: 'high',
  });
  figuresFile('eu_eea.csv', [line('EL'), line('UK'), line('GB'), line('DE'), line('EU27', 'region')]);
  const rows = eea({ data: folder, own }).find(({ about }) => about.version === '2025')?.rows ?? [];
  assert.deepEqual(
    rows.map(({ id, place }) => [id, place.country]),
    [
      ['EEA-2025:GR:2023', 'GR'],
      ['EEA-2025:GB:2023', 'GB'],
      ['EEA-2025:GB:2023', 'GB'],
      ['EEA-2025:DE:2023', 'DE'],
    ],
  );
  assert.ok(rows.every(({ notes }) => notes === undefined));
});

test('the Hub’s validity reaches back only while older Hubs print the same figures', () => {
  const changed = join(folder, 'own');
  mkdirSync(changed);
  const text = readFileSync(join(own, 'ghg-hub.csv'), 'utf8');
  writeFileSync(join(changed, 'ghg-hub.csv'), text.replace('53.06', '53.02'));
  assert.throws(() => ghgHub({ data: folder, own: changed }), /narrow the validity/);
});

test('missing figures are named', () => {
  assert.throws(() => compile({ data: join(folder, 'absent'), own }), {
    code: 'FILE_UNREADABLE',
    message: /us_egrid\.csv/,
  });
});
