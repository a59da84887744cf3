import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** Part of the live data by which the heap may grow, in percent, before it is cleared up; V8 itself lets it grow fourfold. */
const GROWTH = 30;
/** Room for new objects; V8 itself begins with 1 MB, and goes up to 64 MB, three times over. */
const NEW = 8_000_000;

/**
 * Has the process clear up early instead of taking memory that it could do without. Both flags are ones that V8 looks at whenever
 * it decides; so they work however the command was started, and a size given to Node.js by its options still holds.
 */
export function keepHeapSmall(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWTH}`);
  // Room that is too small is cleared up too often. It grows as objects outlive that, and then never again: an observer that
  // stops it later comes too late on a busy machine.
  setFlagsFromString('--semi-space-growth-factor=2');
  for (let turn = 0; turn < MOST_TURNS && roomForNew() < NEW; turn += 1) outlive();
  setFlagsFromString('--semi-space-growth-factor=1');
}

/** Some 17 are needed. */
const MOST_TURNS = 100;

function roomForNew(): number {
  return getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space')?.space_size ?? NEW;
}

/** Makes half a megabyte of objects that live until all are made. */
function outlive(): number {
  const objects: number[][] = [];
  for (let at = 0; at < 5_000; at += 1) objects.push([at, at, at, at, at, at, at, at]);
  return objects.length;
}
