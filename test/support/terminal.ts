import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { plainEnvironment, type Ran } from './command.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
/** Runs a command on a pseudo-terminal, with what comes in as its keys and its screen as what goes out. */
const PSEUDO_TERMINAL = 'import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])) & 255)';

/** Why there is no pseudo-terminal here; false where there is one. */
export const noTerminal: string | false =
  spawnSync('python3', ['-c', 'import os, pty; os.waitstatus_to_exitcode']).status === 0
    ? false
    : 'python3 with its module pty gives the pseudo-terminal';

/** Runs the real command at a terminal, and presses `keys` once the screen shows the question. All of the screen is in `stdout`. */
export async function atTerminal(args: readonly string[], question: RegExp, keys: string): Promise<Ran> {
  const child = spawn('python3', ['-c', PSEUDO_TERMINAL, process.execPath, main, ...args], {
    env: plainEnvironment({ TERM: 'dumb' }),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  let [screen, errors, asked] = ['', '', false];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    screen += text;
    if (asked || !question.test(screen)) return;
    asked = true;
    child.stdin.write(keys);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  child.once('error', reject).once('close', resolve);
  try {
    return { code: await promise, stdout: screen, stderr: errors };
  } finally {
    child.kill('SIGKILL');
  }
}
