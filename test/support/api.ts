// The API of a node in this process, on a free port of the loopback address.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { HttpBindings } from '@hono/node-server';
import { type Access, type ApiRole, LocalAccess, type Principal } from '../../src/api/access/index.ts';
import { type NodeParts, type OpenApiNode, openApi, openNodeParts, silentLog } from '../../src/api/index.ts';
import { apiServer } from '../../src/api/transport/server.ts';
import { nodePaths } from '../../src/cli/config.ts';
import { openNode } from '../../src/cli/wire.ts';
import { ChannelError } from '../../src/emissions/index.ts';

/** The role is the token: `Bearer viewer-token`. Two callers of one role differ by what follows: `Bearer viewer-token-2`. */
class RoleAccess extends LocalAccess {
  readonly noted: { operation: string; status: number; target?: string }[] = [];

  constructor() {
    super({ append: async () => undefined });
  }

  override async authenticate(request: Request): Promise<Principal> {
    const token = /^Bearer ((viewer|auditor|operator|admin)-token.*)$/.exec(request.headers.get('Authorization') ?? '');
    if (token === null) throw new ChannelError('TOKEN_INVALID', 'the request carries no valid token');
    return { id: `token:${token[1]}`, role: token[2] as ApiRole, kind: 'token' };
  }

  override async audit(entry: Parameters<Access['audit']>[0] = undefined as never): Promise<void> {
    this.noted.push(entry as never);
  }
}

export interface ServedApi {
  readonly address: string;
  readonly access: RoleAccess;
  readonly api: OpenApiNode;
  readonly parts: NodeParts;
  close(graceMs?: number): Promise<void>;
}

/** Opens the node of a folder and serves its API. */
export async function serveApi(folder: string, mostBody?: number): Promise<ServedApi> {
  const node = await openNode(folder, 'test');
  const parts = openNodeParts({ node, paths: nodePaths(folder), log: silentLog, version: 'test' });
  const api = openApi(node, parts);
  const access = new RoleAccess();
  if (mostBody !== undefined) access.bodyLimit = () => mostBody;
  const door = api.door(access);
  const fetch = (request: Request, { incoming }: HttpBindings) =>
    door(request, { address: incoming.socket.remoteAddress ?? '' });
  const server = apiServer({ fetch: fetch as never });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    access,
    api,
    parts,
    close: async (graceMs = 5_000) => {
      const closed = once(server, 'close');
      server.close();
      await api.close(graceMs);
      server.closeAllConnections();
      await closed;
      await parts.close();
      await node.close();
    },
  };
}
