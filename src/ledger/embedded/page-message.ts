/** A page on its way to the thread that checks pages. */
export interface PageMessage {
  /** Number of the page; its answer bears the same. */
  readonly page: number;
  /** One shared cell: the thread that sets it first checks the page. */
  readonly claim: Int32Array;
  /** Canonical text. */
  readonly args: string;
  readonly caller: { readonly member: string };
  readonly timestamp: string;
  /** State that the check may read, by key; absent where it is what it was. */
  readonly values?: readonly (readonly [key: string, value: string])[];
}

/** What became of a page: its check as text; none where it did not pass. */
export interface PageAnswer {
  readonly page: number;
  readonly text?: string;
}

export function newClaim(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
}

/** True for the one thread that asks first. */
export function claimed(claim: Int32Array): boolean {
  return Atomics.exchange(claim, 0, 1) === 0;
}
