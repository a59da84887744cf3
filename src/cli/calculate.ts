import {
  ChannelError,
  type Commodity,
  commodities,
  type GwpChoice,
  gwpSets,
  type HeatContent,
  heatContentUnits,
} from '../emissions/index.ts';
import { bundledFor, loadBundled, loadUsPlaces, MemoryFactorStore } from '../factors/index.ts';
import { type CalculationAnswer, type CalculationRequest, calculateOnce, placeOfHint } from '../node/index.ts';
import { type PlaceOptions, placeHint } from './place-options.ts';

export interface CalculateOptions extends PlaceOptions {
  readonly commodity: string;
  readonly start: string;
  readonly end: string;
  readonly quantity: string;
  readonly unit: string;
  readonly gwp?: string;
  readonly heatContent?: string;
  readonly heatContentUnit?: string;
  readonly calorific?: string;
}

/** The answer of `uec calculate`: bundled factors of the country, nothing kept. */
export async function calculateCommand(options: CalculateOptions): Promise<CalculationAnswer> {
  const place = placeHint(options);
  const request = requestOf(options, place);
  const store = new MemoryFactorStore();
  const { country } = placeOfHint(place, loadUsPlaces).place;
  for (const pinned of bundledFor(country)) await store.importRelease(loadBundled(pinned));
  return calculateOnce(request, store, loadUsPlaces, new Date());
}

function requestOf(options: CalculateOptions, place: CalculationRequest['place']): CalculationRequest {
  const { start, end, quantity, unit, heatContent, heatContentUnit, calorific } = options;
  const content =
    heatContent === undefined
      ? {}
      : {
          heatContent: {
            value: heatContent,
            unit: oneOf(heatContentUnit ?? 'mmBtu/Mcf', heatContentUnits, '--heat-content-unit') as HeatContent['unit'],
          },
        };
  return {
    place,
    start,
    end,
    quantity,
    unit,
    commodity: commodityOf(options.commodity),
    gwp: gwpOf(options.gwp),
    ...content,
    ...(calorific === undefined
      ? {}
      : { calorific: oneOf(calorific, ['gross', 'net'], '--calorific') as 'gross' | 'net' }),
  };
}

export function commodityOf(text: string): Commodity {
  if ((commodities as readonly string[]).includes(text)) return text as Commodity;
  throw new ChannelError('COMMODITY_UNKNOWN', `commodity '${text.slice(0, 40)}' is not known`, {
    where: '--commodity',
  });
}

export function gwpOf(text: string | undefined): GwpChoice {
  return text === undefined ? 'publisher' : (oneOf(text, ['publisher', ...gwpSets], '--gwp') as GwpChoice);
}

/** @throws {ChannelError} OPTION_INVALID naming the values that are allowed */
export function oneOf(text: string, allowed: readonly string[], option: string): string {
  if (allowed.includes(text)) return text;
  throw new ChannelError('OPTION_INVALID', `${option} '${text.slice(0, 40)}' is not one of ${allowed.join(', ')}`, {
    where: option,
  });
}
