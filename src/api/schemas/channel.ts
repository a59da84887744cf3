import { z } from 'zod';
import { erasureReasons, roles } from '../../channel/index.ts';
import * as c from './common.ts';
import { evidence, factorRow, recordState } from './records.ts';

export const status = z
  .object({
    member: c.memberId,
    name: z.string(),
    roles: z.array(z.string()),
    channel: z.string(),
    height: z.int(),
    members: z.int(),
    releases: z.object({ published: z.int(), withdrawn: z.int() }),
    documents: z.int(),
    lost: z.int(),
    openRequests: z.int(),
    notices: z.array(z.string()),
  })
  .meta({ id: 'Status' });

const channelRole = z.enum(roles).meta({ id: 'ChannelRole' });
export const member = z
  .object({
    id: c.memberId,
    name: z.string(),
    roles: z.array(channelRole),
    keys: z.array(z.string()).optional(),
    suspended: z.string().optional(),
  })
  .meta({ id: 'Member' });
export const admission = z
  .strictObject({
    id: c.memberId,
    name: c.line,
    publicKey: z
      .string()
      .regex(/^[A-Za-z0-9+/=]{1,400}$/)
      .optional(),
    roles: z.array(channelRole).max(roles.length),
  })
  .meta({ id: 'Admission' });
export const policy = z
  .strictObject({
    ruleSet: z.literal('uec-choice/1'),
    publishers: z.record(z.string().regex(/^([A-Z]{2}|\*)$/), z.array(z.string().max(40)).max(20)),
    vintageLimit: z.int().min(0).max(100),
    residualVintageLimit: z.int().min(0).max(100),
  })
  .meta({ id: 'Policy' });

const fault = z.object({ where: z.string(), message: z.string(), fix: z.string().optional() }).meta({ id: 'Fault' });
const report = z.object({
  blocks: z.int(),
  transactions: z.int(),
  faults: z.array(z.object({ code: z.string(), where: z.string(), message: z.string(), fix: z.string() })),
});
export const verifyAnswer = z
  .union([
    z.object({
      ledger: report.extend({
        bytes: z.int(),
        head: z.string(),
        replay: report.nullable(),
        found: z.int().nullable(),
        notices: z.array(z.string()),
      }),
    }),
    z.object({
      record: z.object({
        recordId: c.hash,
        checks: z.array(
          z.object({ check: z.string(), result: z.enum(['passed', 'failed', 'not-verified']), detail: z.string() }),
        ),
        numberVerified: z.boolean(),
        evidenceVerified: z.boolean(),
        state: recordState,
        counted: z.boolean(),
        by: c.hash.nullable(),
      }),
    }),
  ])
  .meta({ id: 'Verification' });
export const fsckAnswer = z
  .object({
    ok: z.boolean(),
    parts: z.array(
      z.object({
        part: z.string(),
        ok: z.boolean(),
        checked: z.boolean().meta({ description: 'False where a check could not be made: `detail` says why.' }),
        detail: z.string(),
        faults: z.array(fault),
      }),
    ),
  })
  .meta({ id: 'Fsck' });

export const trust = z
  .object({
    schema: z.literal('uec-trust/1'),
    channel: z.string(),
    genesis: c.hash,
    head: z.object({ height: z.int(), hash: c.hash }).optional(),
  })
  .meta({ id: 'Trust' });
export const bundleAnswer = z
  .object({ recordId: c.hash, otherRecords: z.int(), text: z.string() })
  .meta({ id: 'Bundle', description: '`text` is the bundle file; docs/bundles.md.' });

const hold = z.object({ until: c.date, reason: z.string() });
export const custody = z
  .object({
    commitment: c.hash,
    state: z.enum(['kept', 'erasing', 'erased', 'lost']),
    onLedger: evidence.nullable(),
    keptAt: c.instant,
    mediaType: z.string().nullable(),
    records: z.array(c.hash),
    hold: hold.nullable(),
  })
  .meta({ id: 'Custody', description: "A document in this node's custody." });
export const holdAnswer = z.object({ commitment: c.hash, hold: hold.nullable() }).meta({ id: 'Hold' });
export const documentStatus = z
  .object({
    commitment: c.hash,
    owner: c.memberId,
    state: evidence,
    records: z.array(c.hash),
    reason: z.string().optional(),
    date: c.date.optional(),
  })
  .meta({ id: 'DocumentStatus' });
const requestFields = {
  id: z.string(),
  auditor: c.memberId,
  owner: c.memberId,
  commitment: c.hash,
  purpose: z.string(),
  deadline: c.date,
  answer: z.string().optional(),
  reason: z.string().optional(),
  verdict: z.string().optional(),
  timestamp: c.instant.optional(),
};
export const documentRequest = z.object(requestFields).meta({ id: 'DocumentRequest' });
const checked = { state: z.enum(['matches', 'does-not-match', 'not-verified']), reason: z.string() };
export const verdictAnswer = z
  .object({ ...requestFields, check: z.object(checked).nullable() })
  .meta({ id: 'Verdict' });
export const documentVerifications = z
  .array(z.object({ commitment: c.hash, ...checked }))
  .meta({ id: 'DocumentVerifications' });
export const erasureReason = z.enum(erasureReasons).meta({ id: 'ErasureReason' });
export const erasureAnswer = z
  .object({
    commitment: c.hash,
    evidence: z.looseObject({ id: z.string(), complete: z.boolean(), checkedAt: c.instant }),
    transactionId: z.string().nullable(),
    disclosedTo: z.array(c.memberId),
  })
  .meta({ id: 'Erasure' });
export const tombstone = z
  .object({
    kind: z.enum(['documents', 'meters']),
    id: z.string(),
    date: c.instant,
    order: z.string(),
    reason: z.string(),
  })
  .meta({ id: 'Tombstone' });
export const scrubAnswer = z
  .object({
    checked: z.int(),
    findings: z.array(
      z.object({
        id: z.string(),
        commitment: c.hash.optional(),
        finding: z.string(),
        action: z.string(),
        message: z.string(),
      }),
    ),
    announced: z.array(c.hash),
  })
  .meta({ id: 'Scrub' });
export const meter = z
  .object({ pseudonym: z.string(), utility: z.string(), number: z.string(), site: z.string().optional() })
  .meta({ id: 'Meter', description: "The owner's own name of a meter: private data." });

export const release = z
  .object({
    release: z.string(),
    title: z.string(),
    published: z.string(),
    rows: z.int(),
    licence: z.string(),
    open: z.boolean(),
    terms: z.string().nullable(),
    root: c.hash,
    publishedBy: c.memberId.nullable(),
    withdrawn: z.string().nullable(),
    held: z.boolean(),
  })
  .meta({ id: 'Release' });
export const foundRow = z
  .object({ release: z.string(), usable: z.boolean(), row: factorRow })
  .meta({ id: 'FoundFactor' });
export const factorVerification = z
  .object({
    releases: z.int(),
    problems: z.array(z.object({ release: z.string(), where: z.string(), message: z.string() })),
  })
  .meta({ id: 'FactorVerification' });
