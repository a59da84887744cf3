import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { FactorRow } from '../emissions/index.ts';
import { bundledFolder, bundledFor, bundledReleases, loadBundled } from './bundled.ts';
import type { Release } from './factor-store.ts';
import { checkRelease, releaseName, releaseRef } from './release.ts';

const releases: ReadonlyMap<string, Release> = new Map(
  bundledReleases().map((pinned) => [releaseName(pinned), loadBundled(pinned)]),
);
const rows: ReadonlyMap<string, FactorRow> = new Map(
  [...releases.values()].flatMap((release) => release.rows.map((row) => [row.id, row] as const)),
);

function row(id: string): FactorRow {
  const found = rows.get(id);
  assert.ok(found, `no row ${id}`);
  return found;
}

function release(name: string): Release {
  const found = releases.get(name);
  assert.ok(found, `no release ${name}`);
  return found;
}

test('every bundled release holds, and its root is the pinned one', () => {
  for (const pinned of bundledReleases()) {
    const found = release(releaseName(pinned));
    checkRelease(found);
    assert.equal(found.manifest.root, pinned.root);
  }
  assert.deepEqual(
    readdirSync(bundledFolder).filter((name) => name.endsWith('.tsv')),
    bundledReleases()
      .map((pinned) => pinned.file)
      .sort(),
  );
});

test('ids are unique over all releases', () => {
  const count = [...releases.values()].reduce((sum, { rows: own }) => sum + own.length, 0);
  assert.equal(rows.size, count);
});

// Counts of the collected figures: places by edition, losses and non-baseload rates where the edition prints them.
const COUNTS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  'us-epa/egrid/eGRID2018': { location: 26 + 1 + 51, 'loss-rate': 27 },
  'us-epa/egrid/eGRID2019': { location: 27 + 1 + 52, 'loss-rate': 28, 'non-baseload': 28 },
  'us-epa/egrid/eGRID2020': { location: 27 + 1 + 52, 'loss-rate': 28 },
  'us-epa/egrid/eGRID2021': { location: 27 + 1 + 52, 'loss-rate': 28 },
  'us-epa/egrid/eGRID2022': { location: 27 + 1 + 51, 'loss-rate': 28, 'non-baseload': 28 },
  'us-epa/egrid/eGRID2023': { location: 27 + 1, 'loss-rate': 27, 'non-baseload': 28 },
  'us-epa/egrid/eGRID2023rev2': { location: 27 + 1 + 52, 'loss-rate': 27 },
  'us-epa/ghg-hub/2025': { fuel: 1, location: 2 },
  'cea/co2-baseline/V21.0': { location: 5 },
  'cea/co2-baseline/V22.0': { location: 1 },
  // 870 figures, of which Belgium's negative one of 2004 is left out.
  'eea/electricity-intensity/daviz-5': { location: 869 },
  'eea/electricity-intensity/daviz-6': { location: 841 },
  'eea/electricity-intensity/2024': { location: 27 },
  'eea/electricity-intensity/2025': { location: 2 * 27 },
  'aib/residual-mix/2018': { 'residual-mix': 31 },
  'aib/residual-mix/2023': { 'residual-mix': 27 },
  'aib/residual-mix/2024': { 'residual-mix': 27 },
  'aib/residual-mix/2025': { 'residual-mix': 27 },
  'ember/carbon-intensity/2026-05': { location: 5518 },
  ...Object.fromEntries(
    [2018, 2019, 2020, 2021, 2022, 2023, 2024, 2025].map((year) => [
      `desnz/conversion-factors/${year}`,
      { location: 3, 'loss-rate': 1, fuel: 2 },
    ]),
  ),
  ...Object.fromEntries(
    [2015, 2016, 2017, 2018, 2019, 2020].map((year) => [`green-e/residual-mix/${year}`, { 'residual-mix': 26 + 1 }]),
  ),
  ...Object.fromEntries(
    [2021, 2022, 2023, 2024].map((year) => [`green-e/residual-mix/${year}`, { 'residual-mix': 27 + 1 }]),
  ),
  'green-e/residual-mix/2025': { 'residual-mix': 27 },
};

test('coverage by release and method', () => {
  assert.deepEqual([...releases.keys()].sort(), Object.keys(COUNTS).sort());
  for (const [name, expected] of Object.entries(COUNTS)) {
    const found: Record<string, number> = {};
    for (const { method } of release(name).rows) found[method] = (found[method] ?? 0) + 1;
    assert.deepEqual(found, expected, name);
  }
});

// As printed by the publishers.
const PUBLISHED: readonly [string, 'co2' | 'ch4' | 'n2o' | 'co2e', string, string][] = [
  ['eGRID2018:CAMX', 'co2', '496.536', 'lb/MWh'],
  ['eGRID2019:CAMX', 'co2', '453.209', 'lb/MWh'],
  ['eGRID2019:CAMX', 'co2e', '455.251', 'lb/MWh'],
  ['eGRID2020:CAMX', 'co2', '513.455', 'lb/MWh'],
  ['eGRID2021:CAMX', 'co2', '531.678', 'lb/MWh'],
  ['eGRID2021:CAMX', 'co2e', '533.606', 'lb/MWh'],
  ['eGRID2022:CAMX', 'co2', '497.443', 'lb/MWh'],
  ['eGRID2022:CAMX', 'ch4', '0.03', 'lb/MWh'],
  ['eGRID2022:CAMX', 'n2o', '0.004', 'lb/MWh'],
  ['eGRID2022:CAMX', 'co2e', '499.278', 'lb/MWh'],
  ['eGRID2022:US', 'co2', '823.149', 'lb/MWh'],
  ['eGRID2023:CAMX', 'co2', '436.655', 'lb/MWh'],
  ['eGRID2023:US', 'co2', '771.523', 'lb/MWh'],
  ['eGRID2023rev2:CAMX', 'co2', '428.464', 'lb/MWh'],
  ['eGRID2023rev2:CAMX', 'co2e', '429.983', 'lb/MWh'],
  ['eGRID2023rev2:US', 'co2', '767.209', 'lb/MWh'],
  ['eGRID2023rev2:US-CA', 'co2e', '394.769', 'lb/MWh'],
  ['EPA-Hub-2025:natural-gas', 'co2', '53.06', 'kg/mmBtu'],
  ['EPA-Hub-2025:natural-gas', 'ch4', '1', 'g/mmBtu'],
  ['EPA-Hub-2025:natural-gas', 'n2o', '0.1', 'g/mmBtu'],
  ['EPA-Hub-2025:steam', 'co2', '66.33', 'kg/mmBtu'],
  ['EPA-Hub-2025:heat', 'ch4', '1.25', 'g/mmBtu'],
  ['EPA-Hub-2025:heat', 'n2o', '0.125', 'g/mmBtu'],
  ['DESNZ-2018:electricity', 'co2e', '0.28307', 'kgCO2e/kWh'],
  ['DESNZ-2018:electricity:loss', 'ch4', '0.00006', 'kgCO2e/kWh'],
  ['DESNZ-2019:electricity', 'co2e', '0.2556', 'kgCO2e/kWh'],
  ['DESNZ-2020:electricity', 'co2e', '0.23314', 'kgCO2e/kWh'],
  ['DESNZ-2021:electricity', 'co2e', '0.21233', 'kgCO2e/kWh'],
  ['DESNZ-2022:electricity', 'co2e', '0.19338', 'kgCO2e/kWh'],
  ['DESNZ-2024:electricity', 'co2e', '0.20705', 'kgCO2e/kWh'],
  ['DESNZ-2025:electricity', 'co2e', '0.177', 'kgCO2e/kWh'],
  ['DESNZ-2025:electricity:loss', 'co2e', '0.01853', 'kgCO2e/kWh'],
  ['DESNZ-2021:natural-gas:gross', 'co2e', '0.18316', 'kgCO2e/kWh(gross)'],
  ['DESNZ-2021:natural-gas:net', 'co2e', '0.20297', 'kgCO2e/kWh(net)'],
  ['DESNZ-2022:natural-gas:gross', 'co2e', '0.18254', 'kgCO2e/kWh(gross)'],
  ['DESNZ-2024:natural-gas:gross', 'co2e', '0.1829', 'kgCO2e/kWh(gross)'],
  ['DESNZ-2025:natural-gas:gross', 'co2e', '0.18296', 'kgCO2e/kWh(gross)'],
  ['DESNZ-2024:heat', 'co2e', '0.17965', 'kgCO2e/kWh'],
  ['DESNZ-2024:steam', 'co2e', '0.17965', 'kgCO2e/kWh'],
  ['CEA-V21.0:2024-25', 'co2', '0.7117', 't/MWh'],
  ['EEA-2025:DE:2024', 'co2e', '291', 'g/kWh'],
  ['EEA-2025:FR:2024', 'co2e', '36', 'g/kWh'],
  ['EEA-2025:GR:2023', 'co2e', '343', 'g/kWh'],
  ['EEA-2024:GR:2023', 'co2e', '258', 'g/kWh'],
  ['EEA-2025:AT:2023', 'co2e', '59', 'g/kWh'],
  ['EEA-2025:EE:2023', 'co2e', '543', 'g/kWh'],
  ['AIB-2018:CH', 'co2', '0.03484', 'kg/kWh'],
  ['AIB-2023:IT', 'co2', '500.57', 'g/kWh'],
  ['AIB-2024:DE', 'co2', '724.56', 'g/kWh'],
  ['AIB-2024:FR', 'co2', '23.52', 'g/kWh'],
  ['Ember-2026-05:US:2023', 'co2e', '392.89', 'g/kWh'],
];

test('published figures', () => {
  for (const [id, gas, value, unit] of PUBLISHED) assert.deepEqual(row(id)[gas], { value, unit }, `${id} ${gas}`);
});

test('eGRID: losses are shares of generation, the set is marked as inferred, January 2025 has no CO2e', () => {
  assert.deepEqual(row('eGRID2022:CAMX:loss').loss, {
    basis: 'generation',
    share: { value: '0.051', unit: 'fraction' },
  });
  assert.equal(row('eGRID2022:CAMX').gwpSet, 'AR4');
  assert.equal(row('eGRID2022:CAMX').gwpInferred, true);
  assert.equal(row('eGRID2023rev2:CAMX').gwpSet, 'AR5');
  assert.equal(row('eGRID2023rev2:CAMX').gwpInferred, undefined);
  const january = release('us-epa/egrid/eGRID2023');
  assert.ok(january.rows.every(({ co2e, gwpSet }) => co2e === undefined && gwpSet === 'not-stated'));
  assert.deepEqual(row('eGRID2023rev2:US-PR').place, { country: 'US', subdivision: 'US-PR' });
  assert.deepEqual(row('eGRID2023rev2:PRMS').place, { country: 'US', region: 'PRMS' });
  assert.deepEqual(row('eGRID2023rev2:US').place, { country: 'US' });
});

test('validity is half-open and follows each publisher’s own year', () => {
  const valid = (id: string) => [row(id).year, row(id).validFrom, row(id).validTo];
  assert.deepEqual(valid('eGRID2022:CAMX'), [2022, '2022-01-01', '2023-01-01']);
  assert.deepEqual(valid('CEA-V21.0:2024-25'), [2024, '2024-04-01', '2025-04-01']);
  assert.deepEqual(valid('CEA-V22.0:2025-26'), [2025, '2025-04-01', '2026-04-01']);
  assert.deepEqual(valid('DESNZ-2024:electricity'), [2024, '2024-01-01', '2025-01-01']);
  assert.deepEqual(valid('Green-e-2025:CAMX'), [2023, '2023-01-01', '2024-01-01']);
  assert.deepEqual(valid('Green-e-2024:CAMX'), [2022, '2022-01-01', '2023-01-01']);
  assert.deepEqual(valid('EPA-Hub-2025:natural-gas'), [2025, '2014-01-01', '2026-01-01']);
});

test('the Green-e edition of 2025 is above eGRID 2023 rev 2, as only certified sales are taken out', () => {
  const rate = row('Green-e-2025:CAMX').co2;
  assert.equal(rate?.unit, 'lb/MWh');
  assert.ok(Number(rate?.value) > 428.464 && Number(rate?.value) < 428.464 * 1.2);
});

test('"not applicable" is kept and is no figure', () => {
  const none = [...rows.values()].filter(({ notApplicable }) => notApplicable);
  assert.deepEqual(
    none.map(({ id }) => id),
    ['AIB-2023:AT', 'AIB-2024:AT', 'AIB-2024:NL', 'AIB-2025:AT', 'AIB-2025:NL'],
  );
});

test('Ember is lifecycle, by two-letter country, and nothing else is lifecycle', () => {
  for (const { publisher, lifecycle, place } of rows.values()) {
    assert.equal(lifecycle, publisher === 'ember' ? true : undefined);
    assert.match(place.country, /^[A-Z]{2}$/);
    assert.ok(!['EU', 'EL', 'UK'].includes(place.country));
  }
  assert.equal(row('Ember-2026-05:CF:2022').confidence, 'low');
  assert.match(release('ember/carbon-intensity/2026-05').manifest.citation, /Ember.*Our World in Data/);
});

test('UK gases come as CO2e; AR4 to 2022, AR5 from 2023', () => {
  for (const year of [2018, 2019, 2020, 2021, 2022, 2023, 2024, 2025]) {
    for (const { gwpSet, ch4, calorific, id } of release(`desnz/conversion-factors/${year}`).rows) {
      assert.equal(gwpSet, year < 2023 ? 'AR4' : 'AR5', id);
      assert.match(ch4?.unit ?? '', /^kgCO2e\//, id);
      if (calorific !== undefined) assert.ok(ch4?.unit.endsWith(`(${calorific})`), id);
    }
  }
});

test('the newest edition of one place and year has the latest date', () => {
  const published = (name: string) => release(name).manifest.published;
  for (const [older, newer] of [
    ['us-epa/egrid/eGRID2023', 'us-epa/egrid/eGRID2023rev2'],
    ['eea/electricity-intensity/daviz-5', 'eea/electricity-intensity/daviz-6'],
    ['eea/electricity-intensity/2024', 'eea/electricity-intensity/2025'],
  ] as const) {
    assert.ok(published(older) < published(newer), newer);
    assert.equal(release(newer).manifest.replaces, release(older).manifest.version);
  }
});

test('releases without an open licence say so', () => {
  for (const { manifest } of releases.values()) {
    const open = !['aib', 'green-e', 'cea'].includes(manifest.publisher);
    assert.equal(manifest.terms.open, open, releaseName(manifest));
    if (!open) assert.ok(manifest.terms.note);
  }
});

test('a country needs its own releases and those of several countries', () => {
  const names = new Set(bundledFor('GB').map(({ publisher }) => publisher));
  assert.deepEqual([...names].sort(), ['aib', 'desnz', 'eea', 'ember']);
  assert.ok(bundledFor('US').some(({ publisher }) => publisher === 'green-e'));
  for (const pinned of bundledReleases()) {
    const countries = new Set(release(releaseName(pinned)).rows.map(({ place }) => place.country));
    assert.deepEqual(pinned.country === undefined, countries.size > 1);
    if (pinned.country !== undefined) assert.ok(countries.has(pinned.country));
  }
});

const folder = mkdtempSync(join(tmpdir(), 'bundled-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('a changed digit in any bundled file is found by what the code pins', () => {
  for (const pinned of bundledReleases()) {
    const text = readFileSync(join(bundledFolder, pinned.file), 'utf8');
    const digits = [...text.matchAll(/\d/g)].map((match) => match.index);
    for (const at of [digits[0], digits[Math.floor(digits.length / 2)], digits.at(-1)] as number[]) {
      const changed = `${text.slice(0, at)}${(Number(text[at]) + 1) % 10}${text.slice(at + 1)}`;
      writeFileSync(join(folder, pinned.file), changed);
      assert.throws(() => loadBundled(pinned, folder), { code: 'RELEASE_INVALID' }, pinned.file);
    }
    writeFileSync(join(folder, pinned.file), text);
    assert.throws(() => loadBundled({ ...pinned, root: '0'.repeat(64) }, folder), { code: 'RELEASE_INVALID' });
    assert.deepEqual(
      releaseRef(loadBundled(pinned, folder).manifest),
      releaseRef(release(releaseName(pinned)).manifest),
    );
    rmSync(join(folder, pinned.file));
    assert.throws(() => loadBundled(pinned, folder), { code: 'FILE_UNREADABLE' });
  }
});
