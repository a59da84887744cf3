import {
  ChannelError,
  canonical,
  checkPlace,
  type ErrorReport,
  isChannelError,
  type Policy,
  type ProvenRow,
  parseSpan,
} from '../emissions/index.ts';
import type { LedgerContext } from './context.ts';
import { stateKeys } from './keys.ts';
import { lastRecordableDay, MeterYears } from './meter-years.ts';
import type { PageDigest, RecordPage } from './page.ts';
import { currentPolicy } from './policies.ts';
import { Recomputation } from './recomputation.ts';
import type { ActivityRecord } from './record.ts';
import { provenRows } from './releases.ts';
import { write } from './state.ts';

/**
 * Records a page: every rule on every record, all or nothing.
 * @throws {ChannelError} PAGE_REFUSED with one report a refused record; NOT_OWNER; what `provenRows` throws
 */
export async function submitPage(
  context: LedgerContext,
  page: RecordPage,
  ids: readonly string[],
  root: string,
): Promise<unknown> {
  const check = await recordCheck(context, page.factors);
  const problems: ErrorReport[] = [];
  const attempt = (index: number, rule: () => void): boolean => {
    try {
      rule();
      return true;
    } catch (error) {
      if (!isChannelError(error)) throw error;
      problems.push({ ...error.report(), index, recordId: ids[index] as string });
      return false;
    }
  };
  const sound = new Map<number, ActivityRecord>();
  page.records.forEach((record, index) => {
    const passed = attempt(index, () => {
      demandIndependent(record);
      check(record);
    });
    if (passed) sound.set(index, record);
  });
  // Only periods that passed are looked up: any other could span thousands of years.
  const years = await MeterYears.load(context, sound.values());
  for (const [index, record] of sound) attempt(index, () => years.enter(record, ids[index] as string));
  if (problems.length > 0) throw refused(problems, page.records.length);
  years.write(context);
  return putPage(context, root, ids.length);
}

/** Everything that is checked on a record by itself, with the page's rows proven once. */
export async function recordCheck(
  context: LedgerContext,
  factors: readonly ProvenRow[],
): Promise<(record: ActivityRecord) => void> {
  const rows = await provenRows(context, factors);
  const policy = (await currentPolicy(context)) as Policy;
  const recomputation = new Recomputation(rows, policy);
  const lastDay = lastRecordableDay(context.timestamp);
  return (record) => {
    if (record.owner !== context.caller.member) {
      throw new ChannelError('NOT_OWNER', `the record is ${record.owner}'s; ${context.caller.member} submits`, {
        where: 'owner',
        member: record.owner,
      });
    }
    checkPlace(record.place);
    const span = parseSpan(record.start, record.end);
    if (record.end > lastDay) {
      throw new ChannelError('PERIOD_FUTURE', `the period ends on ${record.end} (exclusive), after ${lastDay}`, {
        where: 'end',
      });
    }
    recomputation.check(record, span);
  };
}

/** Keeps the digest of records just accepted; the records themselves stand in the block. */
export function putPage(context: LedgerContext, root: string, count: number): unknown {
  const digest: PageDigest = { count, owner: context.caller.member, root };
  write(context, stateKeys.page(context.transactionId), digest);
  context.emit('RecordsSubmitted', canonical(digest));
  return { ...digest, transaction: context.transactionId };
}

function demandIndependent(record: ActivityRecord): void {
  if (record.supersedes !== undefined || record.adjusts !== undefined) {
    throw new ChannelError('ARGUMENTS_INVALID', 'a record that follows another comes through records.correct', {
      where: 'supersedes',
    });
  }
}

function refused(problems: ErrorReport[], count: number): ChannelError {
  problems.sort((a, b) => (a.index as number) - (b.index as number));
  const first = problems[0] as ErrorReport;
  return new ChannelError(
    'PAGE_REFUSED',
    `${problems.length} of ${count} records refused, the first at index ${first.index}: ${first.code}: ${first.message}`,
    { problems },
  );
}
