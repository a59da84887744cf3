import type { Commodity, ErrorCode, Flow, ReadBasis } from '../emissions/index.ts';
import type { BillWarning } from './bill.ts';
import { commodityOfCode, flowOf, qualityFlags } from './espi-codes.ts';
import type { EspiFeed, EspiObject } from './espi-feed.ts';
import { referredType } from './espi-links.ts';
import { type EspiUnit, scaleOf, unitOf } from './espi-units.ts';
import { epochSeconds, wholeNumber } from './espi-values.ts';
import { grossUnknown } from './flow-series.ts';
import { ESTIMATED, REFUSED } from './interval-sums.ts';
import type { LocalDays } from './local-days.ts';

/** A period with one amount: a billing summary, or a single reading over several days. */
export interface BilledPeriod {
  readonly flow: Flow;
  /** Day numbers, half-open. */
  readonly start: number;
  readonly end: number;
  /** In 10^-15 of the unit. */
  readonly amount: bigint;
  readonly unit: EspiUnit;
  readonly readBasis: ReadBasis;
  readonly warnings: readonly BillWarning[];
  readonly where: string;
}

/** Why a summary is no bill. A summary of costs alone is `silent` where the file has readings. */
export interface UnusableSummary {
  readonly code: ErrorCode;
  readonly reason: string;
  readonly where: string;
  readonly silent?: true;
}

const SHORTEST = 82_800;
const LONGEST = 800 * 86_400;
const DAY = 86_400;
const OVERALL = 'overallConsumptionLastPeriod';

/**
 * A UsageSummary (ElectricPowerUsageSummary in older files) as a bill: the amount of `overallConsumptionLastPeriod` over
 * `billingPeriod`. Its line items are prices and never amounts of use.
 */
export function billOf(
  summary: EspiObject,
  commodity: Commodity,
  feed: EspiFeed,
  zone: LocalDays,
): BilledPeriod | UnusableSummary {
  const where = `UsageSummary ${summary.order}`;
  const unusable = (code: ErrorCode, reason: string) => ({ code, reason, where });
  const { fields } = summary;
  const stated = amountAt(fields, OVERALL, commodity);
  if (stated === undefined) return { ...unusable('QUANTITY_BLANK', 'it states no consumption'), silent: true };
  if (typeof stated === 'string') return unusable('UNIT_UNFIT', `its consumption ${stated}`);
  const { amount, unit } = stated;
  if (amount < 0n)
    return unusable('QUANTITY_NEGATIVE', 'its consumption is negative: a balance of delivered and exported');
  const span = spanOf(fields, zone);
  if (typeof span === 'string') return unusable('PERIOD_INVALID', span);
  const type = referredType(feed, fields.get(`${OVERALL}/readingTypeRef`));
  // A summary that names no reading type states what was delivered and billed.
  const direction = flowOf(type === undefined ? '1' : type.fields.get('flowDirection'));
  if (direction === undefined) return unusable('UNIT_UNFIT', 'its flow is neither delivered nor exported');
  const quality = qualityFlags(fields.get('qualityOfReading') ?? '0');
  if ((quality & REFUSED) !== 0) return unusable('ROW_INVALID', 'its consumption is projected or weather-normalised');
  return {
    ...span,
    flow: direction.flow,
    amount,
    unit,
    readBasis: (quality & ESTIMATED) === 0 ? 'actual' : 'estimated',
    warnings: [...span.warnings, ...(direction.doubt === 'gross-unknown' ? [grossUnknown] : [])],
    where,
  };
}

/** Consumption since the last bill, which a summary states beside it: for comparison only. */
export function currentTotal(
  { fields }: EspiObject,
  commodity: Commodity,
  after: number,
  zone: LocalDays,
): { end: number; amount: bigint; unit: EspiUnit } | undefined {
  const stated = amountAt(fields, 'currentBillingPeriodOverAllConsumption', commodity);
  const stamp = epochSeconds(fields.get('currentBillingPeriodOverAllConsumption/timeStamp') ?? '');
  if (typeof stated !== 'object' || stated.amount <= 0n || stamp === undefined) return undefined;
  const end = zone.dayStartingNear(stamp);
  return end === undefined || end <= after ? undefined : { end, ...stated };
}

/** The amount in 10^-15 of its unit; undefined where there is none, words where it cannot be used. */
function amountAt(
  fields: ReadonlyMap<string, string>,
  name: string,
  commodity: Commodity,
): { amount: bigint; unit: EspiUnit } | string | undefined {
  const text = fields.get(`${name}/value`);
  if (text === undefined || text === '') return undefined;
  const unit = unitOf(
    fields.get(`${name}/uom`),
    commodity,
    commodityOfCode[fields.get('commodity') ?? ''] !== undefined,
  );
  if (typeof unit === 'string') return unit;
  const scale = scaleOf(fields.get(`${name}/powerOfTenMultiplier`), unit);
  if (scale === undefined) return 'has a power-of-ten multiplier outside -12 to 12';
  const value = wholeNumber(text);
  return value === undefined ? 'is not a whole number' : { amount: BigInt(value) * scale, unit };
}

function spanOf(
  fields: ReadonlyMap<string, string>,
  zone: LocalDays,
): { start: number; end: number; warnings: BillWarning[] } | string {
  const from = epochSeconds(fields.get('billingPeriod/start') ?? '');
  const duration = wholeNumber(fields.get('billingPeriod/duration') ?? '') ?? 0;
  if (from === undefined || duration < SHORTEST) return 'its billing period is a placeholder';
  if (duration > LONGEST) return 'its billing period is longer than 800 days';
  const to = from + duration;
  const status = epochSeconds(fields.get('statusTimeStamp') ?? '');
  if (status !== undefined && to > status + DAY) return 'its billing period was not over when it was made';
  const start = zone.dayStartingNear(from);
  const end = zone.dayStartingNear(to);
  if (start !== undefined && end !== undefined) return { start, end, warnings: [] };
  if (from % DAY === 0 && to % DAY === 0) {
    const message = 'the billing period begins and ends at midnight UTC; its dates were taken as they are written';
    return { start: from / DAY, end: to / DAY, warnings: [{ code: 'PERIOD_IN_UTC', message }] };
  }
  return 'its billing period does not begin and end at midnight in the zone of the site';
}
