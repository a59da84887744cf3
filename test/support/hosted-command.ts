// Commands in processes that run one after the other. As many at once as a test asks for: each of them has a process to itself.
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Done, Order } from './command-host.ts';

const file = fileURLToPath(new URL('command-host.ts', import.meta.url));
const idle: ChildProcess[] = [];

/** Gives what the command printed and its exit code. One that leaves something open, such as a timer or a socket, is a fault. */
export async function hostedCommand(order: Order): Promise<Omit<Done, 'open'>> {
  const host = idle.pop() ?? newHost(order.env);
  const { open, ...ran } = await answerOf(host, order);
  idle.push(host);
  if (open.length > 0) throw new Error(`uec ${order.args.join(' ')} left open: ${open.join(', ')}`);
  return ran;
}

function newHost(env: NodeJS.ProcessEnv): ChildProcess {
  const host = fork(file, { env, execArgv: [] });
  return host.once('exit', () => {
    if (idle.includes(host)) idle.splice(idle.indexOf(host), 1);
  });
}

/** While it is idle, a host keeps no test file from ending, and ends with it. */
async function answerOf(host: ChildProcess, order: Order): Promise<Done> {
  const { promise, resolve, reject } = Promise.withResolvers<Done>();
  const gone = (): void => reject(new Error(`uec ${order.args.join(' ')} ended the process that ran it`));
  host.ref();
  host.channel?.ref();
  host.once('message', resolve).once('exit', gone).send(order);
  try {
    return await promise;
  } finally {
    host.off('message', resolve).off('exit', gone).unref();
    host.channel?.unref();
  }
}
