import {
  ChannelError,
  checkPlace,
  type FigureSource,
  type Policy,
  type ProvenRow,
  parseSpan,
  type SliceRows,
} from '../emissions/index.ts';
import type { PageFacts } from './checked-page.ts';
import { lastRecordableDay } from './meter-years.ts';
import { currentPolicy } from './policies.ts';
import { figureCache, type ProvenRows, recompute } from './recompute.ts';
import type { ActivityRecord } from './record.ts';
import { provenRows } from './releases.ts';

/** Everything that is checked on a record by itself, with the page's rows proven once. */
export class RecordCheck {
  /** Figures of the rows, kept. */
  readonly figures: FigureSource = figureCache();
  /** Last day that a period may end before. */
  readonly lastDay: string;
  readonly #member: string;
  readonly #rows: ProvenRows;
  readonly #policy: Policy;

  private constructor(facts: PageFacts, rows: ProvenRows, policy: Policy) {
    this.lastDay = lastRecordableDay(facts.timestamp);
    this.#member = facts.caller.member;
    this.#rows = rows;
    this.#policy = policy;
  }

  /** @throws {ChannelError} what `provenRows` throws */
  static async of(facts: PageFacts, factors: readonly ProvenRow[]): Promise<RecordCheck> {
    const rows = await provenRows(facts, factors);
    return new RecordCheck(facts, rows, (await currentPolicy(facts)) as Policy);
  }

  /**
   * Gives the rows of the record's slices; none where it has no result.
   * @throws {ChannelError} NOT_OWNER, PERIOD_FUTURE, what `checkPlace`, `parseSpan` and `recompute` throw
   */
  check(record: ActivityRecord): readonly SliceRows[] {
    if (record.owner !== this.#member) {
      throw new ChannelError('NOT_OWNER', `the record is ${record.owner}'s; ${this.#member} submits`, {
        where: 'owner',
        member: record.owner,
      });
    }
    checkPlace(record.place);
    parseSpan(record.start, record.end);
    if (record.end > this.lastDay) {
      throw new ChannelError('PERIOD_FUTURE', `the period ends on ${record.end} (exclusive), after ${this.lastDay}`, {
        where: 'end',
      });
    }
    return recompute(record, this.#rows, this.#policy, this.figures);
  }

  /**
   * `check` of a record of a page.
   * @throws {ChannelError} as `check`; ARGUMENTS_INVALID for one that follows another
   */
  checkIndependent(record: ActivityRecord): readonly SliceRows[] {
    if (record.supersedes !== undefined || record.adjusts !== undefined) {
      throw new ChannelError('ARGUMENTS_INVALID', 'a record that follows another comes through records.correct', {
        where: 'supersedes',
      });
    }
    return this.check(record);
  }
}
