import { ChannelError } from '../emissions/index.ts';
import type { BillWarning } from './bill.ts';
import type { DelimitedRow } from './delimited.ts';

/** Words by which a row says that its bill does not hold. */
const NOT_VALID =
  /^\s*(cancel+ed|cancellation|void(ed)?|revers(ed|al)|superseded|withdrawn|rejected|deleted|draft|duplicate|credit (note|memo)|storno|storniert|annulé[es]?|annul[ée]e|anulad[oa])\s*$/i;

/** What multiplies the differences of a register. */
const MULTIPLIER = /multiplier|\b(ct|vt|pt)[ _]?ratio\b|\bmeter[ _](factor|constant)\b|wandlerfaktor|zählerfaktor/i;

/** True for a cell by which a row says that its bill does not hold. */
export function saysNotValid(cell: string): boolean {
  return NOT_VALID.test(cell);
}

/**
 * A bill that its own row takes back is no use.
 * @throws {ChannelError} ROW_INVALID naming the column; `names` are those of the header
 */
export function demandValid({ row, cells }: DelimitedRow, names: readonly string[]): void {
  const at = cells.findIndex(saysNotValid);
  if (at < 0) return;
  throw new ChannelError('ROW_INVALID', 'a cell says that the bill was cancelled, credited or replaced', {
    where: `row ${row}, column ${(names[at] ?? '').trim().slice(0, 40)}`,
    fix: 'Take the row out, with the bill that it takes back; leave the one that holds.',
  });
}

/** A multiplier among the columns that are not read: amounts may be those before it. */
export function multiplierWarnings(unread: readonly string[]): BillWarning[] {
  return unread
    .filter((name) => MULTIPLIER.test(name))
    .map((name) => ({
      code: 'MULTIPLIER_UNUSED',
      message: `column ${name.slice(0, 40)} was not applied: amounts were taken as they stand`,
    }));
}
