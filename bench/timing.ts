/** Seconds that the task takes. */
export async function seconds(task: () => unknown): Promise<number> {
  const start = performance.now();
  await task();
  return (performance.now() - start) / 1_000;
}

/** Seconds of both tasks run in turn, each `rounds` times: medians, so that what else the machine does meets both alike. */
export async function alternated(
  rounds: number,
  ours: () => unknown,
  theirs: () => unknown,
): Promise<{ readonly ours: number; readonly theirs: number }> {
  const own: number[] = [];
  const other: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    own.push(await seconds(ours));
    other.push(await seconds(theirs));
  }
  return { ours: quantile(own, 0.5), theirs: quantile(other, 0.5) };
}

/** The value below which the share `at` of the values lies. */
export function quantile(values: readonly number[], at: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * at))] as number;
}

/** Milliseconds of each call. */
export function latencies(count: number, call: (index: number) => unknown): number[] {
  return Array.from({ length: count }, (_, index) => {
    const start = performance.now();
    call(index);
    return performance.now() - start;
  });
}
