import type { Column, Sheet } from '../sheet.ts';

// What the sample bills on A4 have in common.

/** Where the values of a page end. */
export const VALUE: Column = [545, 'right'];

/** What is charged: its name, how it was worked out, and the amount. */
export function prices(middle = 390): readonly Column[] {
  return [[50, 'left'], [middle, 'right'], VALUE];
}

interface Head {
  readonly name: string;
  readonly note: string;
  readonly pageNumber?: string;
  /** How far down customer and facts begin, and where the facts begin from the left. */
  readonly at: readonly [x: number, y: number];
  readonly customer: readonly string[];
  readonly facts: readonly (readonly string[])[];
}

/** Who sends the bill, who gets it, and the facts beside the address. */
export function head(page: Sheet, { name, note, pageNumber, at: [x, y], customer, facts }: Head): void {
  page.text(50, 60, name, { size: 16, bold: true });
  page.text(50, 76, note);
  if (pageNumber !== undefined) page.text(545, 60, pageNumber, { align: 'right' });
  const lines = customer.map((line) => [line]);
  page.rows(y, [[50, 'left']], lines);
  page.rows(y, [[x, 'left'], VALUE], facts);
}
