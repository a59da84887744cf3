import { type FSWatcher, watch } from 'node:fs';
import { join } from 'node:path';
import { errorFile } from '../../bills/index.ts';
import { type ChannelError, type ErrorReport, isChannelError } from '../../emissions/index.ts';
import { asChannelError, isOfTheFile, type UseCaseArgs, type UseCaseResult } from '../../node/index.ts';
import { withDocument } from '../error-documents.ts';
import type { NodeClient } from '../node-client.ts';
import { lockFolder } from './folder-lock.ts';
import { Incoming } from './incoming.ts';
import { freeName, putAside, writeAside } from './put-aside.ts';

type Answer = UseCaseResult<'record'>;

/** What a watch tells as it goes. `name` is for a person at a terminal; it stands in no log. */
export type WatchEvent =
  | { readonly event: 'watching' | 'stopped' }
  | {
      readonly event: 'recorded';
      readonly name: string;
      readonly import: string | null;
      readonly lines: number;
      readonly rejected: number;
      readonly totals: Answer['totals'];
    }
  | { readonly event: 'duplicate' | 'refused'; readonly name: string; readonly error: ErrorReport }
  | { readonly event: 'ignored'; readonly name: string }
  | { readonly event: 'waiting'; readonly error: ErrorReport };

export interface Watch {
  readonly folder: string;
  readonly request: Omit<UseCaseArgs<'record'>, 'files'>;
  readonly signal: AbortSignal;
  /** Opens the node for one round of files, and lets it go again. */
  readonly withNode: (work: (node: NodeClient) => Promise<void>) => Promise<void>;
  readonly say: (event: WatchEvent) => void;
}

/** Never faster than this, whatever happens in the folder. */
const LEAST_PAUSE_MS = 1_000;
/** Looked at so often even where the operating system tells of no change: network drives. */
const RESCAN_MS = 5_000;
const MOST_WAIT_MS = 60_000;

/**
 * Records each file that comes into a folder and moves it to `done` or `refused` inside it, until it is told to stop. A file is
 * moved after it was recorded: killed in between, the next watch finds that it was recorded and moves it.
 * @throws {ChannelError} FOLDER_WATCHED, FILE_UNREADABLE
 */
export async function watchFolder(task: Watch): Promise<void> {
  const release = lockFolder(task.folder);
  const bell = new Bell(task.folder, task.signal);
  try {
    task.say({ event: 'watching' });
    await lookAgainAndAgain(task, bell);
    task.say({ event: 'stopped' });
  } finally {
    bell.close();
    release();
  }
}

async function lookAgainAndAgain(task: Watch, bell: Bell): Promise<void> {
  const incoming = new Incoming(task.folder);
  let wait = LEAST_PAUSE_MS;
  while (!task.signal.aborted) {
    const { ready, settling, others } = await incoming.look();
    for (const name of others) task.say({ event: 'ignored', name });
    const fault = ready.length === 0 ? undefined : await takeAll(task, ready);
    if (fault === undefined) {
      wait = LEAST_PAUSE_MS;
      await bell.pause(settling > 0 ? LEAST_PAUSE_MS : RESCAN_MS);
    } else {
      task.say({ event: 'waiting', error: fault.report() });
      wait = Math.min(wait * 2, MOST_WAIT_MS);
      await bell.pause(wait, false);
    }
  }
}

/** Takes files one after the other; gives the fault that none of them is to blame for. */
async function takeAll(task: Watch, names: readonly string[]): Promise<ChannelError | undefined> {
  try {
    await task.withNode(async (node) => {
      for (const name of names) {
        if (task.signal.aborted) return;
        await takeFile(task, node, name);
      }
    });
    return undefined;
  } catch (error) {
    return isChannelError(error, 'CANCELLED') ? undefined : asChannelError(error);
  }
}

async function takeFile(task: Watch, node: NodeClient, name: string): Promise<void> {
  const { folder, say } = task;
  try {
    const answer = await record(task, node, name);
    await putAside(folder, name, 'done');
    const { lines, rejected } = answer.totals;
    say({ event: 'recorded', name, import: answer.files[0]?.import ?? null, lines, rejected, totals: answer.totals });
  } catch (error) {
    if (!isOfTheFile(error)) throw error;
    const report = error.report();
    if (error.code === 'FILE_DUPLICATE') {
      await putAside(folder, name, 'done');
      say({ event: 'duplicate', name, error: report });
    } else {
      const free = await freeName(join(folder, 'refused'), name);
      await writeAside(folder, `${free}.reasons.txt`, reasons(report));
      await putAside(folder, name, 'refused');
      say({ event: 'refused', name, error: report });
    }
  }
}

/** The rows that are left out are written before the others are recorded, so that a kill in between loses none of them. */
async function record(task: Watch, node: NodeClient, name: string): Promise<Answer> {
  const { folder, request, signal } = task;
  const all = { ...request, files: [join(folder, name)] };
  const quietly = (): void => undefined;
  if (request.acceptPartial !== true) return node.call('record', all, quietly, signal);
  // The mended rows come into the folder again, and the bill itself lies below it by then.
  const done = join('done', await freeName(join(folder, 'done'), name));
  const proved = (rejected: Answer['rejected']) =>
    rejected.map((row) => withDocument(row, (named) => (named === name ? done : named)));
  const { rejected } = await node.call('record', { ...all, dryRun: true }, quietly, signal);
  if (rejected.length > 0) await writeAside(folder, `${name}.errors.csv`, errorFile(proved(rejected), request.read));
  const answer = await node.call('record', all, quietly, signal);
  if (answer.rejected.length > 0)
    await writeAside(folder, `${name}.errors.csv`, errorFile(proved(answer.rejected), request.read));
  return answer;
}

function reasons({ code, message, where, fix, problems = [] }: ErrorReport): string {
  const place = where === undefined ? '' : ` (${where})`;
  const rows = problems.map((one) => `- ${one.where ?? ''}: ${one.code}: ${one.message}\n  ${one.fix}`);
  return [
    `${code}: ${message}${place}`,
    fix,
    '',
    ...rows,
    AS_IT_IS.test(code) ? ELSEWHERE : 'Mend the file and put it into the watched folder again.',
    '',
  ].join('\n');
}

/** What is not wrong with the file: a person has to say something that the watch was not told. */
const AS_IT_IS = /^(PROPOSAL_|FILE_KIND_UNKNOWN$)/;
const ELSEWHERE =
  'The watch cannot take it as it is: record it with uec record DIR FILE and what is said above (--confirm, --map). It need not come back here.';

/** Wakes the watch when something changes in the folder. */
class Bell {
  readonly #signal: AbortSignal;
  #watcher: FSWatcher | undefined;
  #rung = false;
  #wake: () => void = () => undefined;

  constructor(folder: string, signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener('abort', () => this.#wake());
    try {
      this.#watcher = watch(folder, () => this.#ring());
      this.#watcher.on('error', () => this.close());
    } catch {
      // Too many watches, or a drive that knows none: the folder is looked at from time to time all the same.
    }
  }

  /** Waits so long, or until the bell rings; at least a second, unless it is all to end. */
  async pause(milliseconds: number, early = true): Promise<void> {
    await this.#sleep(LEAST_PAUSE_MS);
    if (!(early && this.#rung)) await this.#sleep(milliseconds - LEAST_PAUSE_MS, early);
    this.#rung = false;
  }

  close(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
  }

  #ring(): void {
    this.#rung = true;
    this.#wake();
  }

  async #sleep(milliseconds: number, early = false): Promise<void> {
    if (this.#signal.aborted || milliseconds <= 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, milliseconds);
    this.#wake = () => {
      if (early || this.#signal.aborted) resolve();
    };
    await promise;
    clearTimeout(timer);
    this.#wake = () => undefined;
  }
}
