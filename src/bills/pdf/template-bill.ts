import { ChannelError, type Commodity, defined, type ErrorReport, type ReadBasis } from '../../emissions/index.ts';
import { billLine } from './bill-line.ts';
import { type BillPeriod, readPeriod } from './bill-period.ts';
import { findDays } from './find-period.ts';
import { datesIn, rangesIn } from './printed-dates.ts';
import type { FieldName, Found, ProposedLine } from './proposal.ts';
import type { TemplateLine } from './template.ts';
import { type Amount, type AmountSetting, TemplateAmounts, WEAKEST } from './template-amounts.ts';
import type { Placeholder } from './template-pattern.ts';
import { type Values, valuesIn } from './template-scope.ts';
import type { Line } from './text-lines.ts';

interface Setting extends AmountSetting {
  readonly common: Values;
}

/** Makes the lines of a bill of what a template found. What does not fit is collected as problems, what is open as questions. */
export class TemplateBill {
  readonly problems: ErrorReport[] = [];
  readonly #setting: Setting;
  readonly #amounts: TemplateAmounts;

  constructor(setting: Setting) {
    this.#setting = setting;
    this.#amounts = new TemplateAmounts(setting, (where, message) => this.#unfit(where, message));
  }

  /** The lines that one line of the template means in one part of the bill: one, or one a meter of its table. */
  linesOf(scope: readonly Line[], spec: TemplateLine, where: string): ProposedLine[] {
    const { common } = this.#setting;
    const values: Values = new Map([...common, ...valuesIn(scope, spec.find ?? [])]);
    const period = this.#period(values, where);
    const direct = this.#directAmount(values, spec, where);
    if (spec.table === undefined) {
      if (direct === undefined) return [{ fields: {} }];
      return [this.#line({ values, spec, where, period, amount: direct, basis: this.#basisOf(values, spec, where) })];
    }
    const registers = this.#amounts.registers(scope, spec, where);
    const meters = Map.groupBy(registers, ({ meter }) => meter?.value ?? '');
    if (spec.table.columns.register === undefined && registers.length > meters.size)
      this.#unfit(`${where}.table`, 'several rows have the same meter, and no column names their registers');
    return [...meters.values()].map((rows) => {
      const amount = this.#amounts.sum(rows, direct, meters.size, where);
      const bases = rows.flatMap(({ basis }) => basis ?? []);
      const basis = WEAKEST.find((one) => bases.includes(one)) ?? this.#basisOf(values, spec, where);
      const parts = rows.map(({ name, found }) => ({ name, quantity: found.value, where: found.where ?? '' }));
      const meter = rows[0]?.meter;
      return this.#line({
        values,
        spec,
        where,
        period,
        amount,
        basis,
        ...defined({ meter }),
        ...(rows.length > 1 && { parts }),
      });
    });
  }

  #unfit(where: string, message: string): undefined {
    this.problems.push(new ChannelError('TEMPLATE_UNFIT', message, { where }).report());
    return undefined;
  }

  /** The one value of a name; several are a question. */
  #one(values: Values, name: Placeholder, field: FieldName): Found | undefined {
    const found = values.get(name) ?? [];
    if (found.length === 0) return undefined;
    const fix = 'Give the template a longer label, or a section.';
    return this.#setting.ask.one(field, found, { code: 'PROPOSAL_OPEN', none: '', fix });
  }

  #period(values: Values, where: string): BillPeriod | undefined {
    const { all, options, template, ask } = this.#setting;
    const [first, last] = [this.#one(values, 'start', 'start'), this.#one(values, 'end', 'end')];
    if (first === undefined || last === undefined) {
      if (!values.has('start') || !values.has('end'))
        this.#unfit(where, 'no rule of the template finds {start} and {end}');
      return undefined;
    }
    const [range] = rangesIn(`${first.value} - ${last.value}`);
    const [start, end] = [datesIn(first.value), datesIn(last.value)];
    const texts = range ? [range.start.text, range.end.text] : [start[0]?.text, end[0]?.text];
    const [from, to] = texts;
    if (from === undefined || to === undefined) return this.#unfit(where, 'what stands at {start} or {end} is no date');
    const own = this.#one(values, 'days', 'days');
    const days = own ? [{ days: Number(own.value), printed: own.value, where: own.where ?? '' }] : findDays(all);
    const told = defined({
      dateOrder: options.dateOrder ?? template.dateOrder,
      statedEnd: options.statedEnd ?? template.endConvention,
    });
    const { why, confidence, where: place = '' } = first;
    const chosen = { start: from, end: to, printed: `${first.value} ${last.value}`, where: place, why, confidence };
    return readPeriod(all, chosen, days, told, ask);
  }

  /** The amount that a rule finds: the use, or the total that a table must agree with. */
  #directAmount(values: Values, spec: TemplateLine, where: string): Amount | undefined {
    const quantity = this.#one(values, 'quantity', 'quantity');
    if (quantity === undefined) {
      if (spec.table === undefined && !values.has('quantity'))
        this.#unfit(where, 'no rule of the template finds {quantity}');
      return undefined;
    }
    return this.#amounts.amount(quantity, values.get('unit')?.[0]?.value, spec, where);
  }

  #basisOf(values: Values, spec: TemplateLine, where: string): ReadBasis | undefined {
    const marks = (values.get('mark') ?? []).flatMap(({ value }) => this.#amounts.markOf(value, spec, where) ?? []);
    const { template } = this.#setting;
    return WEAKEST.find((one) => marks.includes(one)) ?? spec.fixed?.readBasis ?? template.fixed?.readBasis;
  }

  #line(parts: {
    readonly values: Values;
    readonly spec: TemplateLine;
    readonly where: string;
    readonly period: BillPeriod | undefined;
    readonly amount: Amount | undefined;
    readonly basis: ReadBasis | undefined;
    readonly meter?: Found;
    readonly parts?: ProposedLine['parts'];
  }): ProposedLine {
    const { values, spec, where, period, amount, basis = 'billed-only' } = parts;
    const { options, template } = this.#setting;
    const fixed = defined({ ...template.fixed, ...spec.fixed });
    const set = (value: string | undefined, told: string | undefined): Found | undefined => {
      if (told !== undefined) return { value: told, why: 'as told', confidence: 'told' };
      return value === undefined ? undefined : { value, why: 'template: fixed', confidence: 'high' };
    };
    const commodity = set(fixed.commodity, fixed.commodity === undefined ? options.commodity : undefined);
    const meter =
      parts.meter ?? this.#one(values, 'meter', 'meter') ?? set(fixed.meter, options.meter ?? options.account);
    const account = this.#one(values, 'account', 'account') ?? set(fixed.account, options.account);
    if (commodity === undefined) this.#unfit(where, 'neither the template nor an option names the commodity');
    if (meter === undefined && !values.has('meter')) this.#unfit(where, 'no rule of the template finds {meter}');
    if (commodity !== undefined && amount !== undefined)
      this.#amounts.demandFit(commodity.value as Commodity, amount, where);
    const fields = defined({
      ...{ commodity, meter, account, total: values.get('total')?.[0], ...period?.fields },
      quantity: amount?.found,
      unit: amount && { ...amount.found, value: amount.unit as string },
      read_basis: {
        value: basis,
        why: basis === 'billed-only' ? 'nothing says how the meter was read' : 'template: marks',
        confidence: 'high',
      } as Found,
    });
    if (commodity === undefined || meter === undefined || amount === undefined || period === undefined)
      return { fields };
    const line = billLine({
      ...{ commodity, meter, account, period, basis, quantity: amount.found.value, unit: amount.unit },
      ...{ where: amount.found.where ?? where, utility: fixed.utility ?? options.utility },
      ...{ calorific: fixed.calorific, parts: parts.parts, options },
    });
    return { fields, line, ...defined({ parts: parts.parts }) };
  }
}
