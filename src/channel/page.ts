import { ChannelError, leafHash, merkleRoot, type ProvenRow } from '../emissions/index.ts';
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

/** What the world state keeps of a page: single records are shown with a path to its root. */
export interface PageDigest {
  readonly owner: string;
  readonly root: string;
  readonly count: number;
}

export const maxPageRecords = 2_000;
export const maxPageBytes = 1_000_000;

export const pageShape = object({ factors: provenRowsShape, key, records: list(recordShape, 1, maxPageRecords) });

/** Leaf hashes of records: their ids, in page order. */
export function recordIds(records: readonly ActivityRecord[]): string[] {
  return records.map((record) => leafHash(JSON.stringify(record)));
}

/**
 * The page of canonical text with the ids of its records, each record put to text once for both.
 * @throws {ChannelError} PAGE_TOO_LARGE, NOT_CANONICAL, FIELD_INVALID
 */
export function parsePage(args: string): { page: RecordPage; ids: string[]; root: string } {
  if (args.length > maxPageBytes)
    throw new ChannelError('PAGE_TOO_LARGE', `the page has ${args.length} bytes; ${maxPageBytes} are allowed`);
  const page = parseJson(args) as RecordPage;
  pageShape(page, 'page');
  const texts = page.records.map((record) => JSON.stringify(record));
  const whole = `{"factors":${JSON.stringify(page.factors)},"key":${JSON.stringify(page.key)},"records":[${texts.join(',')}]}`;
  if (whole !== args) throw new ChannelError('NOT_CANONICAL', 'the page is not canonical JSON');
  const ids = texts.map(leafHash);
  return { page, ids, root: merkleRoot(ids) };
}

/**
 * Arguments of any other transaction.
 * @throws {ChannelError} NOT_CANONICAL when the text is not JSON in its canonical form
 */
export function parseJson(args: string): unknown {
  try {
    return JSON.parse(args);
  } catch (cause) {
    throw new ChannelError('NOT_CANONICAL', 'the arguments are not JSON', { cause });
  }
}
