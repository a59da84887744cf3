import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import type { MadePage } from './records.ts';

/** Pages set aside on disk: a million records would not stay in memory, and making them is not what is measured. */
export class PageFile {
  readonly #file: number;
  readonly #places: { readonly owner: string; readonly at: number; readonly bytes: number }[] = [];
  #end = 0;

  constructor(path: string) {
    this.#file = openSync(path, 'w+');
  }

  get count(): number {
    return this.#places.length;
  }

  add({ owner, args }: MadePage): void {
    const bytes = writeSync(this.#file, args, this.#end);
    this.#places.push({ owner, at: this.#end, bytes });
    this.#end += bytes;
  }

  read(from: number, to: number): MadePage[] {
    return this.#places.slice(from, to).map(({ owner, at, bytes }) => {
      const buffer = Buffer.alloc(bytes);
      readSync(this.#file, buffer, 0, bytes, at);
      return { owner, args: buffer.toString() };
    });
  }

  close(): void {
    closeSync(this.#file);
  }
}
