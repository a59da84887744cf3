import { DatabaseSync } from 'node:sqlite';
import { isFull, patiently } from '../../disk/index.ts';
import {
  ChannelError,
  type Commodity,
  canonical,
  type FactorRow,
  inclusionPaths,
  leafHash,
  merkleRoot,
  type Place,
  type ProvenRow,
  type ReleaseManifest,
  type ReleaseRef,
  sha256,
} from '../../emissions/index.ts';
import type { CandidateRow, FactorStore, Release, StoreProblem } from '../factor-store.ts';
import { checkRelease, placeKey, releaseHeldOtherwise, releaseRef, sameManifest } from '../release.ts';

const VERSION = 1;
const SCHEMA = `
  CREATE TABLE release (
    id INTEGER PRIMARY KEY,
    publisher TEXT NOT NULL,
    dataset TEXT NOT NULL,
    version TEXT NOT NULL,
    manifest TEXT NOT NULL,
    signature TEXT NOT NULL,
    digest TEXT NOT NULL,
    UNIQUE (publisher, dataset, version)
  ) STRICT;
  CREATE TABLE factor (
    release_id INTEGER NOT NULL REFERENCES release (id),
    row_index INTEGER NOT NULL,
    place TEXT NOT NULL,
    hash TEXT NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (release_id, row_index)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX factor_place ON factor (place);
  PRAGMA user_version = ${VERSION};
`;

interface ReleaseLine {
  readonly id: number;
  readonly publisher: string;
  readonly dataset: string;
  readonly version: string;
  readonly manifest: string;
  readonly signature: string;
  readonly digest: string;
}

interface FactorLine {
  readonly row_index: number;
  readonly place: string;
  readonly hash: string;
  readonly content: string;
}

/** Factors in one SQLite file: rows as canonical JSON with their leaf hash, found by commodity and place. */
export class SqliteFactorStore implements FactorStore {
  readonly #db: DatabaseSync;
  /** Audit paths by release, made when the first of its rows is proven. */
  readonly #paths = new Map<number, readonly (readonly string[])[]>();

  /**
   * Opens or makes the file; `:memory:` keeps it in memory.
   * @throws {ChannelError} STORE_UNAVAILABLE when the file cannot be opened or is of another version
   */
  constructor(path: string) {
    this.#db = opened(path);
  }

  async importRelease(release: Release): Promise<{ readonly imported: boolean }> {
    const hashes = checkRelease(release);
    const { manifest, rows } = release;
    return this.#step(() => {
      this.#db.exec('BEGIN IMMEDIATE');
      try {
        const held = this.#find(manifest);
        if (held === undefined) this.#insert(release, rows, hashes);
        else if (!sameManifest(manifestOf(held), manifest)) throw releaseHeldOtherwise(manifest);
        this.#db.exec('COMMIT');
        return { imported: held === undefined };
      } catch (error) {
        if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
        throw error;
      }
    });
  }

  async candidates(query: {
    readonly commodity: Commodity;
    readonly places: readonly Place[];
  }): Promise<readonly CandidateRow[]> {
    return this.#step(() => {
      const keys = JSON.stringify(query.places.map((place) => placeKey(query.commodity, place)));
      const lines = this.#db
        .prepare(
          `SELECT release.manifest, factor.row_index, factor.hash, factor.content
           FROM factor JOIN release ON release.id = factor.release_id
           WHERE factor.place IN (SELECT value FROM json_each(?))
           ORDER BY release.publisher, release.dataset, release.version, factor.row_index`,
        )
        .all(keys) as unknown as (FactorLine & { readonly manifest: string })[];
      const manifests = new Map<string, ReleaseManifest>();
      return lines.map((line) => {
        const manifest = manifests.get(line.manifest) ?? (JSON.parse(line.manifest) as ReleaseManifest);
        manifests.set(line.manifest, manifest);
        return {
          release: releaseRef(manifest),
          published: manifest.published,
          index: line.row_index,
          hash: line.hash,
          row: JSON.parse(line.content) as FactorRow,
        };
      });
    });
  }

  async manifest(ref: ReleaseRef): Promise<ReleaseManifest | undefined> {
    return this.#step(() => {
      const held = this.#find(ref);
      return held === undefined ? undefined : manifestOf(held);
    });
  }

  async manifests(): Promise<readonly ReleaseManifest[]> {
    return this.#step(() => this.#releases().map(manifestOf));
  }

  async prove(ref: ReleaseRef, index: number): Promise<ProvenRow | undefined> {
    return this.#step(() => {
      const held = this.#find(ref);
      if (held === undefined || !Number.isSafeInteger(index)) return undefined;
      const line = this.#db
        .prepare('SELECT content FROM factor WHERE release_id = ? AND row_index = ?')
        .get(held.id, index) as { readonly content: string } | undefined;
      if (line === undefined) return undefined;
      const path = this.#pathsOf(held.id)[index] ?? [];
      return { release: releaseRef(manifestOf(held)), row: JSON.parse(line.content) as FactorRow, index, path };
    });
  }

  async exportRelease(ref: ReleaseRef): Promise<Release | undefined> {
    return this.#step(() => {
      const held = this.#find(ref);
      if (held === undefined) return undefined;
      const rows = this.#lines(held.id).map((line) => JSON.parse(line.content) as FactorRow);
      const signature = JSON.parse(held.signature) as Release['signature'] | null;
      return { manifest: manifestOf(held), rows, ...(signature ? { signature } : {}) };
    });
  }

  async scrub(): Promise<readonly StoreProblem[]> {
    return this.#step(() => this.#releases().flatMap((held) => problemsOf(held, this.#lines(held.id))));
  }

  async close(): Promise<void> {
    if (this.#db.isOpen) this.#db.close();
  }

  #insert(release: Release, rows: readonly FactorRow[], hashes: readonly string[]): void {
    const { publisher, dataset, version } = release.manifest;
    const manifest = canonical(release.manifest);
    const signature = canonical(release.signature ?? null);
    const { lastInsertRowid: id } = this.#db
      .prepare(
        'INSERT INTO release (publisher, dataset, version, manifest, signature, digest) VALUES (?, ?, ?, ?, ?, ?)',
      )
      .run(publisher, dataset, version, manifest, signature, sha256(manifest + signature));
    const insert = this.#db.prepare('INSERT INTO factor VALUES (?, ?, ?, ?, ?)');
    for (const [index, row] of rows.entries()) {
      insert.run(id, index, placeKey(row.commodity, row.place), hashes[index] as string, canonical(row));
    }
  }

  #find(ref: ReleaseRef): ReleaseLine | undefined {
    return this.#db
      .prepare('SELECT * FROM release WHERE publisher = ? AND dataset = ? AND version = ?')
      .get(ref.publisher, ref.dataset, ref.version) as ReleaseLine | undefined;
  }

  #releases(): ReleaseLine[] {
    return this.#db
      .prepare('SELECT * FROM release ORDER BY publisher, dataset, version')
      .all() as unknown as ReleaseLine[];
  }

  #lines(release: number): FactorLine[] {
    return this.#db
      .prepare('SELECT row_index, place, hash, content FROM factor WHERE release_id = ? ORDER BY row_index')
      .all(release) as unknown as FactorLine[];
  }

  #pathsOf(release: number): readonly (readonly string[])[] {
    let paths = this.#paths.get(release);
    if (paths === undefined) {
      paths = inclusionPaths(this.#lines(release).map((line) => line.hash));
      this.#paths.set(release, paths);
    }
    return paths;
  }

  /** SQLite's own errors leave as the channel's. */
  #step<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw wrapped(error, 'the factor store failed');
    }
  }
}

function opened(path: string): DatabaseSync {
  try {
    const db = new DatabaseSync(path, { timeout: 5000 });
    patiently(() => db.exec('PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON;'));
    const { user_version: version } = db.prepare('PRAGMA user_version').get() as { readonly user_version: number };
    if (version === 0) db.exec(`BEGIN IMMEDIATE; ${SCHEMA} COMMIT;`);
    else if (version !== VERSION) throw new Error(`its layout is version ${version}, this software knows ${VERSION}`);
    return db;
  } catch (error) {
    throw wrapped(error, 'the factor store cannot be opened');
  }
}

function manifestOf(held: ReleaseLine): ReleaseManifest {
  return JSON.parse(held.manifest) as ReleaseManifest;
}

function problemsOf(held: ReleaseLine, lines: readonly FactorLine[]): StoreProblem[] {
  const release = { publisher: held.publisher, dataset: held.dataset, version: held.version };
  const problems: StoreProblem[] = [];
  const hashes = lines.map((line) => leafHash(line.content));
  for (const [at, line] of lines.entries()) {
    if (hashes[at] !== line.hash || keyOf(line.content) !== line.place) {
      problems.push({ release, where: `row ${line.row_index}`, message: 'the row is not the one that was imported' });
    }
  }
  if (sha256(held.manifest + held.signature) !== held.digest) {
    problems.push({ release, where: 'manifest', message: 'the manifest or its signature is not the one imported' });
    return problems;
  }
  const { root, rowCount } = manifestOf(held);
  if (lines.length !== rowCount || merkleRoot(hashes) !== root) {
    problems.push({
      release,
      where: 'root',
      message: `${lines.length} rows give root ${merkleRoot(hashes)}; the manifest says ${rowCount} rows, root ${root}`,
    });
  }
  return problems;
}

/** By which a row's text is found; its hash says apart from this whether the text is the one that was imported. */
function keyOf(content: string): string {
  try {
    const { commodity, place } = JSON.parse(content) as FactorRow;
    return placeKey(commodity, place);
  } catch {
    return 'unreadable';
  }
}

function wrapped(error: unknown, what: string): ChannelError {
  if (error instanceof ChannelError) return error;
  return new ChannelError(isFull(error) ? 'DISK_FULL' : 'STORE_UNAVAILABLE', `${what}: ${(error as Error).message}`, {
    cause: error,
  });
}
