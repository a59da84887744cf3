// A node that is served by the real command, and what it says.
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { startCommand } from './command.ts';

export interface ServedNode {
  readonly child: ChildProcess;
  readonly address: string;
  /** Lines of the log so far. */
  log(): string;
  /** Ends it, and waits for it. */
  stop(): Promise<void>;
}

/** Starts `uec serve` on a free port and waits until it says where. */
export async function serveNode(folder: string, options: readonly string[] = []): Promise<ServedNode> {
  const child = startCommand(['serve', folder, '--port', '0', '--json', ...options]);
  let log = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    log += chunk.toString();
  });
  const told =
    child.stdout === null ? undefined : await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
  if (!Buffer.isBuffer(told?.[0])) throw new Error(`uec serve ended: ${log}`);
  const { address } = JSON.parse(told[0].toString()) as { address: string };
  return {
    child,
    address,
    log: () => log,
    stop: async () => {
      if (child.exitCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
    },
  };
}
