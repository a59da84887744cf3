import { ChannelError } from '../emissions/index.ts';
import { plainName, sentName } from './plain-name.ts';

/** A document that came with a bill from elsewhere: the name that a row of the bill gives it, and where it lies here. */
export interface SentDocument {
  readonly name: string;
  readonly path: string;
  /** The name is the one that the row gives, with its folders: it stands for no other. */
  readonly isWhole?: boolean;
}

/**
 * Documents that came with bills from elsewhere, by the names that rows give them. Names are compared, and never looked up among
 * the files of this machine. A sender that tells no folders, as browsers do, is understood as long as one row name fits.
 */
export class SentDocuments {
  readonly #documents = new Map<string, SentDocument>();
  /** The row name for which a document without folders stands. */
  readonly #taken = new Map<string, string>();

  /** @throws {ChannelError} REQUEST_INVALID where two documents have one name: nothing says which is meant */
  constructor(documents: readonly SentDocument[]) {
    for (const document of documents) {
      const name = sentName(document.name);
      if (this.#documents.has(name))
        throw new ChannelError('REQUEST_INVALID', 'two documents have one name', {
          where: 'documents',
          fix: 'Send each document once, under the name that the row gives it.',
        });
      this.#documents.set(name, document);
    }
  }

  /** Absent where it was not sent, or where it cannot be told which of several is meant. */
  pathOf(named: string): string | undefined {
    const name = sentName(named);
    const plain = plainName(named);
    const whole = this.#documents.get(name);
    if (whole !== undefined && (name !== plain || whole.isWhole === true)) return whole.path;
    const bare = this.#documents.get(plain);
    if (bare === undefined || bare.isWhole === true) return undefined;
    const taken = this.#taken.get(plain) ?? name;
    this.#taken.set(plain, taken);
    return taken === name ? bare.path : undefined;
  }
}
