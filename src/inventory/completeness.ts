import { type Commodity, type DaySpan, type Flow, formatDate, yearStart } from '../emissions/index.ts';
import type { Database } from './database.ts';
import { shareText } from './scope-total.ts';

/** Days of a year that a meter's counted records cover. */
export interface MeterCompleteness {
  readonly meter: string;
  readonly commodity: Commodity;
  readonly flow: Flow;
  readonly covered: number;
  readonly days: number;
  /** Covered of all days, 4 places. */
  readonly share: string;
  /** Half-open runs of days without a record. */
  readonly gaps: readonly { readonly start: string; readonly end: string; readonly days: number }[];
}

export interface Completeness {
  /** Meter-days covered, of all days of all meters. */
  readonly covered: number;
  readonly days: number;
  /** Null where there is no meter. */
  readonly share: string | null;
  readonly meters: readonly MeterCompleteness[];
}

interface Series {
  readonly id: number;
  readonly meter: string;
  readonly commodity: Commodity;
  readonly flow: Flow;
}

// Longest period of a record in days: one that starts earlier cannot reach the year.
const LONGEST = 800;

/**
 * How much of a year's days the owner's meters cover (rule I), by meter, commodity and flow, for delivered and net-only lines.
 * A meter is listed when it has a day in the year, or days before and after it.
 */
export function completeness(database: Database, owner: string, year: number): Completeness {
  const span = { start: yearStart(year), end: yearStart(year + 1) };
  const series = database.all<Series>(
    `SELECT id, meter, commodity, flow FROM series WHERE owner = ? AND flow IN ('delivered', 'net-only')
     ORDER BY meter, commodity, flow`,
    owner,
  );
  const meters = series.flatMap((one) => {
    const periods = periodsOf(database, one.id, span);
    return periods.length > 0 || isBetween(database, one.id, span) ? [meterOf(one, periods, span)] : [];
  });
  const covered = meters.reduce((sum, meter) => sum + meter.covered, 0);
  const days = meters.reduce((sum, meter) => sum + meter.days, 0);
  return { covered, days, share: shareText(BigInt(covered), BigInt(days)), meters };
}

function periodsOf(database: Database, series: number, { start, end }: DaySpan): DaySpan[] {
  return database.all<DaySpan>(
    `SELECT start, end FROM records WHERE series = ? AND start < ? AND start > ? AND end > ? AND counted = 1
     ORDER BY start`,
    series,
    end,
    start - LONGEST - 1,
    start,
  );
}

function isBetween(database: Database, series: number, { start, end }: DaySpan): boolean {
  const any = (condition: string, day: number) =>
    database.get(`SELECT 1 FROM records WHERE series = ? AND counted = 1 AND ${condition} LIMIT 1`, series, day) !==
    undefined;
  return any('start < ?', start) && any('start >= ?', end);
}

function meterOf({ meter, commodity, flow }: Series, periods: readonly DaySpan[], span: DaySpan): MeterCompleteness {
  const gaps: DaySpan[] = [];
  let reached = span.start;
  for (const period of periods) {
    if (period.start > reached) gaps.push({ start: reached, end: period.start });
    reached = Math.max(reached, period.end);
  }
  if (reached < span.end) gaps.push({ start: reached, end: span.end });
  const days = span.end - span.start;
  const covered = gaps.reduce((left, gap) => left - (gap.end - gap.start), days);
  return {
    meter,
    commodity,
    flow,
    covered,
    days,
    share: shareText(BigInt(covered), BigInt(days)) as string,
    gaps: gaps.map(({ start, end }) => ({ start: formatDate(start), end: formatDate(end), days: end - start })),
  };
}
