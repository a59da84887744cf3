import { ChannelError } from '../../emissions/index.ts';
import { isAuthorized } from '../../node/index.ts';
import type { Access, AdmittedOperation } from './access.ts';
import { type Principal, roleAllows } from './principal.ts';

const MOST_BODY = 4 * 2 ** 30;

/** Access by the one token of node.json, whose holder is admin. Keeps no audit log. */
export class OneTokenAccess implements Access {
  readonly #hash: string;

  /** `hash`: SHA-256 of the token, hex. */
  constructor(hash: string) {
    this.#hash = hash;
  }

  async authenticate(request: Request): Promise<Principal> {
    if (!isAuthorized(request.headers.get('Authorization') ?? undefined, this.#hash))
      throw new ChannelError('TOKEN_INVALID', 'the request carries no valid token');
    return { id: 'token:node', role: 'admin', kind: 'token' };
  }

  admit({ role: held }: Principal, { id, role, bodyBytes = 0 }: AdmittedOperation): void {
    if (!roleAllows(held, role))
      throw new ChannelError('ROLE_INSUFFICIENT', `${id} asks for the role ${role}, the caller is ${held}`);
    if (bodyBytes > MOST_BODY)
      throw new ChannelError('BODY_TOO_LARGE', `the body has ${bodyBytes} bytes, ${MOST_BODY} are the most`);
  }

  async audit(): Promise<void> {}

  bodyLimit(): number {
    return MOST_BODY;
  }

  rateHeaders(): Readonly<Record<string, string>> {
    return {};
  }
}

/** Access by the node's own socket, which this user alone can open: the command on the same machine. */
export class LocalAccess extends OneTokenAccess {
  constructor() {
    super('0'.repeat(64));
  }

  override async authenticate(): Promise<Principal> {
    return { id: 'local', role: 'admin', kind: 'local' };
  }
}
