import { ChannelError, defined } from '../../emissions/index.ts';
import type { AdminOperation } from '../admin-operation.ts';
import { demandFields } from '../json-body.ts';
import { checkAuditLog } from './audit-check.ts';
import type { AuditHead, AuditLog } from './audit-log.ts';
import type { ApiRole } from './principal.ts';
import type { TokenStore } from './token-store.ts';

/** Tokens and the audit log over the API. */
export function accessOperations(tokens: TokenStore, auditLog: AuditLog): readonly AdminOperation[] {
  return [
    {
      id: 'tokens.list',
      role: 'admin',
      method: 'GET',
      path: '/api/v1/tokens',
      run: () => ({ status: 200, body: { items: tokens.list() } }),
    },
    {
      id: 'tokens.add',
      role: 'admin',
      method: 'POST',
      path: '/api/v1/tokens',
      takesBody: true,
      run: ({ body }) => {
        demandFields(body, { role: 'text', label: 'text' }, { expires: 'text' });
        const { role, label, expires } = body as { role: ApiRole; label: string; expires?: string };
        const { token, entry } = tokens.add({ role, label, ...defined({ expires }) });
        return { status: 201, body: { token, ...entry }, target: entry.id };
      },
    },
    {
      id: 'tokens.revoke',
      role: 'admin',
      method: 'DELETE',
      path: '/api/v1/tokens/:id',
      run: ({ params }) => {
        const entry = tokens.revoke(params.id ?? '');
        return { status: 200, body: entry, target: entry.id };
      },
    },
    {
      id: 'audit.list',
      role: 'admin',
      method: 'GET',
      path: '/api/v1/audit',
      run: ({ query }) => {
        const { from = '1', limit = '100', ...other } = query;
        if (Object.keys(other).length > 0)
          throw new ChannelError('OPTION_INVALID', 'the query has a field that is not known', {
            fix: 'Fields are from and limit.',
          });
        const items = auditLog.entries(whole(from, 'from', 2 ** 40), whole(limit, 'limit', 1000));
        return { status: 200, body: { items, head: auditLog.head() } };
      },
    },
    {
      id: 'audit.verify',
      role: 'admin',
      method: 'POST',
      path: '/api/v1/audit/verify',
      takesBody: true,
      run: ({ body }) => {
        demandFields(body, {}, { head: 'text' });
        const pinned = body.head === undefined ? undefined : parseHead(body.head as string);
        return { status: 200, body: checkAuditLog(auditLog, pinned) };
      },
    },
  ];
}

/**
 * A head as it is written down: `NUMBER:SEAL`.
 * @throws {ChannelError} OPTION_INVALID
 */
export function parseHead(text: string): AuditHead {
  const [, number, seal] = /^([0-9]{1,15}):([0-9a-f]{64})$/.exec(text) ?? [];
  if (number === undefined || seal === undefined)
    throw new ChannelError('OPTION_INVALID', 'the head is not NUMBER:SEAL', {
      where: 'head',
      fix: 'Give it as uec audit list prints it.',
    });
  return { number: Number(number), seal };
}

export function headText({ number, seal }: AuditHead): string {
  return `${number}:${seal}`;
}

function whole(text: string, where: string, most: number): number {
  const value = /^[0-9]{1,13}$/.test(text) ? Number(text) : 0;
  if (value < 1 || value > most)
    throw new ChannelError('OPTION_INVALID', `${where} is not a whole number from 1 to ${most}`, { where });
  return value;
}
