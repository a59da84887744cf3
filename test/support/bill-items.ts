import type { BillItem, RawCells } from '../../src/bills/index.ts';

/** Items that can be compared: with the rows that a line was read from, in place of the function that makes them. */
export function comparable(
  items: readonly BillItem[],
): readonly (BillItem | { readonly line: object; readonly raw: readonly RawCells[] | undefined })[] {
  return items.map((item) => {
    if (!('line' in item)) return item;
    const { raw, ...line } = item.line;
    return { line, raw: raw?.() };
  });
}
