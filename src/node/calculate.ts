import type { PlaceHint } from '../bills/index.ts';
import { buildRecord, lastRecordableDay } from '../channel/index.ts';
import {
  type Activity,
  type Commodity,
  defaultPolicy,
  type FactorRow,
  type GwpChoice,
  type HeatContent,
  parseUnit,
} from '../emissions/index.ts';
import type { FactorStore } from '../factors/index.ts';
import { FactorDesk } from './factor-desk.ts';
import { type LineAnswer, lineAnswer } from './line-answer.ts';
import type { UsPlaceLookup } from './line-place.ts';

export interface CalculationRequest {
  readonly commodity: Commodity;
  readonly place: PlaceHint;
  readonly start: string;
  /** Exclusive. */
  readonly end: string;
  readonly quantity: string;
  readonly unit: string;
  readonly gwp: GwpChoice;
  readonly heatContent?: HeatContent;
  readonly calorific?: 'gross' | 'net';
}

export interface CalculationAnswer extends LineAnswer {
  /** The rows that were used, whole, with their citations. */
  readonly rows: readonly FactorRow[];
}

/**
 * The emissions of a quantity by the default policy and the releases of a store: no node, no ledger, nothing kept. A period
 * that is not over is calculated too, as a forecast with the factors of today; the flag `period-future` says so.
 * @throws {ChannelError} what quantity, unit, dates, place and factor choice throw
 */
export async function calculateOnce(
  request: CalculationRequest,
  store: FactorStore,
  usPlaces: () => UsPlaceLookup,
  now: Date,
): Promise<CalculationAnswer> {
  const { commodity, start, end, quantity, gwp, heatContent, calorific } = request;
  const desk = new FactorDesk(store, defaultPolicy);
  const { place, flags } = await desk.placeOf(request.place, usPlaces);
  const activity: Activity = {
    commodity,
    flow: 'delivered',
    start,
    end,
    statedEnd: 'exclusive',
    zone: 'UTC',
    quantity: quantity.trim(),
    unit: parseUnit(request.unit),
    readBasis: 'actual',
    ...(heatContent === undefined ? {} : { heatContent }),
    ...(calorific === undefined ? {} : { calorific }),
  };
  const slices = commodity === 'water' ? [] : await desk.choose({ ...activity, place });
  const record = buildRecord({ ...activity, owner: 'nobody', place, meter: '', gwp, given: flags }, slices);
  const rowOf = (hash: string): FactorRow => desk.row(hash) as FactorRow;
  const answer = lineAnswer(record, rowOf);
  const isForecast = end > lastRecordableDay(now.toISOString());
  return {
    ...answer,
    flags: isForecast ? [...answer.flags, 'period-future'].sort() : answer.flags,
    rows: (record.factors ?? []).map(rowOf),
  };
}
