import { ownText } from './own-text.ts';

/** How many texts of one column are remembered: portfolios repeat the same few. */
const MAX_KNOWN = 4_096;
/** Longer texts are read each time: the bound would be none in bytes. */
const LONGEST = 300;

/** Texts of a column with what they mean; the last text is told by a look, also one that means nothing. */
export class KnownTexts<T> {
  readonly #values = new Map<string, T>();
  readonly #read: (text: string) => T | undefined;
  readonly #absent: T | undefined;
  #lastText: string | undefined;
  #last: T | undefined;

  constructor(read: (text: string) => T | undefined, absent: T | undefined) {
    this.#read = read;
    this.#absent = absent;
  }

  of(text: string | undefined): T | undefined {
    if (text === undefined || text === '') return this.#absent;
    if (text === this.#lastText) return this.#last;
    const value = this.#values.get(text) ?? this.#learn(text);
    this.#lastText = text;
    this.#last = value;
    return value;
  }

  /** Reads a text that was not met, and remembers what it means. */
  #learn(text: string): T | undefined {
    const value = this.#read(text);
    if (value === undefined || text.length > LONGEST) return value;
    if (this.#values.size >= MAX_KNOWN) this.#values.clear();
    this.#values.set(ownText(text), value);
    return value;
  }
}
