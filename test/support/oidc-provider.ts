// A real OpenID Connect provider on the loopback address, whose tokens a test gets as a client would.
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
// @ts-expect-error: the package brings no types
import Provider from 'oidc-provider';

export const audience = 'https://node.example/api';

interface ProviderKey {
  readonly kid: string;
  readonly jwk: object;
}

export interface TestProvider {
  readonly issuer: string;
  /** A token by the client credentials grant, with `roles` as the provider's claim and a life in seconds. */
  token(options?: {
    readonly roles?: readonly string[];
    readonly lives?: number;
    readonly resource?: string;
  }): Promise<string>;
  /** Signs with a new key from now on; the old one is withdrawn. */
  rotate(): void;
  /** What was asked of it: paths in order. */
  readonly asked: string[];
  /** Stops answering. */
  close(): Promise<void>;
}

function newKey(): ProviderKey {
  const kid = randomUUID();
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { kid, jwk: { ...privateKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256' } };
}

export async function startProvider(): Promise<TestProvider> {
  let handle: RequestListener = (_request, response) => response.writeHead(503).end();
  const asked: string[] = [];
  const server: Server = createServer((request, response) => {
    asked.push(request.url ?? '');
    handle(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const wanted = { roles: [] as readonly string[], lives: 600 };
  const start = (): void => {
    const provider = new Provider(issuer, {
      jwks: { keys: [newKey().jwk] },
      clients: [
        {
          client_id: 'importer',
          client_secret: 'a-secret-of-the-test',
          grant_types: ['client_credentials'],
          redirect_uris: [],
          response_types: [],
        },
      ],
      extraTokenClaims: () => ({ roles: wanted.roles }),
      features: {
        devInteractions: { enabled: false },
        clientCredentials: { enabled: true },
        resourceIndicators: {
          enabled: true,
          getResourceServerInfo: (_context: unknown, resource: string) => ({
            scope: 'api',
            audience: resource,
            accessTokenTTL: wanted.lives,
            accessTokenFormat: 'jwt',
            jwt: { sign: { alg: 'RS256' } },
          }),
        },
      },
    });
    handle = provider.callback();
  };
  start();
  return {
    issuer,
    asked,
    rotate: start,
    token: async ({ roles = ['uec-operator'], lives = 600, resource = audience } = {}) => {
      Object.assign(wanted, { roles, lives });
      const answer = await fetch(`${issuer}/token`, {
        method: 'POST',
        headers: { Authorization: `Basic ${Buffer.from('importer:a-secret-of-the-test').toString('base64')}` },
        body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'api', resource }),
      });
      const told = (await answer.json()) as { access_token?: string };
      if (told.access_token === undefined) throw new Error(`the provider gave no token: ${JSON.stringify(told)}`);
      return told.access_token;
    },
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close').catch(() => undefined);
    },
  };
}
