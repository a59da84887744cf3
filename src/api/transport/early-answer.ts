import type { IncomingMessage, ServerResponse } from 'node:http';

/** How long, and how much of, a body that is not wanted is let go. */
const MOST_MS = 500;
const MOST_BYTES = 64 * 1024 * 1024;

/**
 * Makes sure that an answer reaches who still sends: to close a connection on which something comes resets it, and the answer is
 * lost on the way. So an answer that stands before the whole body came says that the connection ends, and it ends when the sender has
 * stopped, or after a moment. `onEarly` is told of it before the answer goes out: what comes behind on that connection is nobody's request.
 */
export function answerBeforeBody(request: IncomingMessage, response: ServerResponse, onEarly: () => void): void {
  const { writeHead, end } = response;
  response.writeHead = (...head: unknown[]) => {
    if (!request.complete) {
      onEarly();
      response.setHeader('Connection', 'close');
    }
    return writeHead.apply(response, head as never);
  };
  response.end = (...last: unknown[]) => {
    if (request.complete || request.destroyed) return end.apply(response, last as never);
    response.flushHeaders();
    if (typeof last[0] === 'string' || last[0] instanceof Uint8Array) response.write(last[0]);
    const told = last.filter((one) => typeof one === 'function');
    letGo(request, () => end.apply(response, told as never));
    return response;
  };
}

function letGo(request: IncomingMessage, ended: () => void): void {
  let bytes = 0;
  const stop = (): void => {
    clearTimeout(timer);
    request.off('data', count).off('end', stop).off('error', stop).off('close', stop);
    ended();
  };
  const count = (chunk: Buffer): void => {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) stop();
  };
  const timer = setTimeout(stop, MOST_MS);
  // Who began to read the body would hold it back, or keep what comes.
  request.removeAllListeners('data').removeAllListeners('readable');
  request.on('data', count).once('end', stop).once('error', stop).once('close', stop).resume();
}
