import type { AheadCheck, CheckedPage } from '../../channel/index.ts';
import { decodeChecked } from './checked-text.ts';
import type { Submission } from './envelope.ts';
import type { StateView } from './overlay.ts';
import { claimed, newClaim, type PageAnswer } from './page-message.ts';
import { PageThread, pageWorker } from './page-thread.ts';

/** A page that waits for its turn. */
interface WaitingPage {
  readonly number: number;
  readonly submission: Submission;
  readonly claim: Int32Array;
  readonly done: PromiseWithResolvers<void>;
  isDone: boolean;
  checked?: CheckedPage | undefined;
}

export interface PageCheckOptions {
  /** The thread's program. */
  readonly script?: URL;
  readonly patienceMs?: number;
  /** Bytes of pages that are with the thread at a time. */
  readonly mostBytes?: number;
  /** Told once, when no thread is started any more. */
  readonly onGivenUp?: () => void;
}

// Smaller pages are checked sooner than they are handed over.
const LEAST_BYTES = 20_000;
// A page takes the thread some hundredths of a second. After so long it hangs, or the machine has no time for it.
const PATIENCE_MS = 2_000;
const MOST_THREADS = 3;
// What is handed over is copied. Pages beyond it wait for their turn with nothing done ahead.
const MOST_BYTES = 32 * 1024 * 1024;

/**
 * Checks pages before their turn: on a thread beside, and here where there would be nothing to do but wait for it. Nothing rests
 * on it: a page that was not checked, or was refused, or whose facts have changed since, is judged in its turn.
 */
export class PageChecks {
  readonly #ahead: AheadCheck;
  readonly #state: StateView;
  readonly #script: URL;
  readonly #patienceMs: number;
  readonly #mostBytes: number;
  readonly #onGivenUp: () => void;
  /** In the order of their turns. */
  readonly #waiting = new Map<Submission, WaitingPage>();
  /** With the thread, by number. */
  readonly #posted = new Map<number, WaitingPage>();
  #count = 0;
  #thread: PageThread | undefined;
  #threads = 0;
  #isClosed = false;
  /** State that checks may read; undefined where it is to be read anew. */
  #values: ReadonlyMap<string, string> | undefined;
  #valuesSent = false;

  constructor(ahead: AheadCheck, state: StateView, options: PageCheckOptions = {}) {
    this.#ahead = ahead;
    this.#state = state;
    this.#script = options.script ?? pageWorker;
    this.#patienceMs = options.patienceMs ?? PATIENCE_MS;
    this.#mostBytes = options.mostBytes ?? MOST_BYTES;
    this.#onGivenUp = options.onGivenUp ?? (() => undefined);
  }

  /** Takes on a submission that has to wait for others. */
  offer(submission: Submission): void {
    const { header, argsBytes } = submission;
    if (this.#isClosed || header.name !== this.#ahead.transaction || argsBytes.length < LEAST_BYTES) return;
    const done = Promise.withResolvers<void>();
    const page = { number: this.#count++, submission, claim: newClaim(), done, isDone: false };
    this.#waiting.set(submission, page);
    this.#post(page);
  }

  /** Forgets a submission: its caller gave up, or it was run. */
  drop(submission: Submission): void {
    const page = this.#waiting.get(submission);
    if (page !== undefined) this.#claim(page);
    this.#waiting.delete(submission);
  }

  /** The page's check, when its turn has come; undefined where it is to be judged in place. */
  async take(submission: Submission): Promise<CheckedPage | undefined> {
    const page = this.#waiting.get(submission);
    if (page === undefined) return undefined;
    this.#waiting.delete(submission);
    if (this.#claim(page)) return undefined;
    await this.#settled(page);
    return page.checked?.digest === submission.header.argsHash ? page.checked : undefined;
  }

  /** Tells of keys that a block changed. */
  written(keys: Iterable<string>): void {
    for (const key of keys) {
      if (!this.#ahead.reads.some(([start, end]) => start <= key && key < end)) continue;
      this.#values = undefined;
      this.#valuesSent = false;
      return;
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#endThread();
  }

  async #settled(page: WaitingPage): Promise<void> {
    for (;;) {
      this.#thread?.drain();
      if (page.isDone) return;
      const other = this.#unclaimed();
      if (other === undefined) break;
      await this.#checkHere(other);
    }
    // The timer also keeps the process alive, which the thread does not.
    const timer = setTimeout(() => void this.#endThread(), this.#patienceMs);
    await page.done.promise;
    clearTimeout(timer);
  }

  #unclaimed(): WaitingPage | undefined {
    for (const page of this.#waiting.values()) if (this.#claim(page)) return page;
    return undefined;
  }

  async #checkHere(page: WaitingPage): Promise<void> {
    const { caller, header, args } = page.submission;
    const values = this.#readValues();
    const { timestamp, argsHash } = header;
    const facts = { caller, timestamp, argsHash, get: async (key: string) => values.get(key) };
    settle(page, await this.#ahead.check(args, facts).catch(() => undefined));
  }

  #post(page: WaitingPage): void {
    if (this.#postedBytes() + page.submission.argsBytes.length > this.#mostBytes) return;
    const thread = this.#startedThread();
    if (thread === undefined) return;
    const { caller, header, args } = page.submission;
    const values = this.#readValues();
    this.#posted.set(page.number, page);
    thread.post({
      page: page.number,
      claim: page.claim,
      args,
      caller: { member: caller.member },
      timestamp: header.timestamp,
      ...(this.#valuesSent ? {} : { values: [...values] }),
    });
    this.#valuesSent = true;
  }

  #postedBytes(): number {
    let bytes = 0;
    for (const { submission } of this.#posted.values()) bytes += submission.argsBytes.length;
    return bytes;
  }

  // True where the page has not been begun by either side: it is this side's from now on.
  #claim(page: WaitingPage): boolean {
    const mine = claimed(page.claim);
    if (mine) this.#posted.delete(page.number);
    return mine;
  }

  #startedThread(): PageThread | undefined {
    if (this.#thread !== undefined || this.#threads === MOST_THREADS) return this.#thread;
    this.#threads += 1;
    this.#valuesSent = false;
    const thread = new PageThread(
      this.#script,
      (answer) => this.#answered(answer),
      () => {
        if (this.#thread === thread) void this.#endThread();
      },
    );
    this.#thread = thread;
    return thread;
  }

  // What it had is judged in place.
  async #endThread(): Promise<void> {
    const thread = this.#thread;
    this.#thread = undefined;
    for (const page of this.#posted.values()) {
      claimed(page.claim);
      settle(page, undefined);
    }
    this.#posted.clear();
    if (thread !== undefined && !this.#isClosed && this.#threads === MOST_THREADS) this.#onGivenUp();
    await thread?.end();
  }

  #answered({ page: number, text }: PageAnswer): void {
    const page = this.#posted.get(number);
    this.#posted.delete(number);
    if (page === undefined) return;
    try {
      settle(page, text === undefined ? undefined : decodeChecked(text));
    } catch {
      settle(page, undefined);
    }
  }

  #readValues(): ReadonlyMap<string, string> {
    this.#values ??= new Map(this.#ahead.reads.flatMap(([start, end]) => [...this.#state.range(start, end)]));
    return this.#values;
  }
}

function settle(page: WaitingPage, checked: CheckedPage | undefined): void {
  page.checked = checked;
  page.isDone = true;
  page.done.resolve();
}
