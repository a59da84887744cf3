import type { BillItem } from './bill.ts';

/**
 * Items that a reader makes in batches, one by one. An async generator takes several turns of the event loop for each item
 * and each layer; here an item of a batch that is there costs one.
 */
export function batchedItems(batches: AsyncGenerator<readonly BillItem[]>): AsyncIterableIterator<BillItem> {
  let batch: readonly BillItem[] = [];
  let at = 0;
  const next = async (): Promise<IteratorResult<BillItem>> => {
    for (;;) {
      const more = await batches.next();
      if (more.done === true) {
        batch = [];
        return { done: true, value: undefined };
      }
      if (more.value.length === 0) continue;
      batch = more.value;
      at = 1;
      return { done: false, value: batch[0] as BillItem };
    }
  };
  return {
    next() {
      if (at >= batch.length) return next();
      const value = batch[at] as BillItem;
      at += 1;
      return Promise.resolve({ done: false, value });
    },
    async return() {
      batch = [];
      await batches.return(undefined);
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
