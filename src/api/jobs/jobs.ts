import { randomBytes } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { ChannelError, type ErrorReport, isChannelError } from '../../emissions/index.ts';
import type { Progress } from '../../node/index.ts';
import { type ApiRole, type Principal, roleAllows } from '../access/principal.ts';
import { reportOf } from '../problem.ts';
import { type JobEntry, type JobState, JobStore } from './job-store.ts';

type Step = Parameters<Progress>[0];

/** A job as it is answered. */
export interface JobView extends JobEntry {
  /** How far it is; while it runs in this process. */
  readonly progress?: Step;
  /** What it gave; for an hour, and not after a restart. */
  readonly result?: unknown;
}

/** One thing told of a job: an id that only grows, so that a reader that was cut off can go on. */
export interface JobEvent {
  readonly id: number;
  readonly event: 'progress' | JobState;
  readonly data: unknown;
}

interface Running {
  readonly stop: AbortController;
  readonly told: EventEmitter;
  readonly events: JobEvent[];
  count: number;
  lastStep: number;
  progress?: Step;
  result?: unknown;
  readonly role: ApiRole;
  done: Promise<void>;
}

/** How a job ended, for the audit log. */
export interface JobEnd {
  readonly id: string;
  readonly operation: string;
  readonly principal: Principal;
  readonly state: JobState;
  readonly error?: ErrorReport;
  /** Numbers that say how much was done. */
  readonly counts?: Readonly<Record<string, number>>;
}

export interface JobOptions {
  /** Awaited before an end is told; where it fails, the job failed. */
  readonly onEnd?: (end: JobEnd) => Promise<void>;
}

/** What of a job's result the audit log is told. */
export type Counts = (result: never) => Readonly<Record<string, number>>;

export type Work = (progress: Progress, signal: AbortSignal) => Promise<unknown>;

const MOST_RUNNING = 32;
const MOST_EVENTS = 200;
const KEPT_RESULTS = 100;
const KEEP_MS = 3_600_000;
/** Steps of progress come faster than anybody reads them. */
const STEP_MS = 100;

/** Long work, told of while it runs and after. */
export class Jobs {
  readonly #store: JobStore;
  readonly #now: () => Date;
  readonly #onEnd: NonNullable<JobOptions['onEnd']>;
  readonly #live = new Map<string, Running>();

  constructor(path: string, now: () => Date, { onEnd = async () => undefined }: JobOptions = {}) {
    this.#now = now;
    this.#onEnd = onEnd;
    this.#store = new JobStore(path, now());
  }

  /** Jobs that ended with the process before this one, and of which nobody was told. */
  get interrupted(): readonly JobEntry[] {
    return this.#store.interrupted;
  }

  /**
   * `role`: the least that the operation asks for; the result is told to nobody with less.
   * @throws {ChannelError} BUSY when too many are under way
   */
  start(operation: string, principal: Principal, work: Work, counts?: Counts, role: ApiRole = 'viewer'): JobView {
    if (this.#running().length >= MOST_RUNNING)
      throw new ChannelError('BUSY', `${MOST_RUNNING} jobs are under way`, { retryAfter: 5 });
    const id = randomBytes(16).toString('hex');
    const entry: JobEntry = {
      ...{ id, operation, principal: principal.id, state: 'running' },
      createdAt: this.#now().toISOString(),
    };
    this.#store.start(entry);
    const told = new EventEmitter().setMaxListeners(0);
    const running: Running = {
      ...{ stop: new AbortController(), told, events: [], count: 0, lastStep: 0, role },
      done: Promise.resolve(),
    };
    this.#live.set(id, running);
    running.done = this.#run({ id, operation, principal }, running, work, counts);
    return entry;
  }

  async #run(
    job: Pick<JobEnd, 'id' | 'operation' | 'principal'>,
    running: Running,
    work: Work,
    counts: Counts | undefined,
  ): Promise<void> {
    const { id } = job;
    const { signal } = running.stop;
    const progress: Progress = (step) => {
      // A use case that knows no signal ends here: at a step it can stop, as it can at a crash.
      if (signal.aborted) throw new ChannelError('CANCELLED', 'it was stopped on request before its end');
      running.progress = step;
      const now = performance.now();
      if (now - running.lastStep < STEP_MS && step.done !== step.total) return;
      running.lastStep = now;
      tell(running, 'progress', step);
    };
    try {
      const result = await work(progress, signal);
      await this.#onEnd({
        ...job,
        state: 'done',
        ...(counts === undefined ? {} : { counts: counts(result as never) }),
      });
      running.result = result ?? null;
      this.#end(id, running, 'done', undefined);
    } catch (error) {
      const state = signal.aborted && isChannelError(error, 'CANCELLED') ? 'cancelled' : 'failed';
      const report = reportOf(error);
      // Where it was the audit log that failed, there is nowhere to say so but here.
      await this.#onEnd({ ...job, state, error: report }).catch(() => undefined);
      this.#end(id, running, state, report);
    }
    setTimeout(() => this.#live.delete(id), KEEP_MS).unref();
    const ended = [...this.#live].filter(([, { events }]) => isLast(events.at(-1)));
    for (const [old] of ended.slice(0, Math.max(0, ended.length - KEPT_RESULTS))) this.#live.delete(old);
  }

  #end(id: string, running: Running, state: JobState, error: ErrorReport | undefined): void {
    this.#store.finish(id, state, this.#now().toISOString(), error);
    delete running.progress;
    tell(running, state, this.#view(this.#store.find(id) as JobEntry, false));
  }

  /** @throws {ChannelError} JOB_NOT_FOUND, also for a job of somebody else */
  find(id: string, principal: Principal): JobView {
    const { role = 'admin' } = this.#live.get(id) ?? {};
    // A caller may have lost the role with which it began: rows of a bill are in the result of an import.
    return this.#view(this.#entry(id, principal), principal.kind === 'local' || roleAllows(principal.role, role));
  }

  list(principal: Principal): JobView[] {
    return this.#store.list(seesAll(principal) ? undefined : principal.id).map((entry) => this.#view(entry, false));
  }

  /** Asks a job to stop; one that has ended stays as it is. */
  cancel(id: string, principal: Principal): JobView {
    const entry = this.#entry(id, principal);
    this.#live.get(id)?.stop.abort();
    return this.#view(entry, false);
  }

  /** What is told of a job after the event `after`, to its end. A reader that is slow misses steps, never the end. */
  async *events(id: string, principal: Principal, after: number, signal: AbortSignal): AsyncGenerator<JobEvent> {
    const entry = this.#entry(id, principal);
    const running = this.#live.get(id);
    if (running === undefined) {
      yield { id: after + 1, event: entry.state, data: this.#view(entry, false) };
      return;
    }
    let last = after;
    while (!signal.aborted) {
      const next = running.events.find((event) => event.id > last);
      if (next !== undefined) {
        last = next.id;
        yield next;
        if (next.event !== 'progress') return;
      } else if (isLast(running.events.at(-1))) return;
      else await once(running.told, 'event', { signal }).catch(() => undefined);
    }
  }

  /** Waits for what is under way, a while; then asks it to stop, and waits for that. */
  async close(graceMs: number): Promise<void> {
    const all = Promise.allSettled(this.#running().map(({ done }) => done));
    const grace = AbortSignal.timeout(graceMs);
    await Promise.race([all, once(grace, 'abort')]);
    for (const { stop } of this.#running()) stop.abort();
    await all;
    this.#store.close();
  }

  #running(): Running[] {
    return [...this.#live.values()].filter(({ events }) => !isLast(events.at(-1)));
  }

  #entry(id: string, principal: Principal): JobEntry {
    const entry = this.#store.find(id);
    if (entry === undefined || !(seesAll(principal) || entry.principal === principal.id))
      throw new ChannelError('JOB_NOT_FOUND', `there is no job ${id.slice(0, 32)} of this caller`);
    return entry;
  }

  #view(entry: JobEntry, whole: boolean): JobView {
    const { progress, result } = this.#live.get(entry.id) ?? {};
    return {
      ...entry,
      ...(progress === undefined ? {} : { progress }),
      ...(whole && result !== undefined ? { result } : {}),
    };
  }
}

function isLast(event: JobEvent | undefined): boolean {
  return event !== undefined && event.event !== 'progress';
}

function tell(running: Running, event: JobEvent['event'], data: unknown): void {
  running.count += 1;
  running.events.push({ id: running.count, event, data });
  if (running.events.length > MOST_EVENTS) running.events.shift();
  running.told.emit('event');
}

function seesAll({ role, kind }: Principal): boolean {
  return role === 'admin' || kind === 'local';
}
