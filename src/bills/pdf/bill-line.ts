import { type Commodity, defined, type ReadBasis, type UnitName } from '../../emissions/index.ts';
import type { BillLine, ReadOptions } from '../bill.ts';
import type { BillPeriod } from './bill-period.ts';
import type { Found, ProposedLine } from './proposal.ts';

interface LineParts {
  readonly commodity: Found;
  readonly meter: Found;
  readonly account?: Found | undefined;
  readonly period: BillPeriod;
  readonly quantity: string;
  readonly unit: UnitName;
  readonly basis: ReadBasis;
  readonly where: string;
  readonly utility?: string | undefined;
  readonly calorific?: 'gross' | 'net' | undefined;
  readonly parts?: ProposedLine['parts'] | undefined;
  readonly options: ReadOptions;
}

/** The line of a bill of which every part was found or told. */
export function billLine({ commodity, meter, account, period, basis, options, parts, ...rest }: LineParts): BillLine {
  return defined({
    ...{ commodity: commodity.value as Commodity, flow: 'delivered' as const, readBasis: basis },
    ...{ start: period.start, end: period.end, statedEnd: period.statedEnd },
    ...{ quantity: rest.quantity, unit: rest.unit, meter: meter.value },
    utility: rest.utility ?? '',
    account: account?.value,
    calorific: rest.calorific,
    parts: parts?.map(({ name, quantity }) => ({ name, quantity })),
    zone: options.zone,
    place: options.place ?? {},
    where: rest.where,
    warnings: [],
  });
}
