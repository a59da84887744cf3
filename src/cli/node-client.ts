import { request } from 'node:http';
import { createInterface } from 'node:readline';
import { ChannelError } from '../emissions/index.ts';
import {
  type CallLine,
  type Progress,
  type UseCaseArgs,
  type UseCaseName,
  type UseCaseResult,
  useCases,
} from '../node/index.ts';
import { readConfig } from './config.ts';
import { socketPath } from './socket-path.ts';
import type { OpenNode } from './wire.ts';

/** A node's use cases, wherever the node runs. */
export interface NodeClient {
  call<N extends UseCaseName>(
    name: N,
    args: UseCaseArgs<N>,
    progress?: Progress,
    signal?: AbortSignal,
  ): Promise<UseCaseResult<N>>;
}

/**
 * Runs `work` against the node of a folder: through the serving process where there is one, else in this process, with the
 * folder's files opened and closed again.
 */
export async function withNode<T>(
  folder: string,
  purpose: string,
  work: (client: NodeClient) => Promise<T>,
): Promise<T> {
  readConfig(folder);
  if (await isServed(folder)) return work(remoteClient(socketPath(folder, 'node')));
  const [{ openNode }, { auditedCall }] = await Promise.all([import('./wire.ts'), import('./local-audit.ts')]);
  const node = await openNode(folder, purpose);
  try {
    return await work({
      call: (name, args, progress = () => undefined, signal) =>
        auditedCall(folder, name, () => runHere(node, name, args, progress, signal)) as never,
    });
  } finally {
    await node.close();
  }
}

type UseCase = (node: OpenNode, args: unknown, progress: Progress, signal?: AbortSignal) => Promise<unknown>;

function runHere(
  node: OpenNode,
  name: UseCaseName,
  args: unknown,
  progress: Progress,
  signal: AbortSignal | undefined,
): Promise<unknown> {
  return (useCases[name] as UseCase)(node, args, progress, signal);
}

function remoteClient(path: string): NodeClient {
  return {
    call: (name, args, progress = () => undefined, signal) => callOver(path, name, args, { progress, signal }) as never,
  };
}

async function callOver(
  socket: string,
  name: string,
  args: unknown,
  { progress, signal }: { readonly progress: Progress; readonly signal: AbortSignal | undefined },
): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const sent = request(
    { socketPath: socket, path: `/call/${name}`, method: 'POST', headers: { 'Content-Type': 'application/json' } },
    (answer) => {
      const lines = createInterface({ input: answer });
      let settled = false;
      lines.on('line', (text) => {
        const line = JSON.parse(text) as CallLine;
        if ('progress' in line) return progress(line.progress);
        settled = true;
        if ('error' in line) reject(ChannelError.from(line.error));
        else resolve(line.result);
      });
      lines.on('close', () => {
        if (!settled)
          reject(
            new ChannelError('LEDGER_UNAVAILABLE', 'the serving node closed the connection before it answered', {
              fix: 'See uec status; sending the same again is safe.',
            }),
          );
      });
    },
  );
  sent.on('error', (cause) =>
    reject(new ChannelError('LEDGER_UNAVAILABLE', 'the serving node cannot be reached', { cause })),
  );
  const stop = (): void => {
    reject(new ChannelError('CANCELLED', 'it was stopped on request before its end'));
    sent.destroy();
  };
  signal?.addEventListener('abort', stop, { once: true });
  sent.end(JSON.stringify(args));
  return promise.finally(() => signal?.removeEventListener('abort', stop));
}

/** True when a node listens on the folder's socket; a file that a dead process left behind does not answer. */
export function isServed(folder: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const probe = request({ socketPath: socketPath(folder, 'node'), path: '/', method: 'GET' }, (answer) => {
    answer.resume();
    resolve(true);
  });
  probe.on('error', () => resolve(false));
  probe.end();
  return promise;
}
