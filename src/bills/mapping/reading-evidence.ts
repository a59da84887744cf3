import { ChannelError } from '../../emissions/index.ts';
import type { DelimitedRow } from '../delimited.ts';
import { plainAmount } from './amount-form.ts';
import type { DecimalSign } from './bill-mapping.ts';
import type { DateReader } from './date-form.ts';
import { cellOf, type TableBinding } from './table-binding.ts';

/** Steps upwards, and none downwards, by which amounts are those of a register: use rises and falls with the hours and the days. */
const REGISTER_STEPS = 12;

/** What the first rows of one meter show. */
interface Shown {
  readonly days: number[];
  rises: number;
  falls: number;
  steps: number;
  last: number | undefined;
}

/**
 * Whether the rows of a table of readings are readings: not bills of a month with one date, not hours without their time, not
 * what a register shows. Floats compare amounts here and are never recorded.
 * @throws {ChannelError} ROW_INVALID saying what the rows look like
 */
export function demandReadings(
  binding: TableBinding,
  rows: readonly DelimitedRow[],
  dates: DateReader,
  sign: DecimalSign,
): void {
  const meters = new Map<string, Shown>();
  for (const row of rows) {
    const day = dates.read(cellOf(binding, row, 'date'))?.day;
    const amount = plainAmount(cellOf(binding, row, 'quantity'), sign);
    if (day === undefined || amount === undefined) continue;
    const key = (['meter', 'account', 'commodity', 'unit'] as const)
      .map((name) => cellOf(binding, row, name))
      .join('\0');
    const shown = meters.get(key) ?? { days: [], rises: 0, falls: 0, steps: 0, last: undefined };
    meters.set(key, shown);
    note(shown, day, Number(amount));
  }
  const all = [...meters.values()];
  for (const { rises, falls, steps } of all) {
    const [most, least] = rises > falls ? [rises, falls] : [falls, rises];
    if (least === 0 && most >= REGISTER_STEPS && most * 2 > steps)
      throw unlike(
        `the amounts of a meter only ever grow, ${most} times and never the other way: they look like what a register shows`,
        'The use is the difference of two reads: export use by interval, or write bills with start, end and that difference.',
      );
  }
  if (binding.at.time >= 0 || binding.at.end_time >= 0 || binding.at.duration >= 0) return;
  demandDays(all);
}

/** Without times, each row is a day. */
function demandDays(meters: readonly Shown[]): void {
  const days = meters.map(({ days: all }) => [...new Set(all)].sort((a, b) => a - b));
  const rows = meters.reduce((sum, meter) => sum + meter.days.length, 0);
  const distinct = days.reduce((sum, one) => sum + one.length, 0);
  if ((rows - distinct) * 2 > rows)
    throw unlike(
      'several rows of a meter have the same date, and no column with their time was named',
      'Name the columns time, and end_time or duration, in a mapping; or export the readings by day.',
    );
  const steps = days.flatMap((one) => one.slice(1).map((day, at) => day - (one[at] as number)));
  const [shortest] = steps.toSorted((a, b) => a - b);
  if (shortest !== undefined && shortest > 1)
    throw unlike(
      `the dates of a meter are ${shortest} days or more apart, and each row would be read as the use of that one day`,
      'If a row is a bill or a month, map the file as bills, with start and end or the number of days; a column may have to be added.',
    );
}

function note(shown: Shown, day: number, amount: number): void {
  shown.days.push(day);
  if (shown.last !== undefined) {
    shown.steps += 1;
    if (amount > shown.last) shown.rises += 1;
    if (amount < shown.last) shown.falls += 1;
  }
  shown.last = amount;
}

function unlike(message: string, fix: string): ChannelError {
  return new ChannelError('ROW_INVALID', message, { where: 'readings', fix });
}
