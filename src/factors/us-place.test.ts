import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { bundledFolder, bundledFor, loadBundled } from './bundled.ts';
import { loadUsPlaces } from './us-place.ts';

const places = loadUsPlaces();
const folder = mkdtempSync(join(tmpdir(), 'us-places-'));
after(() => rmSync(folder, { recursive: true, force: true }));

// Expected places: lines of EPA Power Profiler's zip.csv, read by hand.
test('a ZIP in one subregion', () => {
  const california = { region: 'CAMX', subdivision: 'US-CA', ambiguous: false, regions: ['CAMX'] };
  assert.deepEqual(places.zip('94105'), california);
  assert.deepEqual(places.zip('94105-1234'), california);
  assert.deepEqual(places.zip('941051234'), california);
  assert.equal(places.zip('10001').region, 'NYCW');
  assert.equal(places.zip('77002').region, 'ERCT');
  assert.equal(places.zip('00601').region, 'PRMS');
  assert.equal(places.zip('00601').subdivision, 'US-PR');
  assert.equal(places.zip('00001').region, 'AKMS');
});

test('a ZIP in several subregions: the predominant utility’s first, and flagged', () => {
  assert.deepEqual(places.zip('07401'), {
    region: 'RFCE',
    subdivision: 'US-NJ',
    ambiguous: true,
    regions: ['RFCE', 'NYUP'],
  });
});

test('a utility decides where it serves the ZIP or leaves one subregion', () => {
  // Public Service (15477) is predominant in 07401; Rockland Electric (16213) is in NYUP.
  assert.deepEqual(places.zip('07401', '16213'), {
    region: 'NYUP',
    subdivision: 'US-NJ',
    ambiguous: false,
    regions: ['NYUP', 'RFCE'],
  });
  assert.equal(places.zip('07401', '15477').region, 'RFCE');
  assert.equal(places.zip('07401', '15477').ambiguous, false);
  // Jersey Central (9726) is not listed in 07401 but lies in RFCE alone.
  assert.equal(places.zip('07401', '9726').region, 'RFCE');
  assert.equal(places.zip('07401', '9726').ambiguous, false);
  // Pacific Gas and Electric (14328) has nothing to do with New Jersey.
  assert.equal(places.zip('07401', '14328').ambiguous, true);
  assert.equal(places.zip('94105', '14328').region, 'CAMX');
});

test('a utility by its EIA number', () => {
  assert.deepEqual(places.utility('14328'), {
    region: 'CAMX',
    subdivision: 'US-CA',
    ambiguous: false,
    regions: ['CAMX'],
  });
  // In zip.csv with 32 ZIPs in CAMX and 4 in NEWE.
  const several = places.utility('57483');
  assert.deepEqual(several.regions, ['CAMX', 'NEWE']);
  assert.equal(several.ambiguous, true);
  assert.equal(several.subdivision, undefined);
});

// EPA's eGRID, apart from its Power Profiler: whatever region or state has a factor there is known here, and nothing else.
test('the states and subregions are those for which eGRID has figures', () => {
  const rows = bundledFor('US').flatMap((pinned) => (pinned.dataset === 'egrid' ? loadBundled(pinned).rows : []));
  const named = (part: 'region' | 'subdivision') => [...new Set(rows.flatMap(({ place }) => place[part] ?? []))].sort();
  assert.deepEqual([...places.regions()], named('region'));
  assert.deepEqual([...places.states().keys()].sort(), named('subdivision'));
});

// EPA's map of subregions: California's border with Nevada and Oregon, Rhode Island in New England alone.
test('the subregions of a state', () => {
  assert.deepEqual([...(places.states().get('US-CA') ?? [])].sort(), ['AZNM', 'CAMX', 'NWPP']);
  assert.deepEqual([...(places.states().get('US-RI') ?? [])], ['NEWE']);
  assert.equal(places.states().get('US-NY')?.has('CAMX'), false);
});

test('unknown ZIPs and utilities are refused', () => {
  for (const zip of ['99999', '00000', '9410', '941055', 'SW1A 1AA', '', '94105-12']) {
    assert.throws(() => places.zip(zip), { code: 'ZIP_UNKNOWN' }, zip);
  }
  for (const id of ['999999', '0', '', '1432', 'PG&E', '14328 ']) {
    assert.throws(() => places.utility(id), { code: 'UTILITY_UNKNOWN' }, id);
    assert.throws(() => places.zip('94105', id), { code: 'UTILITY_UNKNOWN' }, id);
  }
});

test('a changed or missing table is refused', () => {
  cpSync(join(bundledFolder, 'us-places.txt'), join(folder, 'us-places.txt'));
  loadUsPlaces(folder);
  const text = readFileSync(join(folder, 'us-places.txt'), 'utf8');
  writeFileSync(join(folder, 'us-places.txt'), text.replace(':CAMX', ':AZNM'));
  assert.throws(() => loadUsPlaces(folder), { code: 'RELEASE_INVALID' });
  rmSync(join(folder, 'us-places.txt'));
  assert.throws(() => loadUsPlaces(folder), { code: 'FILE_UNREADABLE' });
});
