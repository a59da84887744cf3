import { execFile } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import { ChannelError } from '../../../emissions/index.ts';

export interface ToolRun {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Collects what the program was asked and what it said. */
  readonly log: string;
}

const LONGEST_MS = 60_000;
const LARGEST_ANSWER = 64 * 1024 * 1024;
const RETRY_MS = 100;
// No leader yet, a peer not reached yet, a peer that has not caught up with the others' blocks or approvals.
const PASSING =
  /SERVICE_UNAVAILABLE|no Raft leader|connection refused|Unavailable|creator org unknown|do not match|not agreed to by this org/;
const RETRIED_FOR_MS = 30_000;

/**
 * Runs one of Fabric's programs to its end and gives what it printed on stdout.
 * @throws {ChannelError} FABRIC_NETWORK_FAILED with its own reason
 */
export async function runTool({ command, args, env = {}, log }: ToolRun): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const options = { env: { ...baseEnvironment(), ...env }, timeout: LONGEST_MS, maxBuffer: LARGEST_ANSWER } as const;
  execFile(command, args, { ...options, encoding: 'buffer' }, (error, stdout, stderr) => {
    const said = stderr.toString();
    appendFileSync(log, `$ ${basename(command)} ${args.join(' ')}\n${said}`, { mode: 0o600 });
    if (error === null) resolve(stdout);
    else reject(toolFailed(`${basename(command)} ${verb(args)}`, said, log, error));
  });
  return promise;
}

function toolFailed(what: string, said: string, log: string, cause: Error): ChannelError {
  return new ChannelError('FABRIC_NETWORK_FAILED', `${what} failed: ${reasonOf(said)}`, { where: log, cause });
}

/** The line in which a program of Fabric says why it ended; the last one where it says nothing of the kind. */
export function reasonOf(said: string): string {
  const lines = stripVTControlCharacters(said)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const telling = lines.findLast((line) => /^(Error|panic):|-> (ERRO|PANI|FATA|CRIT)/.test(line));
  return (telling ?? lines.at(-1) ?? 'it said nothing').slice(0, 600);
}

function verb(args: readonly string[]): string {
  const upToOption = args.findIndex((arg) => arg.startsWith('-'));
  return args.slice(0, upToOption === -1 ? args.length : upToOption).join(' ');
}

/** What programs of the system need; nothing else of the caller's environment reaches a Fabric program. */
export function baseEnvironment(): Record<string, string> {
  const kept = ['PATH', 'HOME', 'TMPDIR', 'LANG'].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(kept);
}

/** Repeats what fails only because the network is still coming up: no leader yet, a peer not yet connected. */
export async function whileStarting<T>(work: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + RETRIED_FOR_MS;
  while (true) {
    try {
      return await work();
    } catch (error) {
      const passing = error instanceof Error && PASSING.test(error.message);
      if (!passing || performance.now() > deadline) throw error;
      await sleep(RETRY_MS);
    }
  }
}
