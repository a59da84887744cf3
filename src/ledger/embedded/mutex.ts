/** Runs tasks one after the other. */
export class Mutex {
  #last: Promise<unknown> = Promise.resolve();

  run<T>(task: () => Promise<T>): Promise<T> {
    const run = this.#last.then(task);
    this.#last = run.catch(() => undefined);
    return run;
  }
}

/** Many readers or one writer: a query sees one state from its first read to its last. */
export class ReadWriteGate {
  readonly #writers = new Mutex();
  readonly #readers = new Set<Promise<unknown>>();
  #writing: Promise<unknown> | undefined;

  async read<T>(task: () => Promise<T>): Promise<T> {
    while (this.#writing !== undefined) await this.#writing;
    const run = task();
    const settled = run.catch(() => undefined);
    this.#readers.add(settled);
    try {
      return await run;
    } finally {
      this.#readers.delete(settled);
    }
  }

  /** The task is synchronous: a state changes between two turns of the event loop. */
  write<T>(task: () => T): Promise<T> {
    return this.#writers.run(async () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#writing = promise;
      try {
        await Promise.all(this.#readers);
        return task();
      } finally {
        this.#writing = undefined;
        resolve();
      }
    });
  }
}
