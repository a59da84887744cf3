import type { Commodity, ReadBasis, UnitName } from '../../emissions/index.ts';
import { energyRateOf, isChannelError } from '../../emissions/index.ts';
import {
  ACCOUNT_LABEL,
  ACTUAL,
  COMMODITY_WORDS,
  CUSTOMER,
  ESTIMATED,
  METER_LABEL,
  NO_BASIS,
  NO_COMMODITY,
  TOTAL_LABEL,
} from './bill-words.ts';
import { isNextRow, type Labelled, labelledValues, placeOf, relationWords } from './labelled.ts';
import { datesIn } from './printed-dates.ts';
import type { Found } from './proposal.ts';
import type { Line } from './text-lines.ts';

/** A number of a meter or account: digits and capitals, with blanks, points, dashes or slashes between. */
const IDENTIFIER = /^(?=.*\d)[A-Z0-9](?:[A-Z0-9./ -]{0,38}[A-Z0-9])?$/;
const MONEY_TOTAL = /^[-\u2212]?\s*(?:[$€£]\s*)?\d[\d.,' \u00a0\u2019]*(?:\s*(?:[$€£]|EUR|USD|GBP))?$/;

export function isIdentifier(text: string): boolean {
  return IDENTIFIER.test(text) && datesIn(text).length === 0;
}

export function findMeters(lines: readonly Line[]): Found[] {
  return once(labelledValues(lines, METER_LABEL, (text) => isIdentifier(text)));
}

export function findAccounts(lines: readonly Line[]): Found[] {
  return once(labelledValues(lines, ACCOUNT_LABEL, isIdentifier));
}

/** What is to be paid: shown so that the bill is recognised, and never recorded. */
export function findTotals(lines: readonly Line[]): Found[] {
  return once(labelledValues(lines, TOTAL_LABEL, (text) => MONEY_TOTAL.test(text)));
}

function once(found: readonly Labelled[]): Found[] {
  return [...Map.groupBy(found, ({ text }) => text).values()].map((same) => {
    const first = same[0] as Labelled;
    const places = [...new Set(same.map(({ line }) => placeOf(line)))];
    const also = places.length > 1 ? `; also at ${places.slice(1).join(' and ')}` : '';
    const why = relationWords(first) + also;
    return { value: first.text, printed: first.text, where: places[0] as string, why, confidence: 'high' };
  });
}

/** Commodities that the bill speaks of and that can be measured in the unit of its use. */
export function findCommodities(lines: readonly Line[], unit: UnitName | undefined): Found[] {
  return commoditiesNamed(lines)
    .filter(({ commodity }) => unit === undefined || fitsUnit(commodity, unit))
    .map(({ commodity, printed, line }) => {
      const why = `the bill has the word "${printed}"`;
      return { value: commodity, printed, where: placeOf(line), why, confidence: 'medium' };
    });
}

/** Each commodity that the bill names, with the first place. Greenhouse gas is none. */
export function commoditiesNamed(
  lines: readonly Line[],
): { readonly commodity: Commodity; readonly printed: string; readonly line: Line }[] {
  return COMMODITY_WORDS.flatMap(([commodity, words]) => {
    const found = lines.flatMap((line) => {
      const printed = words.exec(line.text.replace(NO_COMMODITY, ''))?.[0];
      return printed === undefined ? [] : [{ commodity, printed, line }];
    });
    return found.slice(0, 1);
  });
}

/** Whether a commodity can be measured in a unit. */
export function fitsUnit(commodity: Commodity, unit: UnitName): boolean {
  try {
    return energyRateOf({ commodity, unit }) !== undefined;
  } catch (error) {
    if (isChannelError(error)) return false;
    throw error;
  }
}

/**
 * How the reading came about, as the bill says. Where a line with a read is marked E, or the word stands anywhere but in a legend or a
 * forecast, it is estimated; where nothing is said the bill is all there is.
 */
export function findReadBasis(lines: readonly Line[], usage: Line | undefined): Found {
  const found = (value: ReadBasis, words: RegExp) => {
    const line = lines.find(({ text }) => words.test(text) && !isLegend(text) && !NO_BASIS.test(text));
    if (line === undefined) return undefined;
    const printed = words.exec(line.text)?.[0] ?? '';
    const why = `the bill has the word "${printed}"`;
    return { value, printed, where: placeOf(line), why, confidence: 'medium' } as const;
  };
  const mark = usage === undefined ? undefined : markNear(lines, usage);
  const stated = found('estimated', ESTIMATED) ?? mark ?? found('customer', CUSTOMER) ?? found('actual', ACTUAL);
  return stated ?? { value: 'billed-only', why: 'the bill does not say how the meter was read', confidence: 'low' };
}

/** The letter after the last read of a row: A, E or C. */
function markNear(lines: readonly Line[], usage: Line): Found | undefined {
  const meanings: Readonly<Record<string, ReadBasis>> = { E: 'estimated', A: 'actual', C: 'customer' };
  const at = lines.indexOf(usage);
  const rows = [lines[at - 2], lines[at - 1], usage].filter(
    (line): line is Line => line !== undefined && (line === usage || isNextRow(line, usage)),
  );
  for (const line of rows.toReversed()) {
    const letters = line.cells.flatMap(({ text }) => /^\d[\d.,]* ?([AEC])$/.exec(text)?.[1] ?? []);
    const last = letters.at(-1);
    if (last !== undefined)
      return {
        ...{ value: meanings[last] as ReadBasis, printed: last, where: placeOf(line) },
        why: 'the letter after the last read',
        confidence: 'medium',
      };
  }
  return undefined;
}

/** A line that explains marks names several of them. */
function isLegend(text: string): boolean {
  return (ESTIMATED.test(text) && ACTUAL.test(text)) || /(?<!\p{L})[AEC] ?[=:-] ?\p{L}/u.test(text);
}
