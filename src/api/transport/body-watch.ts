import type { IncomingMessage, Server } from 'node:http';

export interface BodyPace {
  /** Milliseconds before anything is asked of a body. */
  readonly grace: number;
  /** Bytes a second that a body must bring from its beginning on, while the node takes them. */
  readonly bytesPerSecond: number;
}

interface Watched {
  readonly started: number;
  readonly bytesAtStart: number;
  /** Milliseconds in which the node itself did not take what had come. */
  ownTime: number;
}

/**
 * Ends requests whose bodies come too slowly, so that connections cannot be held open with a byte now and then. A limit on the
 * whole time would cut off honest uploads of large files; this one asks for a pace. Time in which the node is the slower one
 * does not count. Gives a function that ends the watch.
 */
export function watchBodies(
  server: Server,
  { grace, bytesPerSecond }: BodyPace,
  onSlow: (request: IncomingMessage) => void,
): () => void {
  const watched = new Map<IncomingMessage, Watched>();
  server.on('request', (request: IncomingMessage) => {
    if (request.headers['content-length'] === undefined && request.headers['transfer-encoding'] === undefined) return;
    watched.set(request, { started: performance.now(), bytesAtStart: request.socket.bytesRead, ownTime: 0 });
    request.once('close', () => watched.delete(request));
  });
  const every = Math.max(50, Math.min(1000, grace / 4));
  const timer = setInterval(() => {
    const now = performance.now();
    for (const [request, watch] of watched) {
      if (request.complete || request.destroyed) watched.delete(request);
      else if (request.readableLength > 0) watch.ownTime += every;
      else if (isSlow(request, watch, now)) {
        watched.delete(request);
        onSlow(request);
      }
    }
  }, every);
  timer.unref();
  const isSlow = (request: IncomingMessage, { started, bytesAtStart, ownTime }: Watched, now: number): boolean => {
    const elapsed = now - started - ownTime;
    return elapsed > grace && request.socket.bytesRead - bytesAtStart < ((elapsed - grace) / 1000) * bytesPerSecond + 1;
  };
  return () => clearInterval(timer);
}
