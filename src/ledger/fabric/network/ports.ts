import { createServer } from 'node:net';
import { ChannelError } from '../../../emissions/index.ts';

// A network keeps its ports for as long as its folder lives, so they lie below the range from which systems give ports to
// outgoing connections (Linux from 32768, others from 49152).
const LOWEST = 20_000;
const HIGHEST = 32_000;

// Between the choice and the listening another process may choose too: each begins at a place of its own and goes on from there.
const PORTS_A_PROCESS = 64;
const SPAN = HIGHEST - LOWEST;
let next = (process.pid * PORTS_A_PROCESS) % SPAN;

/** Ports of the loopback interface that nothing listens on, none of them in `taken`. */
export async function freePorts(count: number, taken: ReadonlySet<number> = new Set()): Promise<number[]> {
  const ports: number[] = [];
  for (let tried = 0; tried < SPAN && ports.length < count; tried += 1) {
    const port = LOWEST + next;
    next = (next + 1) % SPAN;
    if (!taken.has(port) && (await isFree(port))) ports.push(port);
  }
  if (ports.length < count)
    throw new ChannelError('FABRIC_NETWORK_FAILED', `no ${count} free ports between ${LOWEST} and ${HIGHEST}`);
  return ports;
}

/** Whether a server can listen on the port of the loopback interface now. */
export async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const { promise, resolve } = Promise.withResolvers<boolean>();
  server.once('error', () => resolve(false));
  server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  return promise;
}
