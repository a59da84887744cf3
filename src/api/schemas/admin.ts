import { z } from 'zod';
import { apiRoles } from '../access/principal.ts';
import * as c from './common.ts';

const role = z.enum(apiRoles).meta({ id: 'ApiRole' });
const seal = z.string().regex(/^[0-9a-f]{64}$/);
const whole = z.int().min(0).max(999_999_999_999);

const tokenFields = {
  id: z.string(),
  role,
  label: z.string(),
  created: c.date,
  expires: c.date.optional(),
  revoked: c.date.optional(),
  lastUsed: c.date.optional(),
};
export const token = z
  .object(tokenFields)
  .meta({ id: 'Token', description: 'A token as the node keeps it: its hash stays in the node.' });
export const tokenBody = z
  .strictObject({
    role,
    label: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9 ._-]{0,39}$/),
    expires: c.date.optional().meta({ description: 'Last day on which it is taken.' }),
  })
  .meta({ id: 'NewToken' });
export const madeToken = z
  .object({ token: z.string(), ...tokenFields })
  .meta({ id: 'MadeToken', description: '`token` is shown this once.' });

const auditHead = z.object({ number: z.int(), seal }).meta({ id: 'AuditHead' });
export const auditEntries = z.object({
  items: z.array(
    z.object({
      number: z.int(),
      at: c.instant,
      who: z.string(),
      role: z.string(),
      operation: z.string(),
      target: z.string().optional(),
      status: z.int(),
      code: z.string().optional(),
      outcome: z
        .string()
        .optional()
        .meta({ description: 'How a job ended; the entry of its start has the same target.' }),
      counts: z.record(z.string(), z.int()).optional(),
    }),
  ),
  head: auditHead,
});
export const auditReport = z
  .object({
    entries: z.int(),
    first: z.int(),
    head: auditHead,
    faults: z.array(z.object({ where: z.string(), message: z.string() })),
  })
  .meta({ id: 'AuditReport' });

const position = { height: z.int(), index: z.int() };
const endpointFields = {
  id: z.string(),
  url: z.string(),
  types: z.array(z.string()),
  state: z.enum(['active', 'gone']),
  created: c.instant,
  next: z.object(position),
  attempts: z.int(),
  dueAt: c.instant.optional(),
  last: z.string().optional(),
  dead: z.int(),
};
export const webhook = z
  .object(endpointFields)
  .meta({ id: 'Webhook', description: "A receiver of the ledger's events." });
export const webhookBody = z
  .strictObject({
    url: z.string().min(1).max(2_000),
    types: z.array(z.string().max(60)).max(50).optional(),
    from: whole.optional(),
  })
  .meta({ id: 'NewWebhook' });
export const replayBody = z.strictObject({ from: whole });
export const madeWebhook = z
  .object({ ...endpointFields, secret: z.string() })
  .meta({ id: 'MadeWebhook', description: '`secret` is shown this once.' });
export const webhookDetail = z
  .object({
    ...endpointFields,
    deadLetters: z.array(
      z.object({ ...position, messageId: z.string(), at: c.instant, attempts: z.int(), last: z.string() }),
    ),
  })
  .meta({ id: 'WebhookDetail' });
export const delivery = z
  .object({
    outcome: z.enum(['delivered', 'gone', 'failed']),
    reason: z.string().optional(),
    status: z.int().optional(),
    retryAfter: z.number().optional(),
  })
  .meta({ id: 'Delivery' });
