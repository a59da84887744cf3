import { z } from 'zod';
import { checkAuditLog } from '../access/audit-check.ts';
import { parseHead } from '../access/audit-head.ts';
import { operation } from '../operation.ts';
import * as s from '../schemas/admin.ts';

const tag = 'Access';

const listTokens = operation(
  {
    ...{ id: 'listTokens', method: 'GET', path: '/tokens', tag, role: 'admin' },
    summary: "The node's tokens, without the tokens",
    answer: z.object({ items: z.array(s.token) }),
  },
  async ({ api }) => ({ items: api.parts.tokens.list() }),
);

const tokenId = z.strictObject({ id: z.string().regex(/^[0-9a-f]{4,16}$/) });

const showToken = operation(
  {
    ...{ id: 'showToken', method: 'GET', path: '/tokens/{id}', tag, role: 'admin' },
    summary: 'A token, without itself',
    params: tokenId,
    answer: s.token,
    item: s.token,
  },
  async ({ api, params }) => api.parts.tokens.get(params.id),
);

const addToken = operation(
  {
    ...{ id: 'addToken', method: 'POST', path: '/tokens', tag, role: 'admin', status: 201 },
    summary: 'Make a token; it is shown this once',
    body: s.tokenBody,
    answer: s.madeToken,
    once: 'never-kept',
  },
  async ({ api, body, audit }) => {
    const { token, entry } = api.parts.tokens.add(body);
    audit.target = entry.id;
    return { token, ...entry };
  },
);

const revokeToken = operation(
  {
    ...{ id: 'revokeToken', method: 'DELETE', path: '/tokens/{id}', tag, role: 'admin' },
    summary: 'End a token at once',
    params: tokenId,
    seen: showToken,
    answer: s.token,
  },
  ({ api, params, audit }) =>
    api.settings.take(async () => {
      const entry = api.parts.tokens.revoke(params.id);
      audit.target = entry.id;
      return entry;
    }),
);

const listAudit = operation(
  {
    ...{ id: 'listAudit', method: 'GET', path: '/audit', tag, role: 'admin' },
    summary: 'Entries of the audit log, oldest first, and its head',
    query: z.strictObject({
      from: z
        .int()
        .min(1)
        .max(2 ** 40)
        .optional(),
      limit: z.int().min(1).max(1_000).optional(),
    }),
    answer: s.auditEntries,
  },
  async ({ api, query }) => ({
    items: api.parts.auditLog.entries(query.from ?? 1, query.limit ?? 100),
    head: api.parts.auditLog.head(),
  }),
);

const verifyAudit = operation(
  {
    ...{ id: 'verifyAudit', method: 'POST', path: '/audit/verify', tag, role: 'admin' },
    summary: 'Check every seal of the audit log, and a head that was kept elsewhere',
    body: z.strictObject({ head: z.string().max(100).optional() }),
    answer: s.auditReport,
  },
  async ({ api, body }) =>
    checkAuditLog(api.parts.auditLog.files, body.head === undefined ? undefined : parseHead(body.head)),
);

export const accessOperations = { listTokens, showToken, addToken, revokeToken, listAudit, verifyAudit } as const;
