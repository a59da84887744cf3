import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import type { FactorRow, ReleaseManifest } from '../emissions/index.ts';
import type { FactorStore, Release } from './factor-store.ts';
import { makeRelease, releaseRef, verifyRow } from './release.ts';
import { formatReleaseFile } from './release-file.ts';

/** How the suite gets at a store. */
export interface StoreUnderTest {
  readonly name: string;
  /** An empty store of its own. */
  open(): Promise<FactorStore>;
  /** The same store opened again after `close`; absent where the store does not outlive its process. */
  reopen?(): Promise<FactorStore>;
  /** Changes one stored row behind the store's back; given together with `reopen`. */
  tamper?(): void;
}

const GERMANY = { commodity: 'electricity', places: [{ country: 'DE' }] } as const;

/** What every `FactorStore` must do. */
export function factorStoreConformance(subject: StoreUnderTest): void {
  describe(`factor store: ${subject.name}`, { concurrency: false }, () => {
    let store: FactorStore;
    const first = sampleRelease(3);
    const second = sampleRelease(2, { version: '2', title: 'Grid, again' });
    const earlier = sampleRelease(4, { publisher: 'another' });
    after(() => store.close());

    test('an empty store has nothing', async () => {
      store = await subject.open();
      assert.deepEqual(await store.manifests(), []);
      assert.deepEqual(await store.candidates(GERMANY), []);
      assert.equal(await store.manifest(releaseRef(first.manifest)), undefined);
      assert.equal(await store.prove(releaseRef(first.manifest), 0), undefined);
      assert.equal(await store.exportRelease(releaseRef(first.manifest)), undefined);
      assert.deepEqual(await store.scrub(), []);
    });

    test('a release that does not hold is refused whole', async () => {
      const broken: Release = {
        manifest: first.manifest,
        rows: first.rows.map((row, at) => (at === 2 ? { ...row, basis: 'x' } : row)),
      };
      await assert.rejects(() => store.importRelease(broken), { code: 'RELEASE_INVALID' });
      assert.deepEqual(await store.candidates(GERMANY), []);
      assert.deepEqual(await store.manifests(), []);
    });

    test('importing again changes nothing; another content under the version is a conflict', async () => {
      assert.deepEqual(await store.importRelease(second), { imported: true });
      assert.deepEqual(await store.importRelease(first), { imported: true });
      assert.deepEqual(await store.importRelease(first), { imported: false });
      await assert.rejects(() => store.importRelease(sampleRelease(2)), { code: 'RELEASE_EXISTS' });
      await assert.rejects(() => store.importRelease(sampleRelease(3, { title: 'Grid, retitled' })), {
        code: 'RELEASE_EXISTS',
      });
      assert.equal((await store.candidates(GERMANY)).length, 5);
      assert.deepEqual(await store.importRelease(earlier), { imported: true });
    });

    test('manifests come in order of publisher, dataset, version', async () => {
      assert.deepEqual(await store.manifests(), [earlier.manifest, first.manifest, second.manifest]);
      assert.deepEqual(await store.manifest({ publisher: 'tester', dataset: 'grid', version: '2' }), second.manifest);
    });

    test('candidates come from all releases in a fixed order, for exactly the places asked', async () => {
      const found = await store.candidates({
        commodity: 'electricity',
        places: [{ country: 'DE' }, { country: 'FR' }, { country: 'DE' }],
      });
      assert.deepEqual(
        found.map(({ release, index }) => `${release.publisher} ${release.version} ${index}`),
        [
          'another 1 0',
          'another 1 1',
          'another 1 2',
          'another 1 3',
          'tester 1 0',
          'tester 1 1',
          'tester 1 2',
          'tester 2 0',
          'tester 2 1',
        ],
      );
      assert.deepEqual(found[5]?.row, first.rows[1]);
      assert.equal(found[5]?.published, '2024-05');
      const none = [
        { commodity: 'heat', places: [{ country: 'DE' }] },
        { commodity: 'electricity', places: [{ country: 'DE', region: 'NORD' }] },
        { commodity: 'electricity', places: [{ country: 'D' }] },
        { commodity: 'electricity', places: [] },
      ] as const;
      for (const query of none) assert.deepEqual(await store.candidates(query), []);
    });

    test('every row is proven against the root', async () => {
      for (const { manifest, rows } of [earlier, first, second]) {
        for (const [index, row] of rows.entries()) {
          const proven = await store.prove(releaseRef(manifest), index);
          assert.ok(proven);
          assert.deepEqual(proven.row, row);
          assert.ok(verifyRow(proven, manifest));
        }
        for (const index of [-1, rows.length, 0.5, Number.NaN]) {
          assert.equal(await store.prove(releaseRef(manifest), index), undefined);
        }
      }
    });

    test('an exported release is the one imported, byte for byte', async () => {
      for (const release of [earlier, first, second]) {
        const exported = await store.exportRelease(releaseRef(release.manifest));
        assert.ok(exported);
        assert.equal(formatReleaseFile(exported), formatReleaseFile(release));
      }
    });

    test('a sound store has no problems', async () => {
      assert.deepEqual(await store.scrub(), []);
    });

    const { reopen, tamper } = subject;
    if (reopen === undefined || tamper === undefined) return;

    test('a reopened store holds what was imported', async () => {
      await store.close();
      store = await reopen();
      assert.deepEqual(await store.manifests(), [earlier.manifest, first.manifest, second.manifest]);
      assert.deepEqual(await store.importRelease(second), { imported: false });
      assert.deepEqual(await store.scrub(), []);
    });

    test('a changed row is found and named', async () => {
      tamper();
      const problems = await store.scrub();
      assert.ok(problems.length > 0);
      assert.ok(problems.every(({ release }) => release.publisher === 'tester' && release.version === '1'));
      const proven = await store.prove(releaseRef(first.manifest), 1);
      assert.ok(proven === undefined || !verifyRow(proven, first.manifest));
    });
  });
}

/** What the sample release says of itself: a small invented one, no figure in it is anybody's. */
export const sampleAbout: Omit<ReleaseManifest, 'rowCount' | 'root'> = {
  publisher: 'tester',
  publisherName: 'Tester',
  dataset: 'grid',
  version: '1',
  title: 'Grid',
  published: '2024-05',
  citation: 'Tester, Grid, 1',
  terms: { licence: 'CC BY 4.0', open: true },
  sourceName: 'table 1',
};

/** Germany in one year, `year - 1700` and a half g/kWh. */
export function sampleRow(year: number): FactorRow {
  return {
    id: `T-1:DE:${year}`,
    publisher: 'tester',
    dataset: 'grid',
    edition: '1',
    commodity: 'electricity',
    method: 'location',
    place: { country: 'DE' },
    year,
    validFrom: `${year}-01-01`,
    validTo: `${year + 1}-01-01`,
    co2e: { value: `${year - 1700}.5`, unit: 'g/kWh' },
    gwpSet: 'AR5',
    basis: 'generation',
    source: 'table 1',
    licence: 'CC BY 4.0',
    confidence: 'high',
  };
}

/** The years from 2021 on, one row each. */
export function sampleRelease(rows: number, about: Partial<typeof sampleAbout> = {}): Release {
  const manifest = { ...sampleAbout, ...about };
  const { publisher, dataset, version: edition } = manifest;
  return makeRelease(
    manifest,
    Array.from({ length: rows }, (_, at) => ({ ...sampleRow(2021 + at), publisher, dataset, edition })),
  );
}
