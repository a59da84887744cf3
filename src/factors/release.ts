import {
  ChannelError,
  type Commodity,
  canonical,
  checkFactorRow,
  type FactorRow,
  inclusionPath,
  isPublicKey,
  leafHash,
  merkleRoot,
  type Place,
  type ProvenRow,
  type ReleaseManifest,
  type ReleaseRef,
  verifyInclusion,
  verifySignature,
} from '../emissions/index.ts';
import type { Release } from './factor-store.ts';

/** A release has at most this many rows. */
export const MAX_ROWS = 200_000;

const REQUIRED = ['publisher', 'publisherName', 'dataset', 'version', 'title', 'published', 'citation', 'sourceName'];
const NAMES = ['publisher', 'dataset', 'version'] as const;
const OPTIONAL = ['sourceSha256', 'replaces'];
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const PUBLISHED = /^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$/;
const HEX64 = /^[0-9a-f]{64}$/;

/** Leaf hash of a row in its release's tree: RFC 9162 over the row's canonical JSON. */
export function rowHash(row: FactorRow): string {
  return leafHash(canonical(row));
}

/** Publisher, dataset and version in one text, as messages and file names write it. */
export function releaseName(ref: ReleaseRef): string {
  return `${ref.publisher}/${ref.dataset}/${ref.version}`;
}

export function releaseRef(manifest: ReleaseManifest): ReleaseRef {
  return { publisher: manifest.publisher, dataset: manifest.dataset, version: manifest.version };
}

/** The fixed order of releases: publisher, dataset, version, by code unit. */
export function compareRefs(a: ReleaseRef, b: ReleaseRef): number {
  for (const part of NAMES) {
    if (a[part] !== b[part]) return a[part] < b[part] ? -1 : 1;
  }
  return 0;
}

/** One text for a commodity at exactly one place; stores index by it. */
export function placeKey(commodity: Commodity, place: Place): string {
  return `${commodity}|${place.country}|${place.subdivision ?? ''}|${place.region ?? ''}`;
}

export function sameManifest(a: ReleaseManifest, b: ReleaseManifest): boolean {
  return canonical(a) === canonical(b);
}

/** What a store says to a version that it holds with another content. */
export function releaseHeldOtherwise(ref: ReleaseRef): ChannelError {
  return new ChannelError('RELEASE_EXISTS', `release ${releaseName(ref)} is held with another root or manifest`, {
    where: 'root',
  });
}

/**
 * A release of the rows in their order, with its root and row count.
 * @throws {ChannelError} RELEASE_INVALID when a row or the manifest breaks its shape
 */
export function makeRelease(about: Omit<ReleaseManifest, 'rowCount' | 'root'>, rows: readonly FactorRow[]): Release {
  const release = { manifest: { ...about, rowCount: rows.length, root: merkleRoot(rows.map(rowHash)) }, rows };
  checkRelease(release);
  return release;
}

/** The bytes that a publisher signs and whose content the ledger records: canonical JSON, UTF-8. */
export function manifestBytes(manifest: ReleaseManifest): Buffer {
  return Buffer.from(canonical(manifest), 'utf8');
}

/**
 * The release with its publisher's signature over the manifest. `sign` gives base64: Ed25519, or ECDSA P-256 with SHA-256 in
 * DER form.
 * @throws {ChannelError} RELEASE_SIGNATURE_INVALID when what it gives does not verify under `publicKey`
 */
export function signRelease(
  release: Release,
  signer: { readonly publicKey: string; sign(bytes: Uint8Array): string },
): Release {
  const { manifest, rows } = release;
  const signature = { publicKey: signer.publicKey, signature: signer.sign(manifestBytes(manifest)) };
  const signed = { manifest, rows, signature };
  checkSignature(signed);
  return signed;
}

/**
 * Leaf hashes of the rows in their order, once the whole release holds: shapes, ids once each, no two rows that answer one
 * question for one day, row count, root, and the signature where there is one.
 * @throws {ChannelError} RELEASE_INVALID naming row and field, or the root found; RELEASE_SIGNATURE_INVALID
 */
export function checkRelease(release: Release): readonly string[] {
  const { manifest, rows } = release;
  checkManifest(manifest);
  const name = releaseName(manifest);
  if (rows.length !== manifest.rowCount) {
    throw invalid(`release ${name} has ${rows.length} rows, its manifest says ${manifest.rowCount}`, 'rowCount');
  }
  const ids = new Set<string>();
  for (const value of rows) {
    const row = checkFactorRow(value);
    for (const field of ['publisher', 'dataset'] as const) {
      if (row[field] !== manifest[field]) throw invalid(`row ${row.id}: ${field} is not the release's`, field);
    }
    if (row.edition !== manifest.version) throw invalid(`row ${row.id}: edition is not the release's`, 'edition');
    if (ids.has(row.id)) throw invalid(`row ${row.id}: id stands twice in release ${name}`, 'id');
    ids.add(row.id);
  }
  checkOverlaps(rows);
  const hashes = rows.map(rowHash);
  const root = merkleRoot(hashes);
  if (root !== manifest.root) {
    throw invalid(`the rows of release ${name} give root ${root}, its manifest says ${manifest.root}`, 'root');
  }
  if (release.signature !== undefined) checkSignature(release);
  return hashes;
}

/** The row at `index` with its inclusion proof, which `verifyRow` accepts; `undefined` where there is no such row. */
export function proveRow(release: Release, index: number): ProvenRow | undefined {
  const row = release.rows[index];
  if (row === undefined) return undefined;
  return { release: releaseRef(release.manifest), row, index, path: inclusionPath(release.rows.map(rowHash), index) };
}

/** True when the proof leads from the row to the manifest's root. */
export function verifyRow(proven: ProvenRow, manifest: ReleaseManifest): boolean {
  if (releaseName(proven.release) !== releaseName(manifest)) return false;
  return verifyInclusion(rowHash(proven.row), proven.index, manifest.rowCount, proven.path, manifest.root);
}

/** @throws {ChannelError} RELEASE_INVALID naming the field */
export function checkManifest(manifest: ReleaseManifest): void {
  checkManifestTexts(manifest as unknown as Record<string, unknown>);
  const { published, sourceSha256, root, rowCount } = manifest;
  if (!PUBLISHED.test(published)) throw manifestFault('published');
  if (sourceSha256 !== undefined && !HEX64.test(sourceSha256)) throw manifestFault('sourceSha256');
  if (typeof root !== 'string' || !HEX64.test(root)) throw manifestFault('root');
  if (!Number.isInteger(rowCount) || rowCount < 1 || rowCount > MAX_ROWS) throw manifestFault('rowCount');
  checkTerms(manifest.terms);
}

function checkManifestTexts(manifest: Readonly<Record<string, unknown>>): void {
  const fields = [...REQUIRED, ...OPTIONAL, 'terms', 'rowCount', 'root'];
  for (const key of Object.keys(manifest)) if (!fields.includes(key)) throw manifestFault(key.slice(0, 40));
  for (const key of REQUIRED) if (!isText(manifest[key])) throw manifestFault(key);
  for (const key of OPTIONAL) if (manifest[key] !== undefined && !isText(manifest[key])) throw manifestFault(key);
  for (const key of NAMES) if (!NAME.test(manifest[key] as string)) throw manifestFault(key);
}

function checkTerms(terms: ReleaseManifest['terms'] | undefined): void {
  if (typeof terms !== 'object' || terms === null) throw manifestFault('terms');
  const { licence, open, note, ...rest } = terms;
  if (!isText(licence) || typeof open !== 'boolean' || Object.keys(rest).length > 0) throw manifestFault('terms');
  if (note !== undefined && !isText(note)) throw manifestFault('terms.note');
}

function checkSignature(release: Release): void {
  const { manifest, signature } = release;
  const holds =
    signature !== undefined &&
    isPublicKey(signature.publicKey) &&
    verifySignature(signature.publicKey, manifestBytes(manifest), signature.signature);
  if (holds) return;
  throw new ChannelError(
    'RELEASE_SIGNATURE_INVALID',
    `the signature of release ${releaseName(manifest)} does not verify over its manifest`,
    { where: 'signature' },
  );
}

/** Two rows for one commodity, method, place and calorific value must not be valid on the same day: the choice would be a guess. */
function checkOverlaps(rows: readonly FactorRow[]): void {
  const groups = new Map<string, FactorRow[]>();
  for (const row of rows) {
    const { country, subdivision, region } = row.place;
    const key = [row.commodity, row.method, country, subdivision, region, row.calorific].join('|');
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  for (const group of groups.values()) {
    group.sort((a, b) => (a.validFrom < b.validFrom ? -1 : 1));
    for (let at = 1; at < group.length; at += 1) {
      const [before, row] = [group[at - 1] as FactorRow, group[at] as FactorRow];
      if (row.validFrom < before.validTo) {
        throw invalid(
          `row ${row.id}: validFrom lies within the validity of row ${before.id}, which is for the same`,
          'validFrom',
        );
      }
    }
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= 2000 && value.isWellFormed();
}

function manifestFault(field: string): ChannelError {
  return invalid(`the manifest's ${field} is missing, malformed or not a field of a manifest`, field);
}

function invalid(message: string, where: string): ChannelError {
  return new ChannelError('RELEASE_INVALID', message, { where });
}
