/**
 * A signal that is aborted at the first SIGINT or SIGTERM; a second one ends the process as usual. `end` gives both back to the
 * operating system.
 */
export function stopSignal(): { readonly signal: AbortSignal; readonly end: () => void } {
  const stopped = new AbortController();
  const end = (): void => {
    for (const name of ['SIGINT', 'SIGTERM']) process.off(name, stop);
  };
  const stop = (): void => {
    end();
    stopped.abort();
  };
  for (const name of ['SIGINT', 'SIGTERM']) process.on(name, stop);
  return { signal: stopped.signal, end };
}
