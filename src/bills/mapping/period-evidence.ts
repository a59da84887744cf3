import { ChannelError, type StatedEnd } from '../../emissions/index.ts';

/** A bill's two dates as day numbers, with what tells its meter apart. */
export interface StatedPeriod {
  readonly row: number;
  readonly key: string;
  readonly start: number;
  readonly end: number;
  readonly days: number | undefined;
}

export interface EndDecision {
  readonly statedEnd: StatedEnd;
  readonly seen: string;
}

interface Seen {
  count: number;
  /** The first rows that show it. */
  rows: string;
}

/**
 * What the end dates of a file mean, by what its bills show: where the next bill begins on the end date, the day is shared;
 * where it begins on the day after, the end is inclusive; the number of days says it of each bill. Gaps and overlaps show
 * nothing, and one such day after between two bills alone is too little, unless it is usual. `usual` is what the layout does where the file shows nothing.
 * @throws {ChannelError} END_CONVENTION_UNKNOWN where the file shows both, or nothing and there is no usual one
 */
export function endDecision(periods: readonly StatedPeriod[], usual: StatedEnd | undefined): EndDecision {
  const days = daysSeen(periods);
  const next = nextBillsSeen(periods);
  const words = [
    told(next.after, 'begins on the day after the one before ends', 'begin on the day after the one before ends'),
    told(
      next.shared,
      'begins on the day on which the one before ends',
      'begin on the day on which the one before ends',
    ),
    told(days.inclusive, 'counts the end date among its days', 'count the end date among their days'),
    told(days.exclusive, 'does not count the end date among its days', 'do not count the end date among their days'),
  ].filter((text) => text !== '');
  const isInclusive = next.after.count + days.inclusive.count > 0;
  const isExclusive = next.shared.count + days.exclusive.count > 0;
  const seen = words.join('; ');
  if (isInclusive && isExclusive) throw unknown(`the file shows both kinds of end date: ${seen}`);
  // A gap of one day between two bills can be a day that is missing: alone it decides nothing.
  if (next.after.count === 1 && days.inclusive.count === 0 && usual !== 'inclusive')
    throw unknown(`only two bills (${next.after.rows}) show that the end date is the last day billed; it may be a gap`);
  if (isInclusive) return { statedEnd: 'inclusive', seen };
  if (isExclusive) return { statedEnd: next.shared.count > 0 ? 'shared-day' : 'exclusive', seen };
  if (usual !== undefined)
    return { statedEnd: usual, seen: 'as this layout does; no two bills of the file follow one another' };
  throw unknown('nothing in the file shows whether the end date is the last day billed or the day after it');
}

/** What the numbers of days say. */
function daysSeen(periods: readonly StatedPeriod[]): { inclusive: Seen; exclusive: Seen } {
  const [inclusive, exclusive] = [
    { count: 0, rows: '' },
    { count: 0, rows: '' },
  ];
  for (const { row, start, end, days } of periods) {
    if (days === end - start) note(exclusive, row);
    else if (days === end - start + 1) note(inclusive, row);
  }
  return { inclusive, exclusive };
}

/** What bills of one meter that follow one another say. */
function nextBillsSeen(periods: readonly StatedPeriod[]): { after: Seen; shared: Seen } {
  const [after, shared] = [
    { count: 0, rows: '' },
    { count: 0, rows: '' },
  ];
  for (const bills of Map.groupBy(periods, ({ key }) => key).values()) {
    const sorted = bills.toSorted((a, b) => a.start - b.start || a.end - b.end);
    for (let at = 1; at < sorted.length; at += 1) {
      const [before, next] = [sorted[at - 1] as StatedPeriod, sorted[at] as StatedPeriod];
      // Rows of one bill, such as registers, begin on the same day; a bill of one day shows nothing.
      if (next.start === before.start || before.start === before.end) continue;
      if (next.start === before.end) note(shared, before.row, next.row);
      else if (next.start === before.end + 1) note(after, before.row, next.row);
    }
  }
  return { after, shared };
}

function note(seen: Seen, row: number, next?: number): void {
  seen.count += 1;
  if (seen.count === 1) seen.rows = next === undefined ? `row ${row}` : `rows ${row} and ${next}`;
}

function told({ count, rows }: Seen, one: string, several: string): string {
  if (count === 0) return '';
  return count === 1 ? `one bill ${one} (${rows})` : `${count} bills ${several} (first ${rows})`;
}

function unknown(message: string): ChannelError {
  return new ChannelError('END_CONVENTION_UNKNOWN', message, { where: 'end dates' });
}
