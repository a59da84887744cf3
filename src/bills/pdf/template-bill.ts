import {
  add,
  ChannelError,
  type Commodity,
  compare,
  defined,
  type ErrorReport,
  energyRateOf,
  formatExact,
  isChannelError,
  parseDecimal,
  type ReadBasis,
  type UnitName,
} from '../../emissions/index.ts';
import type { BillLine, ReadOptions } from '../bill.ts';
import { plainAmount } from '../mapping/amount-form.ts';
import type { Asking } from './asking.ts';
import { type BillPeriod, readPeriod } from './bill-period.ts';
import { type SignEvidence, signEvidence } from './decimal-signs.ts';
import { isIdentifier } from './find-names.ts';
import { findDays } from './find-period.ts';
import { placeOf } from './labelled.ts';
import { usageUnit } from './printed-amounts.ts';
import { datesIn, rangesIn } from './printed-dates.ts';
import type { FieldName, Found, ProposedLine } from './proposal.ts';
import type { BillTemplate, TemplateLine } from './template.ts';
import type { Placeholder } from './template-pattern.ts';
import { type Values, valuesIn } from './template-scope.ts';
import { amountOfCell, type TableRow, tableRows } from './template-table.ts';
import type { Line } from './text-lines.ts';

interface Setting {
  readonly all: readonly Line[];
  readonly template: BillTemplate;
  readonly options: ReadOptions;
  readonly common: Values;
  readonly ask: Asking;
}

/** An amount with its unit, wherever the template found it. */
interface Amount {
  readonly found: Found;
  readonly unit: UnitName;
}

interface Register extends Amount {
  readonly name: string;
  readonly meter: Found | undefined;
  readonly basis: ReadBasis | undefined;
}

/** A bill is as good as its weakest register. */
const WEAKEST: readonly ReadBasis[] = ['estimated', 'calculated', 'billed-only', 'customer', 'actual'];

/** Makes the lines of a bill of what a template found. What does not fit is collected as problems, what is open as questions. */
export class TemplateBill {
  readonly problems: ErrorReport[] = [];
  readonly #setting: Setting;
  readonly #sign: SignEvidence;

  constructor(setting: Setting) {
    this.#setting = setting;
    const { all, template, options } = setting;
    this.#sign = signEvidence(all, options.decimalSign ?? template.decimalSign);
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
    const registers = this.#registers(scope, spec, where);
    const meters = Map.groupBy(registers, ({ meter }) => meter?.value ?? '');
    if (spec.table.columns.register === undefined && registers.length > meters.size)
      this.#unfit(`${where}.table`, 'several rows have the same meter, and no column names their registers');
    return [...meters.values()].map((rows) => {
      const amount = this.#sum(rows, direct, meters.size, where);
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
    return this.#amount(quantity, values.get('unit')?.[0]?.value, spec, where);
  }

  #amount(found: Found, unitText: string | undefined, spec: TemplateLine, where: string): Amount | undefined {
    const { options, template, ask } = this.#setting;
    const named = unitText || spec.fixed?.unit || template.fixed?.unit || options.unit || '';
    const unit = usageUnit(named);
    if (unit === undefined)
      return this.#unfit(where, `what stands as unit of ${found.where} names no unit of energy or volume`);
    const sign = this.#sign.signOf(found.value);
    if (sign === undefined) {
      ask.ask('quantity', {
        ...{
          code: 'DECIMAL_SIGN_UNKNOWN',
          none: `the amount at ${found.where} can be read with a decimal point or comma`,
        },
        fix: 'Say it in the template as decimalSign, or give --decimal-sign.',
      });
      return undefined;
    }
    const plain = plainAmount(found.value, sign);
    if (plain === undefined || plain.startsWith('-'))
      return this.#unfit(where, `what stands at ${found.where} is no amount with a decimal ${sign}`);
    return {
      unit,
      found: { ...found, value: formatExact(parseDecimal(plain)), printed: `${found.value} ${named}`.trim() },
    };
  }

  #registers(scope: readonly Line[], spec: TemplateLine, where: string): Register[] {
    const { table } = spec;
    if (table === undefined) return [];
    return (tableRows(scope, table) ?? []).flatMap((row): Register[] => {
      const amount = this.#cellAmount(row, spec, where);
      return amount === undefined ? [] : [amount];
    });
  }

  #cellAmount({ line, cells }: TableRow, spec: TemplateLine, where: string): Register | undefined {
    const place = placeOf(line);
    const parts = amountOfCell(cells.get('quantity') ?? '');
    if (parts === undefined)
      return this.#unfit(
        `${where}.table`,
        `the row at ${place} has no amount alone in its column; end the table with until`,
      );
    const why = `template: column "${spec.table?.columns.quantity}"`;
    const found: Found = { value: parts.number, printed: parts.number, where: place, why, confidence: 'high' };
    const amount = this.#amount(found, cells.get('unit') ?? parts.unitText, spec, `${where}.table`);
    if (amount === undefined) return undefined;
    const meterText = cells.get('meter');
    if (meterText !== undefined && !isIdentifier(meterText))
      return this.#unfit(
        `${where}.table`,
        `the row at ${place} has no number of a meter in its column; end the table with until`,
      );
    const meter: Found | undefined =
      meterText === undefined
        ? undefined
        : { ...found, value: meterText, printed: meterText, why: `template: column "${spec.table?.columns.meter}"` };
    return {
      ...amount,
      name: cells.get('register') ?? '',
      meter,
      basis: this.#markOf(cells.get('read'), spec, `${where}.table`),
    };
  }

  /** The exact sum of a meter's registers; a total that the template also finds must agree. */
  #sum(rows: readonly Register[], total: Amount | undefined, meters: number, where: string): Amount | undefined {
    const [first] = rows;
    if (first === undefined) return undefined;
    if (rows.some(({ unit }) => unit !== first.unit))
      return this.#unfit(`${where}.table`, 'registers of one meter are in several units');
    const sum = rows.map(({ found }) => parseDecimal(found.value)).reduce(add);
    if (total !== undefined && meters === 1) {
      if (total.unit !== first.unit || compare(sum, parseDecimal(total.found.value)) !== 0)
        return this.#unfit(`${where}.table`, `the rows add up to another amount than the one at ${total.found.where}`);
      return {
        unit: first.unit,
        found: { ...total.found, why: `${total.found.why}; the rows of the table add up to it` },
      };
    }
    if (rows.length === 1) return first;
    const places = rows.map(({ found }) => found.where).join(', ');
    return {
      unit: first.unit,
      found: { ...first.found, value: formatExact(sum), why: `${first.found.why}; sum of ${places}` },
    };
  }

  #basisOf(values: Values, spec: TemplateLine, where: string): ReadBasis | undefined {
    const marks = (values.get('mark') ?? []).flatMap(({ value }) => this.#markOf(value, spec, where) ?? []);
    const { template } = this.#setting;
    return WEAKEST.find((one) => marks.includes(one)) ?? spec.fixed?.readBasis ?? template.fixed?.readBasis;
  }

  /** What a mark means: the last word or letter of the text, or all of it. */
  #markOf(text: string | undefined, { marks = {} }: TemplateLine, where: string): ReadBasis | undefined {
    if (text === undefined) return undefined;
    const word =
      text
        .trim()
        .split(/[\s\d]+/)
        .at(-1) ?? '';
    const entry = Object.entries(marks).find(
      ([mark]) => mark.toLowerCase() === text.trim().toLowerCase() || mark.toLowerCase() === word.toLowerCase(),
    );
    if (entry === undefined && word !== '')
      return this.#unfit(where, 'a read has a mark that the template does not explain in marks');
    return entry?.[1];
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
    if (commodity !== undefined && amount !== undefined) this.#demandFit(commodity.value as Commodity, amount, where);
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
    const line: BillLine = defined({
      ...{ commodity: commodity.value as Commodity, flow: 'delivered' as const, readBasis: basis },
      ...{ start: period.start, end: period.end, statedEnd: period.statedEnd },
      ...{ quantity: amount.found.value, unit: amount.unit, meter: meter.value },
      utility: fixed.utility ?? options.utility ?? '',
      calorific: fixed.calorific,
      account: account?.value,
      zone: options.zone,
      place: options.place ?? {},
      parts: parts.parts?.map(({ name, quantity }) => ({ name, quantity })),
      where: amount.found.where ?? where,
      warnings: [],
    });
    return { fields, line, ...defined({ parts: parts.parts }) };
  }

  #demandFit(commodity: Commodity, { unit }: Amount, where: string): void {
    try {
      energyRateOf({ commodity, unit });
    } catch (error) {
      // Gas by volume has no rate without a heat content, and is an amount of gas all the same.
      if (!isChannelError(error)) throw error;
      if (error.code === 'UNIT_UNFIT') this.#unfit(where, `${unit} does not measure ${commodity}`);
    }
  }
}
