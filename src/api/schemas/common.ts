import { z } from 'zod';
import { commodities, flows, gwpSets, readBases, statedEnds, unitNames } from '../../emissions/index.ts';

/** A plain decimal, exact: digits and one dot. */
export const decimal = z
  .string()
  .regex(/^-?(0|[1-9][0-9]{0,39})(\.[0-9]{1,40})?$/)
  .meta({ id: 'Decimal', description: 'A plain decimal as text, exact: digits and one dot, no exponent.' });
export const date = z
  .string()
  .regex(/^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$/)
  .meta({ id: 'Date', description: 'A civil date, YYYY-MM-DD.' });
export const instant = z.string().max(40).meta({ id: 'Instant', description: 'An instant in UTC, ISO 8601.' });
export const hash = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .meta({ id: 'Hash', description: 'SHA-256, lower-case hex.' });
export const memberId = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/)
  .meta({ id: 'MemberId' });
/** What a caller writes to name a record, a document or a request: the id, or a beginning of it that no other shares. */
export const idOrPrefix = z
  .string()
  .regex(/^[0-9a-f]{8,64}$/)
  .meta({ id: 'IdOrPrefix', description: 'An id in lower-case hex, or its beginning of at least 8 digits.' });
/** One line of text that a person wrote. */
export const line = z.string().min(1).max(200);
export const commodity = z.enum(commodities).meta({ id: 'Commodity' });
export const flow = z.enum(flows).meta({ id: 'Flow' });
export const unit = z.enum(unitNames as unknown as readonly [string, ...string[]]).meta({ id: 'Unit' });
export const readBasis = z.enum(readBases).meta({ id: 'ReadBasis' });
export const statedEnd = z.enum(statedEnds).meta({ id: 'StatedEnd' });
export const gwpChoice = z.enum(['publisher', ...gwpSets]).meta({ id: 'GwpChoice' });
export const calorific = z.enum(['gross', 'net']);
export const year = z.int().min(1900).max(2200);

export const place = z
  .object({ country: z.string(), subdivision: z.string().optional(), region: z.string().optional() })
  .meta({ id: 'Place', description: 'Where energy was used: never finer than a grid region.' });
export const placeHint = z
  .strictObject({
    country: z.string().regex(/^[A-Z]{2}$/),
    subdivision: z.string().regex(/^[A-Z]{2}-[A-Z0-9]{1,3}$/),
    region: z.string().regex(/^[A-Z0-9]{2,12}$/),
    zip: z.string().regex(/^[0-9]{5}(-[0-9]{4})?$/),
    utilityId: z.string().regex(/^[0-9]{1,8}$/),
  })
  .partial()
  .meta({ id: 'PlaceHint', description: 'What is known of the place. A ZIP never leaves the node.' });

const problemFields = {
  code: z.string().regex(/^[A-Z_]+$/),
  where: z.string().optional(),
  fix: z.string(),
  recordId: z.string().optional(),
  otherRecordId: z.string().optional(),
  transactionId: z.string().optional(),
  member: z.string().optional(),
  index: z.int().optional(),
  retryAfter: z.int().optional(),
};
export const errorReport = z
  .object({ ...problemFields, message: z.string(), problems: z.array(z.looseObject(problemFields)).optional() })
  .meta({ id: 'ErrorReport', description: 'An error as docs/errors.md lists them.' });
export const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int().min(400).max(599),
    detail: z.string(),
    ...problemFields,
    problems: z.array(errorReport).optional(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457 problem details, with the codes of docs/errors.md.' });

/** Which part of a list. */
export const paging = {
  limit: z.int().min(1).max(500).optional().meta({ description: 'Most items of the page; 50 by default.' }),
  cursor: z.string().min(1).max(200).optional().meta({ description: 'The cursor `next` of the page before.' }),
};
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({
    items: z.array(item),
    next: z.string().optional().meta({ description: 'Cursor of the next page; absent on the last.' }),
  });

/** A file that the node has already, by an upload; or, on the node's own socket only, by its path. */
export const fileRef = z
  .union([
    z.strictObject({ upload: z.string().regex(/^[0-9a-f]{32}$/) }),
    z.strictObject({ path: z.string().min(1).max(4096) }),
  ])
  .meta({
    id: 'FileRef',
    description: 'An upload by its id. A path is taken from the command on the same machine only.',
  });
export type FileRef = z.infer<typeof fileRef>;
