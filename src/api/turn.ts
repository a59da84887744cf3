/** Where work waits until it is let through. */
export interface Queue {
  take<T>(work: () => Promise<T>): Promise<T>;
}

/** Lets work through one after the other, in the order in which it came. */
export class Turn implements Queue {
  #last: Promise<unknown> = Promise.resolve();

  take<T>(work: () => Promise<T>): Promise<T> {
    const run = this.#last.then(work);
    this.#last = run.catch(() => undefined);
    return run;
  }
}
