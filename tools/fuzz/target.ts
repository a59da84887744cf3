/** A file that broke a promise. */
export interface Failure {
  readonly file: Uint8Array;
  readonly reason: string;
}

/** A reader under test: one file beside this one each. */
export interface FuzzTarget {
  /** Of the files that are kept. */
  readonly extension: string;
  /** Files tried by one batch. */
  readonly batchSize: number;
  /** Tries files that follow from the seed; the first that fails, made as small as it goes. */
  batch(seed: number): Promise<Failure | undefined>;
}
