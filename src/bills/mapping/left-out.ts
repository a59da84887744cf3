import type { BillWarning } from '../bill.ts';

const SHOWN = 5;

/** Rows of a table that are no use of their own: counted, and the first of them named. */
export class LeftOut {
  readonly #what: string;
  readonly #first: number[] = [];
  #count = 0;

  constructor(what: string) {
    this.#what = what;
  }

  add(row: number): void {
    this.#count += 1;
    if (this.#first.length < SHOWN) this.#first.push(row);
  }

  warnings(): BillWarning[] {
    if (this.#count === 0) return [];
    const rows = `${this.#count === 1 ? 'row' : 'rows'} ${this.#first.join(', ')}`;
    const more = this.#count > SHOWN ? ` and ${this.#count - SHOWN} more` : '';
    return [{ code: 'ROWS_LEFT_OUT', message: `${this.#what} were not counted: ${rows}${more}` }];
  }
}
