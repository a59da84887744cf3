import { defined, type ReadBasis } from '../../emissions/index.ts';
import type { ReadOptions } from '../bill.ts';
import { type Asked, Asking } from './asking.ts';
import { besideLine } from './beside-line.ts';
import { billLine } from './bill-line.ts';
import { type BillPeriod, readPeriod } from './bill-period.ts';
import { signEvidence } from './decimal-signs.ts';
import { findAccounts, findCommodities, findMeters, findReadBasis, findTotals } from './find-names.ts';
import { findDays, findPeriods, type PrintedPeriod } from './find-period.ts';
import { findUsage, totalOf, type Usage } from './find-usage.ts';
import type { Found, LeftOut, ProposedLine, Question } from './proposal.ts';
import type { Line } from './text-lines.ts';

/** A bill by its labels alone: one meter, one commodity, one period. */
export interface LabelProposal {
  readonly line: ProposedLine;
  readonly questions: readonly Question[];
  readonly leftOut: readonly LeftOut[];
  readonly beside: readonly string[];
}

/** Proposes the one line of a bill by labels of several languages. What could be read in two ways becomes a question, never a choice. */
export function proposeByLabels(lines: readonly Line[], options: ReadOptions): LabelProposal {
  const ask = new Asking(options.pick ?? []);
  const sign = signEvidence(lines, options.decimalSign);
  const { usages, leftOut, undecided } = findUsage(lines, sign.signOf);
  const { usage, others } = chooseUsage(usages, undecided, ask);
  const unit = usage?.unit;
  const quantity = usage && foundOf(usage);
  const commodity = told(options.commodity) ?? ask.one('commodity', findCommodities(lines, unit), COMMODITY);
  const meters = findMeters(lines);
  const meter = told(options.meter) ?? ask.one('meter', meters, METER, told(options.account));
  const account = told(options.account) ?? ask.ifOne('account', findAccounts(lines));
  const readBasis = findReadBasis(lines, usage?.line);
  const total = ask.ifOne('total', findTotals(lines));
  const periods = findPeriods(lines);
  const period = choosePeriod(lines, periods, options, ask);
  const beside = besideLine(lines, { commodity, meter, meters, periods, unit, others });
  const fields = defined({
    ...{ commodity, quantity, meter, account, total, ...period?.fields },
    unit: unit && usage && { ...foundOf(usage), value: unit, printed: unit },
    read_basis: readBasis,
  });
  const questions = ask.open;
  if (!commodity || !meter || !period || !usage || questions.length > 0)
    return { line: { fields }, questions, leftOut, beside };
  const line = billLine({
    ...{ commodity, meter, account, period, basis: readBasis.value as ReadBasis, options },
    ...{ quantity: usage.value, unit: usage.unit, where: usage.where, utility: options.utility },
  });
  return { line: { fields, line }, questions, leftOut, beside };
}

function told(value: string | undefined): Found | undefined {
  return value === undefined ? undefined : { value, why: 'as told', confidence: 'told' };
}

function foundOf({ value, printed, where, why, confidence }: Usage): Found {
  return { value, printed, where, why, confidence };
}

const COMMODITY: Asked = {
  ...{ code: 'PROPOSAL_OPEN', none: 'no word on the bill says which commodity it is' },
  fix: 'Give it with --commodity; a bill with several needs a template, or its lines in a table.',
};
const METER: Asked = {
  ...{ code: 'PROPOSAL_OPEN', none: 'no number stands beside a label of a meter' },
  fix: 'Give it with --meter; a bill with several needs a template, or its lines in a table.',
};
const QUANTITY: Asked = {
  ...{ code: 'PROPOSAL_OPEN', none: 'no amount of energy or volume was found that can be the use' },
  fix: 'Make a template that says where the use stands.',
};
const PERIOD: Asked = {
  ...{ code: 'PROPOSAL_OPEN', none: 'no two dates were found that can be the period' },
  fix: 'Make a template that says where the dates stand.',
};

/** The use, and the amounts that were left out by a pick. */
function chooseUsage(
  usages: readonly Usage[],
  undecided: readonly string[],
  ask: Asking,
): { readonly usage: Usage | undefined; readonly others: readonly Usage[] } {
  const open = { usage: undefined, others: [] };
  if (undecided.length > 0) {
    ask.ask('quantity', SIGN);
    return open;
  }
  const founds = usages.map(foundOf);
  const only = ask.ifOne('quantity', founds);
  if (only !== undefined) {
    const usage = usages.find(
      ({ where, value, printed }) => value === only.value && where === only.where && printed === only.printed,
    );
    if (usage === undefined) return open;
    const { why, confidence } = only;
    return { usage: { ...usage, why, confidence }, others: usages.filter((one) => one !== usage) };
  }
  const total = totalOf(usages);
  if (total !== undefined) {
    const parts = total.parts.map(({ where }) => where).join(', ');
    const why = `${total.total.why}; it is the sum of the amounts at ${parts}`;
    return { usage: { ...total.total, why }, others: [] };
  }
  ask.ask('quantity', QUANTITY, founds);
  return open;
}

const SIGN: Asked = {
  ...{
    code: 'DECIMAL_SIGN_UNKNOWN',
    none: 'the amounts can be read with a decimal point or a decimal comma, and nothing on the bill decides',
  },
  fix: 'Look at the bill, and give --decimal-sign point or --decimal-sign comma.',
};

function choosePeriod(
  lines: readonly Line[],
  periods: readonly PrintedPeriod[],
  options: ReadOptions,
  ask: Asking,
): BillPeriod | undefined {
  const founds = periods.map(
    ({ printed, where, why, confidence }): Found => ({ value: printed, printed, where, why, confidence }),
  );
  const found = ask.one('start', founds, PERIOD);
  const chosen = periods.find(({ where, printed }) => where === found?.where && printed === found.printed);
  return chosen && readPeriod(lines, chosen, findDays(lines), options, ask);
}
