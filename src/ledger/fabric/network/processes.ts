import { spawn, spawnSync } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ChannelError } from '../../../emissions/index.ts';

/** A process that this network started, told apart from a later one with the same id by when it began. */
export interface ProcessRecord {
  readonly name: string;
  readonly pid: number;
  readonly started: string;
}

export interface ProcessStart {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly log: string;
}

const POLL_MS = 20;
const START_MS = 30_000;
const TERMINATE_MS = 10_000;
const KILL_MS = 5_000;

/** Starts a process that outlives this one; what it prints goes to its log. */
export async function startProcess({ name, command, args, env, log }: ProcessStart): Promise<ProcessRecord> {
  const output = openSync(log, 'a', 0o600);
  try {
    const child = spawn(command, args, { env: { ...env }, detached: true, stdio: ['ignore', output, output] });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    child.once('spawn', resolve).once('error', reject);
    await promise;
    child.unref();
    const pid = child.pid as number;
    return { name, pid, started: startOf(pid) ?? 'ended at once' };
  } catch (cause) {
    throw new ChannelError('FABRIC_NETWORK_FAILED', `${name} could not be started`, { where: command, cause });
  } finally {
    closeSync(output);
  }
}

/** Whether the very process of the record runs: not another that has its id by now, and not one that only waits to be reaped. */
export function isRunning({ pid, started }: ProcessRecord): boolean {
  return startOf(pid) === started;
}

/** When a living process began, in the system's own words; undefined where there is none. */
function startOf(pid: number): string | undefined {
  if (process.platform !== 'linux') return startByPs(pid);
  try {
    // The fields after the command's name, which may hold anything: state is the first, the start in clock ticks the twentieth.
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ');
    if (fields[0] === 'X' || (fields[0] === 'Z' && !hasThreads(pid))) return undefined;
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
    return `${boot}:${fields[19]}`;
  } catch {
    return undefined;
  }
}

// A program of many threads can look ended by its first one while the others still hold its files and ports.
function hasThreads(pid: number): boolean {
  return readdirSync(`/proc/${pid}/task`).length > 1;
}

function startByPs(pid: number): string | undefined {
  const { stdout } = spawnSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' });
  const [state = '', ...start] = stdout.trim().split(/\s+/);
  return state === '' || state.startsWith('Z') ? undefined : start.join(' ');
}

/**
 * Waits until the process answers on its port of the loopback interface.
 * @throws {ChannelError} FABRIC_NETWORK_FAILED with the last line of its log where it ended or never answered
 */
export async function untilListening(record: ProcessRecord, port: number, log: string): Promise<void> {
  const deadline = performance.now() + START_MS;
  while (!(await answers(port))) {
    const ended = !isRunning(record);
    if (ended || performance.now() > deadline) {
      const what = ended ? 'ended at its start' : `does not answer on port ${port}`;
      throw new ChannelError('FABRIC_NETWORK_FAILED', `${record.name} ${what}: ${lastLine(log)}`, { where: log });
    }
    await sleep(POLL_MS);
  }
}

async function answers(port: number): Promise<boolean> {
  const socket = connect({ port, host: '127.0.0.1' });
  const { promise, resolve } = Promise.withResolvers<boolean>();
  socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
  return promise.finally(() => socket.destroy());
}

/** The last line of a text file that says anything; empty where there is none. */
function lastLine(file: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return '';
  }
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return (lines.at(-1) ?? '').slice(0, 400);
}

/** Ends the processes that still are those of the records: asks, waits, then kills. Gives the names of those it ended. */
export async function stopProcesses(records: readonly ProcessRecord[]): Promise<string[]> {
  const ours = records.filter(isRunning);
  signal(ours, 'SIGTERM');
  const stubborn = await untilEnded(ours, TERMINATE_MS);
  signal(stubborn, 'SIGKILL');
  const left = await untilEnded(stubborn, KILL_MS);
  if (left.length > 0) {
    throw new ChannelError('FABRIC_NETWORK_FAILED', `${left.map(({ name }) => name).join(', ')} cannot be ended`, {
      where: left.map(({ pid }) => `process ${pid}`).join(', '),
    });
  }
  return ours.map(({ name }) => name);
}

function signal(records: readonly ProcessRecord[], name: NodeJS.Signals): void {
  for (const record of records.filter(isRunning)) {
    try {
      process.kill(record.pid, name);
    } catch {
      // It ended in between.
    }
  }
}

async function untilEnded(records: readonly ProcessRecord[], patience: number): Promise<ProcessRecord[]> {
  const deadline = performance.now() + patience;
  let running = records.filter(isRunning);
  while (running.length > 0 && performance.now() < deadline) {
    await sleep(POLL_MS);
    running = running.filter(isRunning);
  }
  return running;
}
