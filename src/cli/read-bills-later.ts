import type { BillFile, BillItem } from '../bills/index.ts';

/** As `readBills`. Its readers are loaded when the first line is asked for: most commands read no bill. */
export function readBillsLater(file: BillFile): AsyncIterableIterator<BillItem> {
  let items: AsyncIterableIterator<BillItem> | undefined;
  let isDone = false;
  const start = async (): Promise<IteratorResult<BillItem>> => {
    // Not by the index, with which templates and proposals and their schemas come.
    const { readBills } = await import('../bills/read-bills.ts');
    items = readBills(file);
    return items.next();
  };
  // No generator, which would cost every item several turns of the event loop.
  return {
    next() {
      if (isDone) return Promise.resolve({ done: true, value: undefined });
      return items === undefined ? start() : items.next();
    },
    async return() {
      isDone = true;
      await items?.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
