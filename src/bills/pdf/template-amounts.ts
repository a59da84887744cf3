import {
  add,
  type Commodity,
  compare,
  energyRateOf,
  formatExact,
  isChannelError,
  parseDecimal,
  type ReadBasis,
  type UnitName,
} from '../../emissions/index.ts';
import type { ReadOptions } from '../bill.ts';
import { plainAmount } from '../mapping/amount-form.ts';
import type { Asking } from './asking.ts';
import { type SignEvidence, signEvidence } from './decimal-signs.ts';
import { isIdentifier } from './find-names.ts';
import { placeOf } from './labelled.ts';
import { usageUnit } from './printed-amounts.ts';
import type { Found } from './proposal.ts';
import type { BillTemplate, TemplateLine } from './template.ts';
import { amountOfCell, type TableRow, tableRows } from './template-table.ts';
import type { Line } from './text-lines.ts';

export interface AmountSetting {
  readonly all: readonly Line[];
  readonly template: BillTemplate;
  readonly options: ReadOptions;
  readonly ask: Asking;
}

/** An amount with its unit, wherever the template found it. */
export interface Amount {
  readonly found: Found;
  readonly unit: UnitName;
}

export interface Register extends Amount {
  readonly name: string;
  readonly meter: Found | undefined;
  readonly basis: ReadBasis | undefined;
}

/** A bill is as good as its weakest register. */
export const WEAKEST: readonly ReadBasis[] = ['estimated', 'calculated', 'billed-only', 'customer', 'actual'];

/** Reads the amounts and marks that a template found. `unfit` is told what is not what the template says. */
export class TemplateAmounts {
  readonly #setting: AmountSetting;
  readonly #unfit: (where: string, message: string) => undefined;
  readonly #sign: SignEvidence;

  constructor(setting: AmountSetting, unfit: (where: string, message: string) => undefined) {
    this.#setting = setting;
    this.#unfit = unfit;
    this.#sign = signEvidence(setting.all, setting.options.decimalSign ?? setting.template.decimalSign);
  }

  amount(found: Found, unitText: string | undefined, spec: TemplateLine, where: string): Amount | undefined {
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

  registers(scope: readonly Line[], spec: TemplateLine, where: string): Register[] {
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
    const amount = this.amount(found, cells.get('unit') ?? parts.unitText, spec, `${where}.table`);
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
      basis: this.markOf(cells.get('read'), spec, `${where}.table`),
    };
  }

  /** The exact sum of a meter's registers; a total that the template also finds must agree. */
  sum(rows: readonly Register[], total: Amount | undefined, meters: number, where: string): Amount | undefined {
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

  /** What a mark means: the last word or letter of the text, or all of it. */
  markOf(text: string | undefined, { marks = {} }: TemplateLine, where: string): ReadBasis | undefined {
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

  demandFit(commodity: Commodity, { unit }: Amount, where: string): void {
    try {
      energyRateOf({ commodity, unit });
    } catch (error) {
      // Gas by volume has no rate without a heat content, and is an amount of gas all the same.
      if (!isChannelError(error)) throw error;
      if (error.code === 'UNIT_UNFIT') this.#unfit(where, `${unit} does not measure ${commodity}`);
    }
  }
}
