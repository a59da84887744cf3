import { type Commodity, defined, type ReadBasis, type UnitName } from '../../emissions/index.ts';
import type { BillLine, ReadOptions } from '../bill.ts';
import { type Asked, Asking } from './asking.ts';
import { type BillPeriod, readPeriod } from './bill-period.ts';
import { signEvidence } from './decimal-signs.ts';
import { findAccounts, findCommodities, findMeters, findReadBasis, findTotals } from './find-names.ts';
import { findDays, findPeriods } from './find-period.ts';
import { findUsage, totalOf, type Usage } from './find-usage.ts';
import { amountsIn } from './printed-amounts.ts';
import type { FieldName, Found, LeftOut, ProposedLine, Question } from './proposal.ts';
import type { Line } from './text-lines.ts';

/** A bill by its labels alone: one meter, one commodity, one period. */
export interface LabelProposal {
  readonly line: ProposedLine;
  readonly questions: readonly Question[];
  readonly leftOut: readonly LeftOut[];
}

/** Proposes the one line of a bill by labels of several languages. What could be read in two ways becomes a question, never a choice. */
export function proposeByLabels(lines: readonly Line[], options: ReadOptions): LabelProposal {
  const ask = new Asking(options.pick ?? []);
  const sign = signEvidence(lines, options.decimalSign);
  const { usages, leftOut } = findUsage(lines, sign.signOf);
  const usage = chooseUsage(usages, ask, lines, sign.signOf);
  const unit = usage?.unit;
  const quantity = usage && foundOf(usage);
  const commodity = told(options.commodity) ?? ask.one('commodity', findCommodities(lines, unit), COMMODITY);
  const meter = told(options.meter) ?? ask.one('meter', findMeters(lines), METER, told(options.account));
  const account = told(options.account) ?? ask.ifOne('account', findAccounts(lines));
  const readBasis = findReadBasis(lines, usage?.line);
  const total = ask.ifOne('total', findTotals(lines));
  const period = choosePeriod(lines, options, ask);
  const fields = defined({
    ...{ commodity, quantity, meter, account, total, ...period?.fields },
    unit: unit && usage && { ...foundOf(usage), value: unit, printed: unit },
    read_basis: readBasis,
  });
  const place = usage?.where ?? '';
  const line = lineOf({ fields, options, period, usage: usage && { ...usage, place } });
  return { line: { fields, ...(line && ask.open.length === 0 && { line }) }, questions: ask.open, leftOut };
}

function told(value: string | undefined): Found | undefined {
  return value === undefined ? undefined : { value, why: 'as told', confidence: 'told' };
}

function foundOf({ value, printed, where, why, confidence }: Usage): Found {
  return { value, printed, where, why, confidence };
}

const COMMODITY: Asked = {
  ...{ code: 'PROPOSAL_OPEN', none: 'no word on the bill says which commodity it is' },
  fix: 'Give it with --commodity; a bill with several needs a template.',
};
const METER: Asked = {
  ...{ code: 'PROPOSAL_OPEN', none: 'no number stands beside a label of a meter' },
  fix: 'Give it with --meter; a bill with several needs a template.',
};
const QUANTITY: Asked = {
  ...{ code: 'PROPOSAL_OPEN', none: 'no amount of energy or volume was found that can be the use' },
  fix: 'Make a template that says where the use stands.',
};
const PERIOD: Asked = {
  ...{ code: 'PROPOSAL_OPEN', none: 'no two dates were found that can be the period' },
  fix: 'Make a template that says where the dates stand.',
};

function chooseUsage(
  usages: readonly Usage[],
  ask: Asking,
  lines: readonly Line[],
  signOf: (number: string) => unknown,
): Usage | undefined {
  const founds = usages.map(foundOf);
  const only = ask.ifOne('quantity', founds);
  const at =
    only === undefined ? -1 : founds.findIndex(({ where, value }) => where === only.where && value === only.value);
  if (only !== undefined) return { ...(usages[at] as Usage), ...only } as Usage;
  const total = totalOf(usages);
  if (total !== undefined) {
    const parts = total.parts.map(({ where }) => where).join(', ');
    return { ...total.total, why: `${total.total.why}; it is the sum of the amounts at ${parts}` };
  }
  const undecided = lines.find(({ text }) =>
    amountsIn(text).some(({ unit, number }) => unit !== undefined && signOf(number) === undefined),
  );
  if (usages.length === 0 && undecided !== undefined) {
    ask.ask('quantity', SIGN, []);
    return undefined;
  }
  ask.ask('quantity', QUANTITY, founds);
  return undefined;
}

const SIGN: Asked = {
  ...{
    code: 'DECIMAL_SIGN_UNKNOWN',
    none: 'the amounts can be read with a decimal point or a decimal comma, and nothing on the bill decides',
  },
  fix: 'Look at the bill, and give --decimal-sign point or --decimal-sign comma.',
};

function choosePeriod(lines: readonly Line[], options: ReadOptions, ask: Asking): BillPeriod | undefined {
  const periods = findPeriods(lines);
  const founds = periods.map(
    ({ printed, where, why, confidence }): Found => ({ value: printed, printed, where, why, confidence }),
  );
  const found = ask.one('start', founds, PERIOD);
  const chosen = periods.find(({ where, printed }) => where === found?.where && printed === found.printed);
  return chosen && readPeriod(lines, chosen, findDays(lines), options, ask);
}

interface Parts {
  readonly fields: Readonly<Partial<Record<FieldName, Found>>>;
  readonly options: ReadOptions;
  readonly period: BillPeriod | undefined;
  readonly usage: { readonly value: string; readonly unit: UnitName; readonly place: string } | undefined;
}

/** The line of a bill, where every part of it is there. */
function lineOf({ fields, options, period, usage }: Parts): BillLine | undefined {
  const { commodity, meter, account, read_basis: basis } = fields;
  if (commodity === undefined || meter === undefined || period === undefined || usage === undefined) return undefined;
  return defined({
    commodity: commodity.value as Commodity,
    flow: 'delivered' as const,
    ...{ start: period.start, end: period.end, statedEnd: period.statedEnd },
    ...{ quantity: usage.value, unit: usage.unit },
    readBasis: (basis?.value ?? 'billed-only') as ReadBasis,
    utility: options.utility ?? '',
    meter: meter.value,
    account: account?.value,
    zone: options.zone,
    place: options.place ?? {},
    where: usage.place,
    warnings: [],
  });
}
