import { ChannelError } from '../../emissions/index.ts';
import type { Access, AccessEntry, AdmittedOperation } from './access.ts';
import type { AuditLog } from './audit-log.ts';
import { type Principal, roleAllows } from './principal.ts';

const MOST_BODY = 4 * 2 ** 30;

/** Access by the node's own socket, which this user alone can open: the command on the same machine. */
export class LocalAccess implements Access {
  readonly #auditLog: Pick<AuditLog, 'append'>;

  constructor(auditLog: Pick<AuditLog, 'append'>) {
    this.#auditLog = auditLog;
  }

  async authenticate(_request: Request): Promise<Principal> {
    return { id: 'local', role: 'admin', kind: 'local' };
  }

  admit({ role: held }: Principal, { id, role, bodyBytes = 0 }: AdmittedOperation): void {
    if (!roleAllows(held, role))
      throw new ChannelError('ROLE_INSUFFICIENT', `${id} asks for the role ${role}, the caller is ${held}`);
    if (bodyBytes > MOST_BODY)
      throw new ChannelError('BODY_TOO_LARGE', `the body has ${bodyBytes} bytes, ${MOST_BODY} are the most`);
  }

  audit(entry: AccessEntry): Promise<void> {
    return this.#auditLog.append(entry);
  }

  bodyLimit(): number {
    return MOST_BODY;
  }

  rateHeaders(): Readonly<Record<string, string>> {
    return {};
  }
}
