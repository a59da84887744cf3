import { type Commodity, dimensionOf, type ErrorCode, type Flow } from '../emissions/index.ts';
import type { BillWarning } from './bill.ts';
import { accumulationFault, commodityOfCode, flowOf, isPlainData, isRegister, qualityFlags } from './espi-codes.ts';
import type { MeterSeries } from './espi-links.ts';
import { type EspiUnit, scaleOf, unitOf } from './espi-units.ts';
import { ESTIMATED, UNQUALIFIED } from './interval-sums.ts';
import type { LocalDays } from './local-days.ts';
import { addSeries, joinSeries, type MeteredDays, registerByDay, sumByDay } from './metered-days.ts';
import { registerUse } from './register-reads.ts';

/** The readings of one flow of a usage point in one unit. */
export interface FlowSeries {
  readonly unit: EspiUnit;
  readonly metered: MeteredDays;
  readonly doubts: readonly BillWarning[];
}

/** Why a meter reading is not read. */
interface Fault {
  readonly code: ErrorCode;
  readonly reason: string;
  /** Set where it is no use, or shows use that is counted already: then a note is enough. */
  readonly noUse?: true;
}

/** Meter readings that are no amounts, or cannot be read as such. */
export interface UnusableSeries extends Fault {
  readonly where: string;
}

/** One meter reading, understood. */
interface ReadSeries extends FlowSeries {
  readonly flow: Flow;
  readonly where: string;
  readonly register: boolean;
  /** Time of use, tier and critical peak that it is about; empty for the whole. */
  readonly part: string;
}

/**
 * The amounts of a usage point by flow, one series a unit (energy before volume), and what else it has. Use of each interval
 * goes before what register reads show; the whole goes before its parts, which are added up where they are all there is.
 */
export function readSeries(
  all: readonly MeterSeries[],
  commodity: Commodity,
  zone: LocalDays,
): { flows: Map<Flow, FlowSeries[]>; unusable: UnusableSeries[] } {
  const unusable: UnusableSeries[] = [];
  const found = new Map<Flow, Map<string, ReadSeries[]>>();
  for (const one of all) {
    const where = `MeterReading ${one.order}`;
    const read = understood(one, commodity, zone, where);
    if ('reason' in read) unusable.push({ ...read, where });
    else {
      const units = found.get(read.flow) ?? new Map<string, ReadSeries[]>();
      found.set(read.flow, units);
      const key = `${read.unit.unit} ${read.unit.uncorrected}`;
      const same = units.get(key) ?? [];
      same.push(read);
      units.set(key, same);
    }
  }
  const flows = new Map(
    [...found].map(([flow, units]) => {
      const series = [...units.values()].map((group) => oneSeries(group, unusable));
      return [flow, series.sort((a, b) => rank(a) - rank(b))] as const;
    }),
  );
  return { flows, unusable };
}

function rank({ unit }: FlowSeries): number {
  if (dimensionOf(unit.unit) === 'energy') return 0;
  return unit.uncorrected === true ? 2 : 1;
}

/** Meter readings of one flow and unit as one. */
function oneSeries(group: readonly ReadSeries[], unusable: UnusableSeries[]): FlowSeries {
  const intervals = group.filter((one) => !one.register);
  const preferred = intervals.length > 0 ? intervals : group;
  const whole = preferred.filter((one) => one.part === '');
  const used = whole.length > 0 ? whole : preferred;
  const counted = new Set(used);
  for (const one of group) {
    if (counted.has(one)) continue;
    const reason = one.register && intervals.length > 0 ? BESIDE_INTERVALS : BESIDE_WHOLE;
    unusable.push({ code: 'ROW_INVALID', reason, where: one.where, noUse: true });
  }
  const [first] = used as [ReadSeries, ...ReadSeries[]];
  const doubts = used.flatMap((one) => one.doubts);
  if (whole.length > 0) return { unit: first.unit, metered: joinSeries(used.map((one) => one.metered)), doubts };
  const parts = Map.groupBy(used, (one) => one.part);
  const each = [...parts.values()].map((same) => joinSeries(same.map((one) => one.metered)));
  return { unit: first.unit, metered: addSeries(each), doubts: [...doubts, partsAdded(parts.size)] };
}

const BESIDE_INTERVALS = 'it holds reads of a register beside the use of each interval';
const BESIDE_WHOLE = 'it holds a tier or time of use beside the whole';

function partsAdded(count: number): BillWarning {
  const message = `the file has no readings of the whole use; ${count} tiers or times of use were added up`;
  return { code: 'PARTS_ADDED', message };
}

function understood(
  { types, sums }: MeterSeries,
  commodity: Commodity,
  zone: LocalDays,
  where: string,
): ReadSeries | Fault {
  const [type, another] = types;
  if (type === undefined) {
    return { code: 'ROW_INVALID', reason: 'the file does not describe its readings (ReadingType)' };
  }
  if (another !== undefined) {
    return { code: 'ROW_INVALID', reason: 'the file describes its readings (ReadingType) in different ways' };
  }
  const { fields } = type;
  const unit = unitOf(fields.get('uom'), commodity, commodityOfCode[fields.get('commodity') ?? ''] !== undefined);
  if (typeof unit === 'string') return { code: 'UNIT_UNFIT', reason: `it ${unit}`, noUse: true };
  const accumulation = accumulationFault(fields.get('accumulationBehaviour'));
  if (accumulation !== undefined) {
    return { code: 'ROW_INVALID', reason: `it holds ${accumulation}, not the use of each interval`, noUse: true };
  }
  if (!isPlainData(fields.get('dataQualifier'))) {
    return { code: 'ROW_INVALID', reason: 'it holds averages, maxima or minima, not amounts', noUse: true };
  }
  const direction = flowOf(fields.get('flowDirection'));
  if (direction === undefined) {
    return { code: 'UNIT_UNFIT', reason: 'its flow is neither delivered nor exported', noUse: true };
  }
  const scale = scaleOf(fields.get('powerOfTenMultiplier'), unit);
  if (scale === undefined) return { code: 'ROW_INVALID', reason: 'its power-of-ten multiplier is outside -12 to 12' };
  if (sums.fault !== undefined) return { code: 'ROW_INVALID', reason: sums.fault };
  const register = isRegister(fields.get('accumulationBehaviour'));
  const read = register ? registerAmounts(sums, scale, zone) : intervalAmounts(sums, scale, zone);
  if ('reason' in read) return read;
  const doubts = [
    ...doubtsOf(direction.doubt, commodity),
    ...(unit.uncorrected === true ? uncorrected(commodity) : []),
  ];
  return {
    unit,
    flow: direction.flow,
    where,
    register,
    part: ['tou', 'consumptionTier', 'cpp'].map((name) => partOf(name, fields.get(name))).join(''),
    metered: withDefaultQuality(read.metered, qualityFlags(fields.get('defaultQuality') ?? '')),
    doubts: [...doubts, ...read.doubts],
  };
}

function partOf(name: string, value = ''): string {
  return value === '' || value === '0' ? '' : `${name} ${value} `;
}

type Amounts = { readonly metered: MeteredDays; readonly doubts: readonly BillWarning[] };

function intervalAmounts(sums: MeterSeries['sums'], scale: bigint, zone: LocalDays): Amounts | Fault {
  if (sums.hasInstants) {
    return {
      code: 'ROW_INVALID',
      reason: 'it holds readings without a duration, and does not say that they are of a register',
    };
  }
  const metered = sumByDay([sums], scale, zone);
  if (metered.misplaced > 0) {
    return { code: 'PERIOD_INVALID', reason: 'a reading over several days does not begin and end at local midnight' };
  }
  return { metered, doubts: [] };
}

function registerAmounts(sums: MeterSeries['sums'], scale: bigint, zone: LocalDays): Amounts | Fault {
  const use = registerUse(sums, scale, zone);
  if ('reason' in use) return use;
  const when = use.atEnd ? '; each was taken as read at the end of its interval' : '';
  const message = `the use is the differences of ${use.reads} reads of a register${when}`;
  return { metered: registerByDay(use.sums, scale, zone), doubts: [{ code: 'REGISTER_DIFFERENCES', message }] };
}

/** The quality that the reading type states for readings without one of their own. */
function withDefaultQuality(metered: MeteredDays, flags: number): MeteredDays {
  if (flags === 0) return metered;
  const qualified = <T extends { amount: bigint; estimated: bigint; flags: number }>(one: T): T => {
    if ((one.flags & UNQUALIFIED) === 0) return one;
    return { ...one, flags: one.flags | flags, estimated: (flags & ESTIMATED) === 0 ? one.estimated : one.amount };
  };
  return {
    ...metered,
    days: new Map([...metered.days].map(([day, one]) => [day, qualified(one)])),
    periods: metered.periods.map(qualified),
  };
}

export const grossUnknown: BillWarning = {
  code: 'GROSS_UNKNOWN',
  message: 'the file gives the balance or the sum of both directions, not what was delivered',
};

/** Only electricity flows both ways as a rule: a gas or water meter without a direction counts what was delivered. */
function doubtsOf(doubt: 'assumed' | 'gross-unknown' | undefined, commodity: Commodity): BillWarning[] {
  if (doubt === 'gross-unknown') return [grossUnknown];
  if (doubt === undefined || commodity !== 'electricity') return [];
  return [{ code: 'FLOW_ASSUMED', message: 'the file gives no flow direction; the readings were taken as delivered' }];
}

function uncorrected(commodity: Commodity): BillWarning[] {
  if (commodity !== 'natural-gas') return [];
  const message = 'the volume is as metered, not corrected to standard temperature and pressure';
  return [{ code: 'VOLUME_UNCORRECTED', message }];
}
