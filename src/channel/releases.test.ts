import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  acme,
  audit,
  beta,
  factorsOf,
  fixtureChannel,
  gasLine,
  line,
  pageOf,
  recordOf,
} from '../../test/support/fixture-channel.ts';
import { egrid, fixtureRelease, hub } from '../../test/support/fixture-releases.ts';
import { canonical, type ProvenRow, type ReleaseManifest } from '../emissions/index.ts';

const { manifest } = egrid;
const release = { dataset: 'egrid', publisher: 'us-epa', version: 'fixture' };

test('a release is published once, by a factor publisher', async () => {
  const channel = await fixtureChannel([]);
  await channel.refuse(beta, 'factors.publish', { manifest }, { code: 'NOT_ALLOWED', member: beta.member });
  const { result, transactionId } = await channel.submit(acme, 'factors.publish', { manifest });
  assert.deepEqual(result, { release: 'us-epa/egrid/fixture', root: manifest.root });
  assert.deepEqual(channel.state('release/us-epa/egrid/fixture'), {
    manifest,
    publishedBy: 'ACME',
    transaction: transactionId,
  });
  const other = { ...manifest, root: 'f'.repeat(64) };
  await channel.refuse(acme, 'factors.publish', { manifest: other }, { code: 'RELEASE_EXISTS' });
  await channel.submit(acme, 'factors.publish', { manifest: { ...other, version: 'fixture-2', replaces: 'fixture' } });
});

test('a manifest is checked field by field', async () => {
  const channel = await fixtureChannel([]);
  const faults: [Partial<Record<keyof ReleaseManifest, unknown>>, string][] = [
    [{ publisher: 'US-EPA' }, 'publisher'],
    [{ dataset: 'e/grid' }, 'dataset'],
    [{ version: '' }, 'version'],
    [{ root: manifest.root.toUpperCase() }, 'root'],
    [{ rowCount: 0 }, 'rowCount'],
    [{ rowCount: '6' }, 'rowCount'],
    [{ published: '2024-1-1' }, 'published'],
    [{ terms: { licence: 'none' } }, 'terms'],
    [{ terms: { licence: 'none', open: 'yes' } }, 'terms.open'],
    [{ title: 'two\nlines' }, 'title'],
  ];
  for (const [change, field] of faults) {
    const where = `arguments.manifest.${field}`;
    await channel.refuse(
      acme,
      'factors.publish',
      { manifest: { ...manifest, ...change } },
      { code: 'FIELD_INVALID', where },
    );
  }
});

test('a withdrawn release stays readable and serves no new record', async () => {
  const channel = await fixtureChannel();
  const page = pageOf([recordOf(line())]);
  const reason = 'Wrong subregion totals';
  await channel.refuse(audit, 'factors.withdraw', { release, reason }, { code: 'NOT_ALLOWED' });
  const unknown = { release: { ...release, version: 'other' }, reason };
  await channel.refuse(acme, 'factors.withdraw', unknown, { code: 'RELEASE_UNKNOWN', where: 'us-epa/egrid/other' });
  await channel.submit(acme, 'factors.withdraw', { release, reason }, { timestamp: '2024-06-02T00:00:00.000Z' });
  assert.deepEqual((channel.state('release/us-epa/egrid/fixture') as { withdrawn: unknown }).withdrawn, {
    date: '2024-06-02',
    reason,
  });
  const where = 'us-epa/egrid/fixture';
  const fix = 'Nothing needs doing: new records can no longer use it.';
  const twice = { code: 'RELEASE_WITHDRAWN', where, fix } as const;
  await channel.refuse(acme, 'factors.withdraw', { release, reason }, twice);
  const error = await channel.refuse(acme, 'records.submit', page, { code: 'RELEASE_WITHDRAWN', where });
  assert.match(error.message, /us-epa\/egrid\/fixture was withdrawn: Wrong subregion totals/);
  assert.match(error.fix, /release that replaces it/);
  await channel.refuse(acme, 'factors.publish', { manifest }, { code: 'RELEASE_EXISTS', where });
  // Other releases are not touched.
  await channel.submit(acme, 'records.submit', pageOf([recordOf(gasLine())]));
});

test('a release that the channel does not know proves nothing', async () => {
  const channel = await fixtureChannel([hub]);
  await channel.refuse(acme, 'records.submit', pageOf([recordOf(line())]), { code: 'RELEASE_UNKNOWN' });
});

test('a proof is refused after a change of any byte of its path, its index, its release or its row', async () => {
  const channel = await fixtureChannel();
  const page = pageOf([recordOf(gasLine()), recordOf(line())]);
  const at = page.factors.findIndex(({ row }) => row.id === 'us:2022');
  const proven = page.factors[at] as ProvenRow;
  assert.equal(proven.path.length, 3);
  const refusal = { code: 'FACTOR_PROOF_INVALID', where: 'us:2022' } as const;
  const refused = (change: Partial<ProvenRow>) => {
    const factors = page.factors.with(at, { ...proven, ...change });
    return channel.refuse(acme, 'records.submit', { ...page, factors }, refusal);
  };
  for (const [step, sibling] of proven.path.entries()) {
    for (let byte = 0; byte < 32; byte += 1) {
      const bytes = Buffer.from(sibling, 'hex');
      bytes[byte] = (bytes[byte] as number) ^ 1;
      await refused({ path: proven.path.with(step, bytes.toString('hex')) });
    }
  }
  for (const index of [0, 2, 5, 6, 1_000_000]) await refused({ index });
  await refused({ path: proven.path.slice(0, -1) });
  await refused({ path: [...proven.path, '0'.repeat(64)] });
  await refused({ path: proven.path.toReversed() });
  await refused({ release: hub.manifest && { publisher: 'us-epa', dataset: 'ghg-hub', version: 'fixture' } });
  await refused({ row: { ...proven.row, co2e: { value: '0.373127953', unit: 'kg/kWh' } } });
  await refused({ row: { ...proven.row, confidence: 'low' } });
  await channel.submit(acme, 'records.submit', page);
});

test("a row of another publisher, dataset or edition does not hide in somebody's release", async () => {
  for (const foreign of [{ publisher: 'us-epa' }, { dataset: 'egrid' }, { edition: 'fixture' }]) {
    const smuggled = fixtureRelease({ publisher: 'acme-lab', dataset: 'own', version: '1' }, '2024', [
      { id: 'lab:2022', year: 2022, co2e: { value: '0.001', unit: 'kg/kWh' }, ...foreign },
    ]);
    const channel = await fixtureChannel([smuggled]);
    const page = { factors: [...smuggled.proven.values()], key: 'k', records: [recordOf(line())] };
    await channel.refuse(acme, 'records.submit', page, { code: 'FACTOR_PROOF_INVALID', where: 'lab:2022' });
  }
});

test('a row is checked and canonical before its proof', async () => {
  const channel = await fixtureChannel();
  const made = recordOf(line());
  const [first, ...others] = factorsOf([made]) as [ProvenRow, ...ProvenRow[]];
  const page = (row: unknown) => ({ factors: [{ ...first, row }, ...others], key: 'k', records: [made] });
  const malformed = page({ ...first.row, extra: '1' });
  await channel.refuse(acme, 'records.submit', malformed, { code: 'RELEASE_INVALID', where: 'extra' });
  // The same row with its keys in another order: one content has one text.
  const { year, ...rest } = first.row;
  const text = canonical(page(first.row)).replace(
    canonical(first.row),
    JSON.stringify({ year, ...JSON.parse(canonical(rest)) }),
  );
  await channel.refuse(acme, 'records.submit', text, { code: 'NOT_CANONICAL', where: 'page.factors[0].row' });
});
