import type {
  Candidate,
  Commodity,
  FactorRow,
  Place,
  ProvenRow,
  ReleaseManifest,
  ReleaseRef,
} from '../emissions/index.ts';

/** A release as it travels: its manifest, every row in the order of the tree, and the signature of who published it, if any. */
export interface Release {
  readonly manifest: ReleaseManifest;
  readonly rows: readonly FactorRow[];
  readonly signature?: { readonly publicKey: string; readonly signature: string };
}

/** A row that may be chosen from, with where it stands. */
export type CandidateRow = Candidate;

export interface StoreProblem {
  readonly release: ReleaseRef;
  readonly where: string;
  readonly message: string;
}

/**
 * Where factors are kept. No store is trusted: rows are proven against the root that the ledger holds. Every implementation
 * passes factor-store.conformance.ts.
 */
export interface FactorStore {
  /**
   * Imports a release, all or nothing to readers; importing the same again changes nothing.
   * @throws {ChannelError} RELEASE_INVALID when rows do not give the manifest's root or break the row shape; RELEASE_EXISTS
   * when the version is held with another root
   */
  importRelease(release: Release): Promise<{ readonly imported: boolean }>;
  /** Every row for the commodity at exactly one of the places, from all releases, in a fixed order (release, then index). */
  candidates(query: {
    readonly commodity: Commodity;
    readonly places: readonly Place[];
  }): Promise<readonly CandidateRow[]>;
  manifest(ref: ReleaseRef): Promise<ReleaseManifest | undefined>;
  /** In order of publisher, dataset, version. */
  manifests(): Promise<readonly ReleaseManifest[]>;
  /** The row with its inclusion proof; `undefined` where the release or row is absent. */
  prove(ref: ReleaseRef, index: number): Promise<ProvenRow | undefined>;
  /** The release byte for byte as imported; `undefined` where absent. */
  exportRelease(ref: ReleaseRef): Promise<Release | undefined>;
  /** Recomputes every root from the stored rows and says what differs. */
  scrub(): Promise<readonly StoreProblem[]>;
  close(): Promise<void>;
}
