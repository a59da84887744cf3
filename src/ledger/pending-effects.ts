import { ChannelError } from '../emissions/index.ts';

/** What a running transaction means to change. It is kept until the end, so that a refusal leaves nothing. */
export class PendingEffects {
  readonly #transactionId: string;
  readonly #writes = new Map<string, string | null>();
  #event: { readonly name: string; readonly payload: string } | undefined;
  #ended = false;

  constructor(transactionId: string) {
    this.#transactionId = transactionId;
  }

  /** By key; null deletes. */
  get writes(): ReadonlyMap<string, string | null> {
    return this.#writes;
  }

  get event(): { readonly name: string; readonly payload: string } | undefined {
    return this.#event;
  }

  put(key: string, value: string): void {
    if (value === '' || !value.isWellFormed()) throw misuse(`the value of key ${JSON.stringify(key)} is not JSON text`);
    this.#write(key, value);
  }

  delete(key: string): void {
    this.#write(key, null);
  }

  emit(name: string, payload: string): void {
    this.#mustRun();
    if (name === '' || !name.isWellFormed() || !payload.isWellFormed()) throw misuse('an event needs a name and text');
    this.#event = { name, payload };
  }

  /** Takes nothing more. */
  end(): void {
    this.#ended = true;
  }

  #write(key: string, value: string | null): void {
    this.#mustRun();
    if (key === '' || key.includes('\0') || !key.isWellFormed()) {
      throw misuse(`${JSON.stringify(key)} is no key: keys are non-empty UTF-8 without NUL`);
    }
    this.#writes.set(key, value);
  }

  // A write that was not awaited would be lost without a word.
  #mustRun(): void {
    if (this.#ended) throw misuse(`transaction ${this.#transactionId} has ended`);
  }
}

function misuse(message: string): ChannelError {
  return new ChannelError('INTERNAL', message);
}
