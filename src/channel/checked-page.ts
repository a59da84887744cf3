/** Where a record stands in overlap control: the keys of its meter and years, and its half-open dates. */
export interface MeterPeriod {
  readonly keys: readonly string[];
  readonly start: string;
  readonly end: string;
  /** A retired record of the same meter whose content this one records again. */
  readonly replaces?: string;
}

/** What the check of a page rests on beside its text. */
export interface PageFacts {
  readonly caller: { readonly member: string };
  /** Of the proposal, UTC. */
  readonly timestamp: string;
  /** SHA-256 of the page's text, lower-case hex, where it was computed before. */
  readonly argsHash?: string;
  /** Value of a key of the world state. */
  get(key: string): Promise<string | undefined>;
}

/**
 * A page whose every record passed what can be checked on the page alone, and what that check rested on. It holds for a
 * transaction of the same text whose facts are still the same; whether its periods overlap others only the state can say.
 */
export interface CheckedPage {
  /** SHA-256 of the page's text, lower-case hex. */
  readonly digest: string;
  readonly member: string;
  /** Last day that a period may end before. */
  readonly lastDay: string;
  /** Every key of the state that was read, with its value; null where there was none. */
  readonly reads: readonly (readonly [key: string, value: string | null])[];
  /** The page's idempotency key. */
  readonly key: string;
  /** Merkle root over the records' ids. */
  readonly root: string;
  readonly ids: readonly string[];
  /** In the order of `ids`. */
  readonly periods: readonly MeterPeriod[];
}

/** The transaction whose arguments can be checked before its turn comes, and on another core. */
export interface AheadCheck {
  readonly transaction: string;
  /** Ranges of keys, half-open, from which `check` may read. */
  readonly reads: readonly (readonly [start: string, end: string])[];
  /**
   * Only ever accepts; undefined where the page is wrong, or this cannot tell. Such a page is judged when its turn comes.
   */
  check(args: string, facts: PageFacts): Promise<CheckedPage | undefined>;
}
