import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** Part of the live data by which the heap may grow, in percent, before it is cleared up; V8 itself lets it grow fourfold. */
const GROWTH = 50;
/** Room for new objects beyond which it is not doubled any more; V8 itself goes up to 64 MB, three times over. */
const MOST_NEW = 8_000_000;

/**
 * Has the process clear up early instead of taking memory that it could do without. Both flags are ones that V8 looks at whenever
 * it decides; so they work however the command was started, and a size given to Node.js by its options still holds.
 */
export function keepHeapSmall(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWTH}`);
  let factor = 0;
  // Only what was cleared up can have made the room larger: an idle process is not woken.
  new PerformanceObserver(() => {
    const room = getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space')?.space_size ?? 0;
    const wanted = room < MOST_NEW ? 2 : 1;
    if (wanted === factor) return;
    factor = wanted;
    setFlagsFromString(`--semi-space-growth-factor=${factor}`);
  }).observe({ entryTypes: ['gc'] });
}
