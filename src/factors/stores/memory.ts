import {
  type Commodity,
  inclusionPaths,
  type Place,
  type ProvenRow,
  type ReleaseManifest,
  type ReleaseRef,
} from '../../emissions/index.ts';
import type { CandidateRow, FactorStore, Release, StoreProblem } from '../factor-store.ts';
import { checkRelease, compareRefs, placeKey, releaseHeldOtherwise, releaseRef, sameManifest } from '../release.ts';

interface Held {
  readonly release: Release;
  readonly hashes: readonly string[];
  paths?: readonly (readonly string[])[];
}

/** A store for the life of one process: what `uec calculate` uses, where there is no node. */
export class MemoryFactorStore implements FactorStore {
  /** In order of publisher, dataset, version. */
  #held: readonly Held[] = [];
  #candidates: Map<string, CandidateRow[]> | undefined;

  async importRelease(release: Release): Promise<{ readonly imported: boolean }> {
    const hashes = checkRelease(release);
    const held = this.#find(release.manifest);
    if (held !== undefined) {
      if (!sameManifest(held.release.manifest, release.manifest)) throw releaseHeldOtherwise(release.manifest);
      return { imported: false };
    }
    const copy = structuredClone(release);
    this.#held = [...this.#held, { release: copy, hashes }].sort((a, b) =>
      compareRefs(a.release.manifest, b.release.manifest),
    );
    this.#candidates = undefined;
    return { imported: true };
  }

  async candidates(query: {
    readonly commodity: Commodity;
    readonly places: readonly Place[];
  }): Promise<readonly CandidateRow[]> {
    this.#candidates ??= byPlace(this.#held);
    const keys = new Set(query.places.map((place) => placeKey(query.commodity, place)));
    const found = [...keys].flatMap((key) => this.#candidates?.get(key) ?? []);
    return found.sort((a, b) => compareRefs(a.release, b.release) || a.index - b.index);
  }

  async manifest(ref: ReleaseRef): Promise<ReleaseManifest | undefined> {
    return this.#find(ref)?.release.manifest;
  }

  async manifests(): Promise<readonly ReleaseManifest[]> {
    return this.#held.map((held) => held.release.manifest);
  }

  async prove(ref: ReleaseRef, index: number): Promise<ProvenRow | undefined> {
    const held = this.#find(ref);
    const row = held?.release.rows[index];
    if (held === undefined || row === undefined) return undefined;
    held.paths ??= inclusionPaths(held.hashes);
    return { release: releaseRef(held.release.manifest), row, index, path: held.paths[index] as readonly string[] };
  }

  async exportRelease(ref: ReleaseRef): Promise<Release | undefined> {
    return structuredClone(this.#find(ref)?.release);
  }

  async scrub(): Promise<readonly StoreProblem[]> {
    return this.#held.flatMap(({ release }) => problemsOf(release));
  }

  async close(): Promise<void> {
    this.#held = [];
    this.#candidates = undefined;
  }

  #find(ref: ReleaseRef): Held | undefined {
    return this.#held.find((held) => compareRefs(held.release.manifest, ref) === 0);
  }
}

function byPlace(held: readonly Held[]): Map<string, CandidateRow[]> {
  const places = new Map<string, CandidateRow[]>();
  for (const { release, hashes } of held) {
    const { manifest, rows } = release;
    for (const [index, row] of rows.entries()) {
      const key = placeKey(row.commodity, row.place);
      const candidate = {
        release: releaseRef(manifest),
        published: manifest.published,
        index,
        hash: hashes[index] as string,
        row,
      };
      const list = places.get(key);
      if (list === undefined) places.set(key, [candidate]);
      else list.push(candidate);
    }
  }
  return places;
}

function problemsOf(release: Release): StoreProblem[] {
  try {
    checkRelease(release);
    return [];
  } catch (error) {
    return [{ release: releaseRef(release.manifest), where: 'root', message: (error as Error).message }];
  }
}
