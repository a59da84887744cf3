import { ChannelError } from '../emissions/index.ts';

/** Which part of a list: at most `limit` items (1 to 1,000; 50 by default) after the cursor of the page before. */
export interface PageRequest {
  readonly limit?: number;
  readonly cursor?: string;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Cursor of the next page; absent on the last. */
  readonly next?: string;
}

const MOST = 1_000;
const USUAL = 50;

/** @throws {ChannelError} FIELD_INVALID */
export function pageSize({ limit = USUAL }: PageRequest): number {
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST)
    throw new ChannelError('FIELD_INVALID', `a page of ${limit} items was asked; 1 to ${MOST} are allowed`, {
      where: 'limit',
      fix: `Give a limit from 1 to ${MOST}.`,
    });
  return limit;
}

/** The key of the last item shown, as text that says nothing to its reader. */
export function encodeCursor(key: readonly number[]): string {
  return Buffer.from(key.join('.')).toString('base64url');
}

/** @throws {ChannelError} FIELD_INVALID when the text is no cursor of that many numbers */
export function decodeCursor(cursor: string, length: number): number[] {
  const text = Buffer.from(cursor, 'base64url').toString('latin1');
  const key = text.split('.').map(Number);
  const whole = /^-?[0-9]{1,15}(\.-?[0-9]{1,15})*$/.test(text) && key.length === length;
  if (!whole)
    throw new ChannelError('FIELD_INVALID', `'${cursor.slice(0, 40)}' is no cursor`, {
      where: 'cursor',
      fix: 'Give the cursor of the page before as it was answered, or none for the first page.',
    });
  return key;
}
