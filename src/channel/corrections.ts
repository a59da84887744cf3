import { ChannelError, leafHash, type ProvenRow, samePlace } from '../emissions/index.ts';
import type { MeterPeriod } from './checked-page.ts';
import type { LedgerContext } from './context.ts';
import { stateKeys } from './keys.ts';
import { MeterYears, periodOf } from './meter-years.ts';
import {
  type ProvenRecord,
  provenRecordId,
  provenRecordShape,
  type RecordStatus,
  recordStatus,
} from './proven-record.ts';
import { type ActivityRecord, type CorrectionReason, correctionReasons } from './record.ts';
import { RecordCheck } from './record-check.ts';
import { recordShape } from './record-shape.ts';
import { provenRowsShape } from './releases.ts';
import { key, list, object, oneOf, type Shape } from './shape.ts';
import { write } from './state.ts';
import { putPage } from './submission.ts';

interface Correction {
  readonly factors: readonly ProvenRow[];
  readonly key: string;
  readonly record: ActivityRecord;
  readonly target: ProvenRecord;
}

interface Voiding {
  readonly key: string;
  readonly reason: CorrectionReason;
  readonly targets: readonly ProvenRecord[];
}

export const correctShape: Shape = object({
  factors: provenRowsShape,
  key,
  record: recordShape,
  target: provenRecordShape,
});
export const voidShape: Shape = object({
  key,
  reason: oneOf(correctionReasons),
  targets: list(provenRecordShape, 1, 500),
});

/**
 * Rule G: a new record that supersedes (replaces) or adjusts (adds to) an active one of the same owner.
 * @throws {ChannelError} NOT_OWNER, RECORD_NOT_ACTIVE, ARGUMENTS_INVALID and what a submission throws
 */
export async function correctRecord(context: LedgerContext, { factors, record, target }: Correction): Promise<unknown> {
  const { id: targetId, status } = await activeOwn(context, target);
  demandFollows(record, targetId, target.record);
  const check = await RecordCheck.of(context, factors);
  check.check(record);
  const id = leafHash(JSON.stringify(record));
  if (record.supersedes !== undefined) {
    const [before, after] = [periodOf(target.record), periodOf(record)];
    const years = await MeterYears.load(context, [before, after]);
    years.retire(before, targetId);
    years.enter(after, id);
    years.write(context);
    write(context, stateKeys.record(targetId), {
      ...status,
      by: id,
      reason: record.supersedes.reason,
      state: 'superseded',
    });
  } else {
    demandAdjustable(record, id, target.record, status);
    write(context, stateKeys.record(targetId), { ...status, adjustments: [...status.adjustments, id] });
  }
  return putPage(context, id, 1);
}

/** Takes records out of every total. Nothing is deleted; the same content can be recorded again by naming what it replaces. */
export async function voidRecords(context: LedgerContext, { reason, targets }: Voiding): Promise<unknown> {
  const voided: string[] = [];
  const entered: [id: string, period: MeterPeriod][] = [];
  for (const target of targets) {
    const { id, status } = await activeOwn(context, target);
    if (voided.includes(id))
      throw new ChannelError('ARGUMENTS_INVALID', `record ${id.slice(0, 12)} is named twice`, { recordId: id });
    if (target.record.adjusts === undefined) entered.push([id, periodOf(target.record)]);
    write(context, stateKeys.record(id), { ...status, reason, state: 'voided' });
    voided.push(id);
  }
  const years = await MeterYears.load(
    context,
    entered.map(([, period]) => period),
  );
  for (const [id, period] of entered) years.retire(period, id);
  years.write(context);
  return { voided };
}

async function activeOwn(context: LedgerContext, target: ProvenRecord): Promise<{ id: string; status: RecordStatus }> {
  const id = await provenRecordId(context, target);
  const { owner } = target.record;
  if (owner !== context.caller.member)
    throw new ChannelError('NOT_OWNER', `record ${id.slice(0, 12)} is ${owner}'s; ${context.caller.member} asks`, {
      recordId: id,
      member: owner,
    });
  const status = await recordStatus(context, id, owner);
  if (status.state !== 'active') {
    const by = status.by === undefined ? '' : ` by record ${status.by.slice(0, 12)}`;
    throw new ChannelError('RECORD_NOT_ACTIVE', `record ${id.slice(0, 12)} is ${status.state}${by}`, {
      recordId: id,
      ...(status.by === undefined ? {} : { otherRecordId: status.by }),
    });
  }
  return { id, status };
}

// Either or: a record that both replaced and added would have two meanings in every total.
function demandFollows(record: ActivityRecord, targetId: string, base: ActivityRecord): void {
  const one = (record.supersedes === undefined) !== (record.adjusts === undefined);
  const follows = record.supersedes ?? record.adjusts;
  if (!one || follows?.record !== targetId || record.replaces !== undefined) {
    throw new ChannelError(
      'ARGUMENTS_INVALID',
      `the new record must supersede or adjust record ${targetId.slice(0, 12)}, one of the two`,
      { where: 'record' },
    );
  }
  if (base.adjusts !== undefined) {
    throw new ChannelError('ARGUMENTS_INVALID', `record ${targetId.slice(0, 12)} is an adjustment`, {
      recordId: targetId,
      fix: 'Void the adjustment and adjust the record it added to again.',
    });
  }
}

// An adjustment adds to the very same line. It is not entered in overlap control, so its period must lie within what is.
function demandAdjustable(record: ActivityRecord, id: string, base: ActivityRecord, status: RecordStatus): void {
  if (status.adjustments.includes(id))
    throw new ChannelError('RECORD_DUPLICATE', `adjustment ${id.slice(0, 12)} is on the ledger already`, {
      recordId: id,
    });
  const same = record.meter === base.meter && record.commodity === base.commodity && record.flow === base.flow;
  if (!same)
    throw new ChannelError('ARGUMENTS_INVALID', 'an adjustment is for the same meter, commodity and flow', {
      recordId: id,
      where: 'meter',
    });
  if (!samePlace(record.place, base.place))
    throw new ChannelError('ARGUMENTS_INVALID', 'an adjustment is for the same place', {
      recordId: id,
      where: 'place',
    });
  if (record.start < base.start || record.end > base.end)
    throw new ChannelError(
      'ARGUMENTS_INVALID',
      `an adjustment lies within ${base.start} to ${base.end}; this one is ${record.start} to ${record.end}`,
      { recordId: id, where: 'start' },
    );
}
