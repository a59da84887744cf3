import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { hostedCommand } from './hosted-command.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** The environment of a person at a shell: nothing that npm or the test runner put there. */
export function plainEnvironment(more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(npm_|INIT_CWD$|NODE_TEST|FORCE_COLOR$)/.test(name));
  return { ...Object.fromEntries(kept), NO_COLOR: '1', ...more };
}

/** Starts the real command in a process of its own. */
export function startCommand(args: readonly string[], { cwd, env }: CommandOptions = {}): ChildProcess {
  return spawn(process.execPath, [main, ...args], {
    env: plainEnvironment(env),
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(cwd === undefined ? {} : { cwd }),
  });
}

/** Everything that a child says until it ends. */
export async function finished(child: ChildProcess): Promise<Ran> {
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => err.push(chunk));
  child.once('error', reject).once('close', resolve);
  const code = await promise;
  return { code, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() };
}

const apart = process.env.UEC_TESTS_COMMANDS === 'apart';

/**
 * Runs the real command and gives what it printed and its exit code: in a process that has run others before, since half of what a
 * test of commands costs is their starts; with UEC_TESTS_COMMANDS=apart, as .ci/run does, each in a process of its own.
 */
export function command(args: readonly string[], options: CommandOptions = {}): Promise<Ran> {
  if (apart) return finished(startCommand(args, options));
  return hostedCommand({ args, cwd: options.cwd ?? process.cwd(), env: plainEnvironment(options.env) });
}

/** Runs the command with --json. The answer must be one line of JSON, with nothing beside it. */
export async function jsonCommand<T = never>(
  args: readonly string[],
  options?: CommandOptions,
): Promise<{ readonly code: number | null; readonly answer: T }> {
  const { code, stdout, stderr } = await command([...args, '--json'], options);
  if (stderr !== '' || !/^[^\n]+\n$/.test(stdout))
    throw new Error(`not one line of JSON: ${args.join(' ')}\nstdout: ${stdout}\nstderr: ${stderr}`);
  return { code, answer: JSON.parse(stdout) as T };
}

/** Runs the command with --json and gives the answer of a command that must succeed. */
export async function answerOf<T = never>(args: readonly string[], options?: CommandOptions): Promise<T> {
  const { code, answer } = await jsonCommand<T>(args, options);
  if (code !== 0) throw new Error(`exit ${code}: ${args.join(' ')}: ${JSON.stringify(answer)}`);
  return answer;
}

export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly where?: string;
  readonly fix: string;
  readonly recordId?: string;
  readonly otherRecordId?: string;
  readonly problems?: readonly Refusal[];
}

/** Runs the command with --json and gives the error of one that must fail, with its exit code. */
export async function refusalOf(
  args: readonly string[],
  options?: CommandOptions,
): Promise<Refusal & { readonly exit: number | null }> {
  const { code, answer } = await jsonCommand<{ error?: Refusal }>(args, options);
  if (code === 0 || answer.error === undefined || Object.keys(answer).length !== 1)
    throw new Error(`no refusal: ${args.join(' ')}: ${code} ${JSON.stringify(answer)}`);
  return { ...answer.error, exit: code };
}
