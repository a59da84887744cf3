import type { DaySpan, Policy } from '../emissions/index.ts';
import { figureCache, type ProvenRows, recompute } from './recompute.ts';
import type { ActivityRecord } from './record.ts';
import { isPlannable, SlicePlan } from './slice-plan.ts';

// More kinds of records with one row than a page of bills has; each is tried in turn.
const MOST_PLANS = 8;

/**
 * The recomputation of a transaction's records. A page's records are alike but for quantity and dates, so what was worked out for
 * one is kept as a plan for the others. A plan only ever accepts: what it does not is recomputed in full, and refused there.
 */
export class Recomputation {
  readonly #rows: ProvenRows;
  readonly #policy: Policy;
  readonly #figures = figureCache();
  /** By a record's first row. */
  readonly #plans = new Map<string, SlicePlan[]>();

  constructor(rows: ProvenRows, policy: Policy) {
    this.#rows = rows;
    this.#policy = policy;
  }

  /**
   * `span` is the record's own.
   * @throws {ChannelError} as `recompute`
   */
  check(record: ActivityRecord, span: DaySpan): void {
    const row = record.factors?.[0] ?? '';
    const plans = this.#plans.get(row) ?? [];
    for (const plan of plans) if (plan.accepts(record, span)) return;
    const [slice] = recompute(record, this.#rows, this.#policy, this.#figures);
    if (slice === undefined || !isPlannable(record) || plans.length === MOST_PLANS) return;
    this.#plans.set(row, [...plans, new SlicePlan(record, slice, this.#figures)]);
  }
}
