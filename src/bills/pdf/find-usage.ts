import { add, compare, dimensionOf, formatExact, parseDecimal, type UnitName } from '../../emissions/index.ts';
import { plainAmount } from '../mapping/amount-form.ts';
import type { DecimalSign } from '../mapping/bill-mapping.ts';
import { CHARGE_WORDS, MONEY, NO_USE, READ_WORDS, USAGE_WORDS } from './bill-words.ts';
import { commoditiesNamed } from './find-names.ts';
import { columnBelow, columnHead, placeOf } from './labelled.ts';
import { amountsIn, isBareNumber, type PrintedAmount, readingsOf, usageUnit } from './printed-amounts.ts';
import type { Confidence, LeftOut } from './proposal.ts';
import { onceEach, type PlacedUse } from './same-use.ts';
import type { Cell, Line } from './text-lines.ts';

/** An amount of energy or volume on a page, with what stands beside and above it. */
interface Seen {
  readonly line: Line;
  readonly cell: Cell;
  readonly number: string;
  readonly unit: UnitName;
  readonly printed: string;
  /** What stands left of it, and the heading of its column. */
  readonly row: string;
  readonly column: string;
}

/** A use of the bill: one amount, at one or several places. */
export interface Usage {
  readonly value: string;
  readonly unit: UnitName;
  readonly printed: string;
  readonly line: Line;
  readonly where: string;
  readonly why: string;
  readonly confidence: Confidence;
  /** Whether it is called a total, at one of its places. */
  readonly total: boolean;
}

/**
 * What can be the use of a bill, and what cannot, with the reason. An amount on a line of money, of another time, of demand, of an average,
 * of a forecast, of a running total or of energy sent to the grid is never a use. `undecided`: places of amounts that can be read in two ways.
 */
export function findUsage(
  lines: readonly Line[],
  signOf: (number: string) => DecimalSign | undefined,
): { readonly usages: readonly Usage[]; readonly leftOut: readonly LeftOut[]; readonly undecided: readonly string[] } {
  const leftOut: LeftOut[] = [];
  const undecided: string[] = [];
  const found: PlacedUse[] = [];
  for (const seen of [...amountsSeen(lines), ...columnsSeen(lines)]) {
    const { line, printed, number } = seen;
    const sign = signOf(number);
    const value = sign === undefined ? undefined : plainAmount(number, sign);
    const why = reasonAgainst(seen) ?? (value?.startsWith('-') === true ? 'a negative amount' : undefined);
    if (why !== undefined) leftOut.push({ printed, where: placeOf(line), why });
    else if (value === undefined) undecided.push(placeOf(line));
    else found.push(usageOf(seen, formatExact(parseDecimal(value))));
  }
  const once = Map.groupBy(leftOut, ({ printed, where }) => `${printed} ${where}`);
  const usages = onceEach(lines, found);
  return {
    usages: isGasBill(lines) ? onceByEnergy(usages) : usages,
    leftOut: [...once.values()].flatMap(([first]) => first ?? []),
    undecided,
  };
}

function usageOf(seen: Seen, value: string): PlacedUse {
  const { unit, printed, line, cell, row } = seen;
  const use = USAGE_WORDS.test(seen.row) || USAGE_WORDS.test(seen.column);
  return {
    ...{ value, unit, printed, line, cell, row, where: placeOf(line), confidence: use ? 'high' : 'low' },
    total: false,
    why: use ? `beside a word of use: "${useWords(seen)}"` : 'an amount with a unit; no word beside it says what it is',
  };
}

/** Amounts that have their unit beside them. */
function amountsSeen(lines: readonly Line[]): Seen[] {
  return lines.flatMap((line, at) =>
    line.cells.flatMap((cell, place) => {
      const left = line.cells.slice(0, place).map(({ text }) => text);
      const amounts = amountsIn(cell.text).flatMap((amount) => readingsOf(cell.text, amount));
      return amounts.flatMap((amount): Seen[] => {
        if (amount.unit === undefined || isPartOfSum(cell.text, amount)) return [];
        const row = [...left, cell.text.slice(0, amount.from)].join(' ');
        const column = columnHead(lines, at, cell);
        return [{ line, cell, number: amount.number, unit: amount.unit, printed: amount.text, row, column }];
      });
    }),
  );
}

/** `(2.746 m³ x 11,239 x 0,9542)`: how another amount was worked out. */
function isPartOfSum(text: string, { from, to }: PrintedAmount): boolean {
  return /[x×*=/+]\s*$/.test(text.slice(0, from)) || /^\s*[x×*/+]\s*[\d(]/.test(text.slice(to));
}

/** Bare numbers under or beside a heading that has the unit: `Usage (kWh)`. */
function columnsSeen(lines: readonly Line[]): Seen[] {
  return lines.flatMap((line, at) =>
    line.cells.flatMap((head, place): Seen[] => {
      const unit = headUnit(head.text);
      if (unit === undefined) return [];
      const right = line.cells[place + 1];
      const places =
        right !== undefined && isBareNumber(right.text)
          ? [{ line, cell: right }]
          : columnBelow(lines, at, head).filter(({ cell }) => isBareNumber(cell.text));
      return places.map(({ line: own, cell }) => {
        const row = own.cells.filter((one) => one.right <= cell.left && one !== head).map(({ text }) => text);
        return {
          ...{ line: own, cell, number: cell.text.trim(), unit, printed: `${cell.text.trim()} ${unit}` },
          ...{ row: row.join(' '), column: head.text },
        };
      });
    }),
  );
}

/** The unit of a heading such as `Usage (kWh)`, `kWh used`, `Verbrauch in kWh`. */
function headUnit(text: string): UnitName | undefined {
  if (/\d/.test(text.replace(/m3|ft3/gi, '')) || text.length > 40) return undefined;
  const units = text.split(/[\s()[\],:]+/).flatMap((word) => (word === '' ? [] : (usageUnit(word) ?? [])));
  const isHeading = USAGE_WORDS.test(text) || usageUnit(text) !== undefined || READ_WORDS.test(text);
  return units.length === 1 && isHeading ? units[0] : undefined;
}

function reasonAgainst({ line, row, column, unit }: Seen): string | undefined {
  const beside = `${row} | ${column}`;
  const other = NO_USE.find(([, words]) => words.test(beside));
  if (other !== undefined) return other[0];
  if (/[-\u2010-\u2015\u2212]\s*$/.test(row)) return 'a minus or dash stands before it';
  if (MONEY.test(line.text) || CHARGE_WORDS.test(row)) return 'a line of money';
  if (!USAGE_WORDS.test(beside) && READ_WORDS.test(beside)) return `what a meter shows (${unit})`;
  return undefined;
}

function useWords({ row, column }: Seen): string {
  return (USAGE_WORDS.exec(row) ?? USAGE_WORDS.exec(column))?.[0] ?? '';
}

/** Speaks of gas, and of nothing else whose use could be the other amount. */
function isGasBill(lines: readonly Line[]): boolean {
  const named = commoditiesNamed(lines);
  return named.length === 1 && named[0]?.commodity === 'natural-gas';
}

/** One amount by energy and one by volume of gas are the same use: energy needs no factor of heat. */
function onceByEnergy(usages: readonly Usage[]): Usage[] {
  const [energy, volume] = [
    usages.filter(({ unit }) => dimensionOf(unit) === 'energy'),
    usages.filter(({ unit }) => dimensionOf(unit) === 'volume'),
  ];
  const [first] = energy;
  const [other] = volume;
  if (first === undefined || energy.length > 1 || other === undefined || volume.length > 1) return [...usages];
  return [{ ...first, why: `${first.why}; the volume at ${other.where} is the same use` }];
}

/** The one amount that is called a total and is exactly the sum of all others; its parts beside it. */
export function totalOf(
  usages: readonly Usage[],
): { readonly total: Usage; readonly parts: readonly Usage[] } | undefined {
  for (const total of usages) {
    const parts = usages.filter((one) => one !== total);
    if (parts.length < 2 || parts.some(({ unit }) => unit !== total.unit)) continue;
    const sum = parts.map(({ value }) => parseDecimal(value)).reduce(add);
    if (compare(sum, parseDecimal(total.value)) === 0 && total.total) return { total, parts };
  }
  return undefined;
}
