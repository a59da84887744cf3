import { type Commodity, commodities, defined, type Flow, flows } from '../emissions/index.ts';
import type { RecordState } from '../inventory/index.ts';
import type { UseCaseArgs } from '../node/index.ts';
import { oneOf } from './calculate.ts';

export interface CommandFilter {
  readonly member?: string;
  readonly commodity?: string;
  readonly flow?: string;
  readonly year?: number;
  readonly state?: string;
  readonly limit: number;
  readonly cursor?: string;
}

/** @throws {ChannelError} OPTION_INVALID naming the values that are allowed */
export function filterOf({
  member,
  commodity,
  flow,
  year,
  state,
  limit,
  cursor,
}: CommandFilter): UseCaseArgs<'records'> {
  return defined({
    member,
    year,
    limit,
    cursor,
    commodity: commodity === undefined ? undefined : (oneOf(commodity, commodities, '--commodity') as Commodity),
    flow: flow === undefined ? undefined : (oneOf(flow, flows, '--flow') as Flow),
    state:
      state === undefined ? undefined : (oneOf(state, ['active', 'superseded', 'voided'], '--state') as RecordState),
  });
}
