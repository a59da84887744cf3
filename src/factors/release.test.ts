import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { test } from 'node:test';
import type { FactorRow } from '../emissions/index.ts';
import { sampleAbout, sampleRelease, sampleRow } from './factor-store.conformance.ts';
import type { Release } from './factor-store.ts';
import { checkRelease, makeRelease, manifestBytes, proveRow, signRelease, verifyRow } from './release.ts';

const sha = (...parts: (string | Uint8Array)[]) => {
  const digest = createHash('sha256');
  for (const part of parts) digest.update(part);
  return digest.digest();
};
const leaf = (text: string) => sha(Uint8Array.of(0), text);
const node = (left: Uint8Array, right: Uint8Array) => sha(Uint8Array.of(1), left, right);

// Written by hand: RFC 8785 orders keys and leaves no blanks.
const ROW_TEXT = (year: number) =>
  `{"basis":"generation","co2e":{"unit":"g/kWh","value":"${year - 1700}.5"},"commodity":"electricity","confidence":"high",` +
  `"dataset":"grid","edition":"1","gwpSet":"AR5","id":"T-1:DE:${year}","licence":"CC BY 4.0","method":"location",` +
  `"place":{"country":"DE"},"publisher":"tester","source":"table 1","validFrom":"${year}-01-01","validTo":"${year + 1}-01-01","year":${year}}`;

test('the root is the RFC 9162 tree over the rows’ canonical JSON', () => {
  const [a, b, c] = [2021, 2022, 2023].map((year) => leaf(ROW_TEXT(year))) as [Buffer, Buffer, Buffer];
  assert.equal(sampleRelease(3).manifest.root, node(node(a, b), c).toString('hex'));
  assert.equal(sampleRelease(1).manifest.root, a.toString('hex'));
});

test('the manifest’s bytes are canonical and cover every field', () => {
  const { manifest } = sampleRelease(1);
  const text = manifestBytes(manifest).toString();
  assert.match(text, /^\{"citation":"Tester, Grid, 1","dataset":"grid","published":"2024-05",/);
  assert.deepEqual(JSON.parse(text), manifest);
});

test('every row is proven, and nothing else is', () => {
  const release = sampleRelease(5);
  for (const index of release.rows.keys()) {
    const proven = proveRow(release, index);
    assert.ok(proven);
    assert.ok(verifyRow(proven, release.manifest));
    const row: FactorRow = { ...proven.row, co2e: { value: '0.1', unit: 'g/kWh' } };
    assert.ok(!verifyRow({ ...proven, row }, release.manifest));
    assert.ok(!verifyRow({ ...proven, index: index === 0 ? 1 : index - 1 }, release.manifest));
    assert.ok(!verifyRow({ ...proven, release: { ...proven.release, version: '2' } }, release.manifest));
  }
  assert.equal(proveRow(release, 5), undefined);
});

test('the publisher’s signature is over the manifest, by Ed25519 or P-256', () => {
  const release = sampleRelease(2);
  for (const pair of [generateKeyPairSync('ed25519'), generateKeyPairSync('ec', { namedCurve: 'prime256v1' })]) {
    const publicKey = pair.publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
    const algorithm = pair.privateKey.asymmetricKeyType === 'ed25519' ? null : 'sha256';
    const signer = {
      publicKey,
      sign: (bytes: Uint8Array) => sign(algorithm, bytes, pair.privateKey).toString('base64'),
    };
    const signed = signRelease(release, signer);
    checkRelease(signed);
    const manifest = { ...signed.manifest, title: 'another title' };
    assert.throws(() => checkRelease({ ...signed, manifest }), { code: 'RELEASE_SIGNATURE_INVALID' });
    assert.throws(() => signRelease(release, { ...signer, sign: () => 'AAAA' }), { code: 'RELEASE_SIGNATURE_INVALID' });
  }
});

test('a release whose rows and manifest do not belong together is refused', () => {
  const release = sampleRelease(3);
  const { manifest, rows } = release;
  const refused = (value: Release, where: string) =>
    assert.throws(
      () => checkRelease(value),
      (error: { code?: string; details?: { where?: string } }) =>
        error.code === 'RELEASE_INVALID' && error.details?.where === where,
      where,
    );
  refused({ manifest, rows: rows.slice(1) }, 'rowCount');
  refused({ manifest, rows: rows.toReversed() }, 'root');
  refused({ manifest, rows: rows.map((row) => ({ ...row, confidence: 'low' as const })) }, 'root');
  refused({ manifest: { ...manifest, root: '0'.repeat(64) }, rows }, 'root');
  refused({ manifest: { ...manifest, root: manifest.root.toUpperCase() }, rows }, 'root');
  refused({ manifest: { ...manifest, published: '2024-5' }, rows }, 'published');
  refused({ manifest: { ...manifest, title: '' }, rows }, 'title');
  refused({ manifest: { ...manifest, version: '../1' }, rows }, 'version');
  refused({ manifest: { ...manifest, rowCount: 0 }, rows: [] }, 'rowCount');
  refused({ manifest: { ...manifest, sourceSha256: 'abc' }, rows }, 'sourceSha256');
  refused({ manifest: { ...manifest, terms: { licence: 'x' } as never }, rows }, 'terms');
  refused({ manifest: { ...manifest, colour: 'red' } as never, rows }, 'colour');
  const other = (row: Partial<FactorRow>) => ({
    manifest,
    rows: [rows[0], { ...rows[1], ...row }, rows[2]] as FactorRow[],
  });
  refused(other({ publisher: 'somebody' }), 'publisher');
  refused(other({ dataset: 'heat' }), 'dataset');
  refused(other({ edition: '2' }), 'edition');
  refused(other({ id: 'T-1:DE:2021' }), 'id');
  refused(other({ year: 1 }), 'year');
});

test('two rows that answer one question for one day are refused, neighbours are not', () => {
  const overlapping = { ...sampleRow(2021), id: 'T-1:DE:again', validFrom: '2021-12-31', validTo: '2022-06-01' };
  assert.throws(() => makeRelease(sampleAbout, [sampleRow(2021), overlapping]), { code: 'RELEASE_INVALID' });
  assert.throws(() => makeRelease(sampleAbout, [overlapping, sampleRow(2021)]), { code: 'RELEASE_INVALID' });
  makeRelease(sampleAbout, [sampleRow(2021), { ...overlapping, validFrom: '2022-01-01' }]);
  makeRelease(sampleAbout, [sampleRow(2021), { ...overlapping, method: 'residual-mix' }]);
  makeRelease(sampleAbout, [sampleRow(2021), { ...overlapping, place: { country: 'FR' } }]);
});
