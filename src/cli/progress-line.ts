import type { Progress } from '../node/index.ts';

const SHOWN_EVERY = 100;
const WIDTH = 24;

/**
 * One line on stderr that is drawn over and over, for a person who waits; nothing where stderr is no terminal. `end` clears it.
 */
export function progressLine(stream: NodeJS.WriteStream = process.stderr): {
  readonly progress: Progress;
  readonly end: () => void;
} {
  if (!stream.isTTY) return { progress: () => undefined, end: () => undefined };
  let drawnAt = 0;
  let drawn = false;
  return {
    progress: ({ what, done, total }) => {
      const now = performance.now();
      if (now - drawnAt < SHOWN_EVERY) return;
      drawnAt = now;
      drawn = true;
      stream.write(`\r\u001b[K${what} ${total === undefined ? done : `${bar(done, total)} ${done}/${total}`}`);
    },
    end: () => {
      if (drawn) stream.write('\r\u001b[K');
    },
  };
}

function bar(done: number, total: number): string {
  const filled = total === 0 ? WIDTH : Math.min(WIDTH, Math.round((done / total) * WIDTH));
  return `[${'#'.repeat(filled)}${'.'.repeat(WIDTH - filled)}]`;
}
