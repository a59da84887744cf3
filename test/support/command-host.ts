// Runs commands one after the other in this process, as `uec` runs one: a test file needs many, and most of the time of a short one
// is its start. What it prints goes back to the test; what it leaves open, which would keep `uec` from ending, is told.
import { run } from '../../src/cli/program.ts';

export interface Order {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

export interface Done {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Kinds of what keeps a process from ending, such as "Timeout", that the command did not have when it began. */
  readonly open: readonly string[];
}

process.on('message', async (order: Order) => process.send?.(await obey(order)));
process.once('disconnect', () => process.exit());

async function obey({ args, cwd, env }: Order): Promise<Done> {
  process.chdir(cwd);
  for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name];
  Object.assign(process.env, env);
  process.exitCode = undefined;
  const before = process.getActiveResourcesInfo();
  const [stdout, stderr] = [taken(process.stdout), taken(process.stderr)];
  const code = await run([process.execPath, 'uec', ...args]);
  const open = await leftOpen(before);
  return { code, stdout: stdout(), stderr: stderr(), open };
}

/** Keeps what goes to a stream from here on, until the function that it gives is called. */
function taken(stream: NodeJS.WriteStream): () => string {
  const { write } = stream;
  const parts: Buffer[] = [];
  stream.write = (chunk: string | Uint8Array, encoding?: unknown, done?: unknown): boolean => {
    parts.push(Buffer.from(chunk as string));
    const told = typeof encoding === 'function' ? encoding : done;
    if (typeof told === 'function') process.nextTick(told as () => void);
    return true;
  };
  return () => {
    stream.write = write;
    return Buffer.concat(parts).toString();
  };
}

/** What closes after the answer may take its time, as it may in a process that ends. */
async function leftOpen(before: readonly string[]): Promise<string[]> {
  let left: string[] = [];
  for (let turn = 0; turn < 500; turn += 1) {
    left = process.getActiveResourcesInfo();
    for (const kind of before) {
      const at = left.indexOf(kind);
      if (at >= 0) left.splice(at, 1);
    }
    if (left.length === 0) return [];
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return left;
}
