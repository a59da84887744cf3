import { isChannelError, leafHash, merkleRoot, type ProvenRow, sha256 } from '../emissions/index.ts';
import type { CheckedPage, MeterPeriod, PageFacts } from './checked-page.ts';
import { periodOf } from './meter-years.ts';
import { bytesOf, headShape, maxPageBytes, maxPageRecords } from './page.ts';
import { headText, recordEnd } from './page-text.ts';
import type { ActivityRecord } from './record.ts';
import { RecordCheck } from './record-check.ts';
import { RecordPlan } from './record-plan.ts';

const RECORDS = ',"records":[';
const FIRST_FACTOR = '"factors":["';
const HASH_LENGTH = 64;
// What stands before a record's rows is shorter.
const NEAR = 2_000;
// More kinds of records with one row than a page of bills has; each is tried in turn.
const MOST_PLANS = 8;

/**
 * Reads and checks a page in one pass over its text: records that are alike but for their meter, dates and amounts are not parsed
 * one by one, but judged by a plan. Only ever accepts; undefined where the page is wrong, or where that takes the plain way to tell
 * (`parsePage` and `submitPage`).
 */
export async function readPage(args: string, facts: PageFacts): Promise<CheckedPage | undefined> {
  if (bytesOf(args) > maxPageBytes) return undefined;
  const head = readHead(args);
  if (head === undefined) return undefined;
  const reads = new Map<string, string | null>();
  const get = async (key: string): Promise<string | undefined> => {
    const value = await facts.get(key);
    reads.set(key, value ?? null);
    return value;
  };
  const { caller, timestamp } = facts;
  try {
    const check = await RecordCheck.of({ caller, timestamp, get }, head.factors);
    const records = new PageRecords(args, check).read(head.length);
    if (records === undefined) return undefined;
    const ids = records.map(({ text }) => leafHash(text));
    return {
      digest: facts.argsHash ?? sha256(args),
      member: caller.member,
      lastDay: check.lastDay,
      reads: [...reads],
      key: head.key,
      root: merkleRoot(ids),
      ids,
      periods: records.map(({ period }) => period),
    };
  } catch (error) {
    if (isChannelError(error)) return undefined;
    throw error;
  }
}

/** A page up to its records. */
interface Head {
  readonly factors: readonly ProvenRow[];
  readonly key: string;
  /** Where the first record begins. */
  readonly length: number;
}

// Inside a string a quote follows a backslash, so what is found is a member's name.
export function readHead(args: string): Head | undefined {
  const at = args.indexOf(RECORDS);
  if (at === -1) return undefined;
  try {
    const { factors, key } = JSON.parse(`${args.slice(0, at)}}`) as Head;
    headShape({ factors, key, records: [] }, 'page');
    const text = headText(factors, key);
    return args.startsWith(text) ? { factors, key, length: text.length } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || isChannelError(error)) return undefined;
    throw error;
  }
}

/** A record that was accepted, as its page holds it. */
interface FoundRecord {
  readonly text: string;
  readonly period: MeterPeriod;
}

/** The records of a page's canonical text. */
export class PageRecords {
  readonly #args: string;
  readonly #check: RecordCheck;
  /** By a record's first row, the one that served last in front. */
  readonly #plans = new Map<string, RecordPlan[]>();
  /** Served the record before: the next one is likely to be of its kind. */
  #last: RecordPlan | undefined;

  constructor(args: string, check: RecordCheck) {
    this.#args = args;
    this.#check = check;
  }

  /**
   * The records from `start` to the page's end, each accepted.
   * @throws {ChannelError} as `RecordCheck`
   */
  read(start: number): FoundRecord[] | undefined {
    const found: FoundRecord[] = [];
    for (let at = start; ; ) {
      const next = this.#next(at);
      if (next === undefined || found.length === maxPageRecords) return undefined;
      found.push({ text: this.#args.slice(at, next.to), period: next.period });
      if (this.#args[next.to] !== ',') return this.#args.slice(next.to) === ']}' ? found : undefined;
      at = next.to + 1;
    }
  }

  #next(at: number): { readonly to: number; readonly period: MeterPeriod } | undefined {
    const again = this.#last?.read(this.#args, at, this.#check.lastDay);
    if (again !== undefined) return again;
    const plans = this.#plansAt(at);
    for (const [n, plan] of plans.entries()) {
      const planned = plan === this.#last ? undefined : plan.read(this.#args, at, this.#check.lastDay);
      if (planned === undefined) continue;
      if (n > 0) plans.unshift(...plans.splice(n, 1));
      this.#last = plan;
      return planned;
    }
    const to = recordEnd(this.#args, at);
    if (to === undefined) return undefined;
    const record = JSON.parse(this.#args.slice(at, to)) as ActivityRecord;
    const slices = this.#check.checkIndependent(record);
    if (slices.length > 0 && record.replaces === undefined && plans.length < MOST_PLANS)
      plans.unshift(new RecordPlan(record, slices, this.#check.figures));
    return { to, period: periodOf(record) };
  }

  // Where the text is no record with a row, any plans will do: they look at all of it.
  #plansAt(at: number): RecordPlan[] {
    const near = this.#args.slice(at, at + NEAR);
    const row = near.indexOf(FIRST_FACTOR) + FIRST_FACTOR.length;
    const hash = near.slice(row, row + HASH_LENGTH);
    const plans = this.#plans.get(hash) ?? [];
    this.#plans.set(hash, plans);
    return plans;
  }
}
