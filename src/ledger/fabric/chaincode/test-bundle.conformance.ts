// Bundled chaincodes as child processes.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';

export interface RunningBundle {
  /** `localhost:port`. */
  readonly address: string;
  readonly process: ChildProcess;
  /** What it wrote to standard error so far. */
  lines(): string[];
  /** Waits for a line, at most 10 s. */
  line(pattern: RegExp): Promise<string>;
  stop(): Promise<void>;
}

/** Starts a bundle and resolves once it serves. */
export async function runBundle(file: string, env: Readonly<Record<string, string>>): Promise<RunningBundle> {
  const address = `localhost:${await freePort()}`;
  const child = spawn(process.execPath, [file], {
    env: { PATH: process.env.PATH, CHAINCODE_ID: 'uec:1', CHAINCODE_SERVER_ADDRESS: address, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
  }
  const lines = () => text.split('\n').filter((line) => line !== '');
  const line = async (pattern: RegExp): Promise<string> => {
    const end = Date.now() + 10_000;
    for (;;) {
      const found = lines().find((one) => pattern.test(one));
      if (found !== undefined) return found;
      if (child.exitCode !== null || Date.now() > end) throw new Error(`no line like ${pattern} in:\n${text}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.kill()) await once(child, 'exit');
  };
  try {
    await line(/ serving /);
  } catch (error) {
    await stop();
    throw error;
  }
  return { address, process: child, lines, line, stop };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, 'localhost');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
