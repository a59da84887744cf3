import type { ErrorReport } from '../emissions/index.ts';

type Fault = Pick<ErrorReport, 'where' | 'index' | 'code' | 'message' | 'fix'>;

const MOST_FAULTS = 20;

/** Each fault with its place and what to do. Neighbours with the same fault are told once: an option that is missing is one thing to mend, not one a row. */
export function faultLines(faults: readonly Fault[]): string[] {
  const groups: { readonly first: Fault; last: Fault; count: number }[] = [];
  for (const fault of faults) {
    const group = groups.at(-1);
    if (group !== undefined && isSame(group.first, fault)) {
      group.last = fault;
      group.count += 1;
    } else groups.push({ first: fault, last: fault, count: 1 });
  }
  const shown = groups.slice(0, MOST_FAULTS).flatMap(({ first, last, count }) => {
    const place = count === 1 ? placeOf(first) : `${placeOf(first)}, and so on to ${placeOf(last)} (${count} times)`;
    return [`  - ${place}: ${first.code}: ${first.message}`, `      ${first.fix}`];
  });
  const hidden = groups.slice(MOST_FAULTS).reduce((sum, { count }) => sum + count, 0);
  return hidden === 0 ? shown : [...shown, `  ... and ${hidden} more; --json shows all`];
}

function isSame(one: Fault, other: Fault): boolean {
  return one.code === other.code && one.message === other.message && one.fix === other.fix;
}

function placeOf({ where, index }: Fault): string {
  return where ?? (index === undefined ? '' : `record ${index}`);
}
