import { COMMODITY_WORDS, TOTAL_WORDS, USAGE_WORDS } from './bill-words.ts';
import { findCommodities, findMeters } from './find-names.ts';
import type { Usage } from './find-usage.ts';
import { isNextRow, isOver, placeOf } from './labelled.ts';
import type { Cell, Line } from './text-lines.ts';

/** A use at one place of the bill, with what stands beside it. */
export interface PlacedUse extends Usage {
  readonly cell: Cell;
  /** What stands left of the amount. */
  readonly row: string;
}

/**
 * Amounts that are printed at several places, as in a summary and again in the details, once. Two registers may have used the same, and
 * two meters too: equal amounts are one only where nothing beside them tells them apart.
 */
export function onceEach(lines: readonly Line[], found: readonly PlacedUse[]): Usage[] {
  const meters = findMeters(lines).length;
  return [...Map.groupBy(found, ({ value, unit }) => `${value} ${unit}`).values()].flatMap((equal) => {
    const [{ unit }] = equal as [PlacedUse];
    const isOneMeter = meters <= 1 && findCommodities(lines, unit).length <= 1;
    const groups: PlacedUse[][] = [];
    for (const one of equal) {
      const group = groups.find((members) => members.every((other) => isSame(lines, one, other, isOneMeter)));
      if (group === undefined) groups.push([one]);
      else group.push(one);
    }
    return groups.map(asOne);
  });
}

function isSame(lines: readonly Line[], one: PlacedUse, other: PlacedUse, isOneMeter: boolean): boolean {
  if (one.cell === other.cell) return true;
  if (!isOneMeter || one.line === other.line) return false;
  if (isTotal(one) !== isTotal(other)) return true;
  const [name, otherName] = [nameOf(one), nameOf(other)];
  return (name === otherName || name === '' || otherName === '') && !areRowsOfOneTable(lines, one, other);
}

function isTotal({ row }: PlacedUse): boolean {
  return TOTAL_WORDS.test(row);
}

const COMMON = new RegExp(
  [USAGE_WORDS, TOTAL_WORDS, ...COMMODITY_WORDS.map(([, words]) => words)].map(({ source }) => source).join('|'),
  'giu',
);

/** What stands beside an amount but for the words that every use has: `day`, `tier 2`. */
function nameOf({ row }: PlacedUse): string {
  return row
    .toLowerCase()
    .replace(COMMON, ' ')
    .replace(/[^\p{L}\d]+/gu, ' ')
    .trim();
}

/** Amounts in one column, in rows that follow one another. */
function areRowsOfOneTable(lines: readonly Line[], one: PlacedUse, other: PlacedUse): boolean {
  if (!isOver(one.cell, other.cell)) return false;
  const [first, last] = [lines.indexOf(one.line), lines.indexOf(other.line)].toSorted((a, b) => a - b) as [
    number,
    number,
  ];
  return lines.slice(first, last).every((line, at) => isNextRow(line, lines[first + at + 1] as Line));
}

/** The best told of them, with where the others stand. */
function asOne(same: readonly PlacedUse[]): Usage {
  const {
    cell: _cell,
    row: _row,
    ...best
  } = same.find(({ confidence }) => confidence === 'high') ?? (same[0] as PlacedUse);
  const others = same.filter(({ where }) => where !== best.where).map(({ line }) => placeOf(line));
  const total = same.some(isTotal);
  if (others.length === 0) return { ...best, total };
  return { ...best, total, why: `${best.why}; also at ${[...new Set(others)].join(' and ')}` };
}
