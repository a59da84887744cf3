import { ChannelError, leafHash, merkleRoot, type ProvenRow } from '../emissions/index.ts';
import { recordTexts } from './page-text.ts';
import type { ActivityRecord } from './record.ts';
import { recordShape } from './record-shape.ts';
import { provenRowsShape } from './releases.ts';
import { key, list, object } from './shape.ts';

/** Records submitted together: the argument of one `records.submit`. Each factor row stands once, with its proof. */
export interface RecordPage {
  readonly factors: readonly ProvenRow[];
  /** Idempotency key, chosen per import. */
  readonly key: string;
  readonly records: readonly ActivityRecord[];
}

/** A page with what its text gives: ids in page order, and the Merkle root over them. */
export interface ParsedPage {
  readonly page: RecordPage;
  readonly ids: readonly string[];
  readonly root: string;
}

/** What the world state keeps of a page: single records are shown with a path to its root. */
export interface PageDigest {
  readonly owner: string;
  readonly root: string;
  readonly count: number;
}

export const maxPageRecords = 2_000;
export const maxPageBytes = 1_000_000;

const pageShape = object({ factors: provenRowsShape, key, records: list(recordShape, 1, maxPageRecords) });
/** Shape of a page but for its records. */
export const headShape = object({ factors: provenRowsShape, key, records: () => undefined });

/** Ids of records parsed from a page's canonical text, in page order. A record just built has no key order yet: `recordId`. */
export function recordIds(records: readonly ActivityRecord[]): string[] {
  return records.map((record) => leafHash(JSON.stringify(record)));
}

/**
 * The page of canonical text with the ids of its records, each record put to text once for both.
 * @throws {ChannelError} PAGE_TOO_LARGE, NOT_CANONICAL, FIELD_INVALID
 */
export function parsePage(args: string): ParsedPage {
  const page = parseJson(args) as RecordPage;
  const count = Array.isArray(page?.records) ? page.records.length : 0;
  if (count > maxPageRecords)
    throw new ChannelError('PAGE_TOO_LARGE', `the page has ${count} records; ${maxPageRecords} are allowed`);
  const texts = shapedTexts(page, args);
  const ids = texts.map(leafHash);
  return { page, ids, root: merkleRoot(ids) };
}

// One pass over the text tells that records are as they should be; only where they are not is it worked out what is wrong.
function shapedTexts(page: RecordPage, args: string): string[] {
  headShape(page, 'page');
  const found = recordTexts(args, page);
  if (found !== undefined) return found;
  pageShape(page, 'page');
  const texts = page.records.map((record) => JSON.stringify(record));
  const whole = `{"factors":${JSON.stringify(page.factors)},"key":${JSON.stringify(page.key)},"records":[${texts.join(',')}]}`;
  if (whole !== args) throw new ChannelError('NOT_CANONICAL', 'the page is not canonical JSON');
  return texts;
}

/**
 * The value of a transaction's arguments.
 * @throws {ChannelError} PAGE_TOO_LARGE, NOT_CANONICAL when the text is not JSON
 */
export function parseJson(args: string): unknown {
  const bytes = bytesOf(args);
  if (bytes > maxPageBytes)
    throw new ChannelError('PAGE_TOO_LARGE', `the arguments have ${bytes} bytes; ${maxPageBytes} are allowed`);
  try {
    return JSON.parse(args);
  } catch (cause) {
    throw new ChannelError('NOT_CANONICAL', 'the arguments are not JSON', { cause });
  }
}

/** Bytes of a text in UTF-8, or a part of them where the part is too many for a page. */
export function bytesOf(args: string): number {
  // A text has at least as many UTF-8 bytes as UTF-16 units.
  return args.length > maxPageBytes ? args.length : Buffer.byteLength(args);
}
