import { type Fault, fault } from './log-check.ts';
import { compareUtf8 } from './overlay.ts';
import type { WorldState } from './world-state.ts';

const MOST_FAULTS = 20;

type Row = readonly [name: string, content: string];

/** Rows in which a state file differs from what the log gives, the first twenty. Both must be flushed. */
export function compareStates(found: WorldState, expected: WorldState): Fault[] {
  const faults: Fault[] = [];
  for (const [name, content, right] of pairRows(found.rows(), expected.rows())) {
    if (content === right) continue;
    const message =
      content === undefined
        ? 'the row is missing'
        : right === undefined
          ? 'the log gives no such row'
          : 'the row is not what the log gives';
    faults.push(fault('STATE_CORRUPT', `state, ${name}`, message));
    if (faults.length === MOST_FAULTS) break;
  }
  return faults;
}

// Both sides in one pass, as they are in order; a side without the row gives undefined.
function* pairRows(
  left: Iterator<Row, undefined>,
  right: Iterator<Row, undefined>,
): Generator<readonly [name: string, left: string | undefined, right: string | undefined]> {
  let a = left.next().value;
  let b = right.next().value;
  for (let row = firstOf(a, b); row !== undefined; row = firstOf(a, b)) {
    const [name] = row;
    const inLeft = a?.[0] === name;
    const inRight = b?.[0] === name;
    yield [name, inLeft ? a?.[1] : undefined, inRight ? b?.[1] : undefined];
    if (inLeft) a = left.next().value;
    if (inRight) b = right.next().value;
  }
}

function firstOf(a: Row | undefined, b: Row | undefined): Row | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return compareNames(a[0], b[0]) <= 0 ? a : b;
}

// Rows come as: height, keys, transactions; within a kind by bytes.
function compareNames(a: string, b: string): number {
  const kinds = kindOf(a) - kindOf(b);
  return kinds !== 0 ? kinds : compareUtf8(a, b);
}

function kindOf(name: string): number {
  return name === 'height' ? 0 : name.startsWith('key ') ? 1 : 2;
}
