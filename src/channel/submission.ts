import { ChannelError, canonical, type ErrorReport, isChannelError } from '../emissions/index.ts';
import type { CheckedPage, MeterPeriod } from './checked-page.ts';
import type { LedgerContext } from './context.ts';
import { stateKeys } from './keys.ts';
import { MeterYears, periodOf } from './meter-years.ts';
import type { PageDigest, ParsedPage } from './page.ts';
import { RecordCheck } from './record-check.ts';
import { write } from './state.ts';

/**
 * Records a page: every rule on every record, all or nothing.
 * @throws {ChannelError} PAGE_REFUSED with one report a refused record; NOT_OWNER; what `provenRows` throws
 */
export async function submitPage(context: LedgerContext, { page, ids, root }: ParsedPage): Promise<unknown> {
  const problems = new Map<number, ErrorReport>();
  const check = await RecordCheck.of(context, page.factors);
  page.records.forEach((record, index) => {
    try {
      check.checkIndependent(record);
    } catch (error) {
      if (!isChannelError(error)) throw error;
      problems.set(index, error.report());
    }
  });
  // Only periods that passed are looked up: any other could span thousands of years.
  const periods = page.records.map((record, index) => (problems.has(index) ? undefined : periodOf(record)));
  return enterPage(context, { ids, root, periods }, problems);
}

/** Records a page whose records were checked before, with the same facts. */
export function submitChecked(context: LedgerContext, page: CheckedPage): Promise<unknown> {
  return enterPage(context, page, new Map());
}

interface JudgedPage {
  readonly ids: readonly string[];
  readonly root: string;
  /** Undefined where the record was refused. */
  readonly periods: readonly (MeterPeriod | undefined)[];
}

async function enterPage(
  context: LedgerContext,
  { ids, root, periods }: JudgedPage,
  problems: Map<number, ErrorReport>,
): Promise<unknown> {
  const years = await MeterYears.load(
    context,
    periods.filter((period) => period !== undefined),
  );
  for (const [index, period] of periods.entries()) {
    if (period === undefined) continue;
    try {
      years.enter(period, ids[index] as string);
    } catch (error) {
      if (!isChannelError(error)) throw error;
      problems.set(index, error.report());
    }
  }
  if (problems.size > 0) throw refused(problems, ids);
  years.write(context);
  return putPage(context, root, ids.length);
}

/** Keeps the digest of records just accepted; the records themselves stand in the block. */
export function putPage(context: LedgerContext, root: string, count: number): unknown {
  const digest: PageDigest = { count, owner: context.caller.member, root };
  write(context, stateKeys.page(context.transactionId), digest);
  context.emit('RecordsSubmitted', canonical(digest));
  return { ...digest, transaction: context.transactionId };
}

function refused(reports: ReadonlyMap<number, ErrorReport>, ids: readonly string[]): ChannelError {
  const problems = [...reports]
    .sort(([a], [b]) => a - b)
    .map(([index, report]) => ({ ...report, index, recordId: ids[index] as string }));
  const first = problems[0] as (typeof problems)[number];
  return new ChannelError(
    'PAGE_REFUSED',
    `${problems.length} of ${ids.length} records refused, the first at index ${first.index}: ${first.code}: ${first.message}`,
    { problems },
  );
}
