/**
 * Waits for every one of the promises, then throws the first error among them: after it nothing is still under way that could
 * start another process.
 */
export async function allSettled(work: readonly Promise<unknown>[]): Promise<void> {
  for (const result of await Promise.allSettled(work)) {
    if (result.status === 'rejected') throw result.reason;
  }
}
