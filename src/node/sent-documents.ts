import { plainName, sentName } from './plain-name.ts';

/** A document that came with a bill from elsewhere: the name that a row of the bill gives it, and where it lies here. */
export interface SentDocument {
  readonly name: string;
  readonly path: string;
}

/**
 * Documents that came with bills from elsewhere, by the names that rows give them. Names are compared, and never looked up among
 * the files of this machine. A sender that tells no folders, as browsers do, is understood as long as one row name fits.
 */
export class SentDocuments {
  readonly #paths: ReadonlyMap<string, string>;
  /** The row name for which a document without folders stands. */
  readonly #taken = new Map<string, string>();

  constructor(documents: readonly SentDocument[]) {
    this.#paths = new Map(documents.map(({ name, path }) => [sentName(name), path]));
  }

  /** Absent where it was not sent, or where it cannot be told which of several is meant. */
  pathOf(named: string): string | undefined {
    const name = sentName(named);
    const plain = plainName(named);
    if (name !== plain && this.#paths.has(name)) return this.#paths.get(name);
    if (!this.#paths.has(plain)) return undefined;
    const taken = this.#taken.get(plain) ?? name;
    this.#taken.set(plain, taken);
    return taken === name ? this.#paths.get(plain) : undefined;
  }
}
