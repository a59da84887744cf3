/** How long the steps of a call may take, and how patiently they are tried again. Milliseconds, save `conflicts`. */
export interface FabricLimits {
  readonly evaluate: number;
  readonly endorse: number;
  readonly submit: number;
  /** Waiting for the block, from the first submission of the envelope. */
  readonly status: number;
  /** Without a status for this long the same envelope is submitted again: an orderer that took it may have died with it. */
  readonly resend: number;
  /** How long proposals are repeated while the network lacks something. */
  readonly patience: number;
  /** The same for reading: someone waits for the answer, and can ask again. */
  readonly readPatience: number;
  /** How often a transaction that lost to a concurrent one is proposed again. */
  readonly conflicts: number;
  /** First pause; it doubles up to 2 s. About the orderers' batch timeout. */
  readonly pause: number;
  /** How long a broken stream of blocks is opened again without success. */
  readonly reconnect: number;
}

export const defaultLimits: FabricLimits = {
  evaluate: 15_000,
  endorse: 15_000,
  submit: 5_000,
  status: 60_000,
  resend: 10_000,
  patience: 20_000,
  readPatience: 5_000,
  conflicts: 5,
  pause: 200,
  reconnect: 60_000,
};

const LONGEST_PAUSE_MS = 2_000;

/** The pause before the next try, spread so that competitors do not meet again. `tries` starts at 1. */
export function pauseOf(limits: FabricLimits, tries: number): number {
  const longest = Math.min(LONGEST_PAUSE_MS, limits.pause * 2 ** (tries - 1));
  return longest * (0.5 + Math.random() / 2);
}
