import { type ErrorCode, type Flow, pow10, type ReadBasis } from '../emissions/index.ts';
import type { BillWarning } from './bill.ts';
import { flowOf, qualityFlags, unitName, WATT_HOURS } from './espi-codes.ts';
import type { EspiFeed, EspiObject } from './espi-feed.ts';
import { epochSeconds } from './espi-values.ts';
import { referredType } from './espi-links.ts';
import { ESTIMATED, REFUSED } from './interval-sums.ts';
import type { LocalDays } from './local-days.ts';

/** A period with one amount: a billing summary, or a single reading over several days. */
export interface BilledPeriod {
  readonly flow: Flow;
  /** Day numbers, half-open. */
  readonly start: number;
  readonly end: number;
  /** In 10^-15 kWh. */
  readonly amount: bigint;
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
export function billOf(summary: EspiObject, feed: EspiFeed, zone: LocalDays): BilledPeriod | UnusableSummary {
  const where = `UsageSummary ${summary.order}`;
  const unusable = (code: ErrorCode, reason: string) => ({ code, reason, where });
  const { fields } = summary;
  const amount = amountAt(fields, OVERALL);
  if (amount === undefined) return { ...unusable('QUANTITY_BLANK', 'it states no consumption'), silent: true };
  if (typeof amount === 'string') return unusable('UNIT_UNFIT', `its consumption ${amount}`);
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
    readBasis: (quality & ESTIMATED) === 0 ? 'actual' : 'estimated',
    warnings: [...span.warnings, ...(direction.doubt === 'gross-unknown' ? [grossUnknown] : [])],
    where,
  };
}

export const grossUnknown: BillWarning = {
  code: 'GROSS_UNKNOWN',
  message: 'the file gives the balance or the sum of both directions, not what was delivered',
};

/** Consumption since the last bill, which a summary states beside it: for comparison only. */
export function currentTotal(
  { fields }: EspiObject,
  after: number,
  zone: LocalDays,
): { end: number; amount: bigint } | undefined {
  const amount = amountAt(fields, 'currentBillingPeriodOverAllConsumption');
  const stamp = epochSeconds(fields.get('currentBillingPeriodOverAllConsumption/timeStamp') ?? '');
  if (typeof amount !== 'bigint' || amount <= 0n || stamp === undefined) return undefined;
  const end = zone.dayStartingNear(stamp);
  return end === undefined || end <= after ? undefined : { end, amount };
}

/** The amount in 10^-15 kWh; undefined where there is none, words where it cannot be used. */
function amountAt(fields: ReadonlyMap<string, string>, name: string): bigint | string | undefined {
  const value = fields.get(`${name}/value`);
  if (value === undefined || value === '') return undefined;
  const uom = fields.get(`${name}/uom`);
  if (uom !== WATT_HOURS) return `is in ${unitName(uom)}, not in Wh`;
  const scale = scaleOf(fields.get(`${name}/powerOfTenMultiplier`));
  if (scale === undefined) return 'has a power-of-ten multiplier outside -12 to 12';
  return /^-?[0-9]{1,15}$/.test(value) ? BigInt(value) * scale : 'is not a whole number';
}

/** Wh x 10^multiplier in 10^-15 kWh; undefined for a multiplier outside -12 to 12. */
export function scaleOf(multiplier = '0'): bigint | undefined {
  const power = /^[+-]?[0-9]{1,2}$/.test(multiplier) ? Number(multiplier) : Number.NaN;
  return power >= -12 && power <= 12 ? pow10(power + 12) : undefined;
}

function spanOf(
  fields: ReadonlyMap<string, string>,
  zone: LocalDays,
): { start: number; end: number; warnings: BillWarning[] } | string {
  const from = epochSeconds(fields.get('billingPeriod/start') ?? '');
  const duration = Number(/^[0-9]{1,9}$/.exec(fields.get('billingPeriod/duration') ?? '')?.[0] ?? 0);
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
