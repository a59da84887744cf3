import { connect } from 'node:net';
import type { NodeApiClient, Send } from '../client/index.ts';
import { type Progress, type UseCaseArgs, type UseCaseName, type UseCaseResult, useCases } from '../node/index.ts';
import { readConfig } from './config.ts';
import type { NodeFiles } from './node-files.ts';
import { isUrl } from './paths.ts';
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
 * folder's files opened and closed again. Or against the node at a URL.
 */
export async function withNode<T>(
  folder: string,
  purpose: string,
  work: (client: NodeClient) => Promise<T>,
): Promise<T> {
  if (isUrl(folder)) return work(await remoteClient(folder));
  readConfig(folder);
  if (await isServed(folder)) return work(await servedClient(socketPath(folder, 'node')));
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

async function servedClient(path: string): Promise<NodeClient> {
  const [{ sendToSocket }, { filesHere }] = await Promise.all([
    import('../client/send-to-socket.ts'),
    import('./node-files.ts'),
  ]);
  return clientBy(sendToSocket(path), filesHere);
}

async function remoteClient(url: string): Promise<NodeClient> {
  const [{ addressOf }, { sendByNode }, { filesFar }] = await Promise.all([
    import('./remote-node.ts'),
    import('../client/send-by-node.ts'),
    import('./node-files.ts'),
  ]);
  return clientBy(sendByNode(addressOf(url)), filesFar);
}

async function clientBy(send: Send, filesOf: (api: NodeApiClient) => NodeFiles): Promise<NodeClient> {
  const [{ NodeApiClient }, { servedCalls }] = await Promise.all([
    import('../client/index.ts'),
    import('./served-calls.ts'),
  ]);
  const api = new NodeApiClient(send);
  const files = filesOf(api);
  return {
    call: (name, args, progress = () => undefined, signal) =>
      servedCalls[name](api, args, progress, signal, files) as never,
  };
}

/** True when a node listens on the folder's socket; a file that a dead process left behind takes no connection. */
export function isServed(folder: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const probe = connect(socketPath(folder, 'node'));
  probe.once('connect', () => {
    probe.destroy();
    resolve(true);
  });
  probe.once('error', () => resolve(false));
  return promise;
}
