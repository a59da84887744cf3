import type { Cell, Line } from './text-lines.ts';

type Relation = 'same-cell' | 'right' | 'below';

/** A value beside its label. */
export interface Labelled {
  readonly text: string;
  readonly line: Line;
  readonly cell: Cell;
  readonly label: string;
  readonly relation: Relation;
}

/** A row belongs to the rows above it when it is no further away than this many times the size of its letters. */
const NEXT_ROW = 2.6;

/**
 * Values of a label: after it in its cell, else in the next cell to the right and in the column below it, as long as rows follow one
 * another; both where both are values. Only what `fits` is one.
 */
export function labelledValues(lines: readonly Line[], label: RegExp, fits: (text: string) => boolean): Labelled[] {
  return lines.flatMap((line, at) =>
    line.cells.flatMap((cell, place): Labelled[] => {
      const match = label.exec(cell.text);
      if (match === null) return [];
      const name = match[0].trim();
      const rest = cell.text.slice(match[0].length).trim();
      if (rest !== '') return fits(rest) ? [{ text: rest, line, cell, label: name, relation: 'same-cell' }] : [];
      const right = line.cells[place + 1];
      const beside = right === undefined ? [] : [{ line, cell: right, relation: 'right' as const }];
      const below = columnBelow(lines, at, cell).map((one) => ({ ...one, relation: 'below' as const }));
      return [...beside, ...below]
        .filter((one) => fits(one.cell.text))
        .map((one) => ({ ...one, text: one.cell.text, label: name }));
    }),
  );
}

/** Cells below a cell, row by row, until a row is far away or has nothing there. */
export function columnBelow(
  lines: readonly Line[],
  at: number,
  head: Pick<Cell, 'left' | 'right'>,
): { readonly line: Line; readonly cell: Cell }[] {
  const found: { line: Line; cell: Cell }[] = [];
  let before = lines[at] as Line;
  for (const line of lines.slice(at + 1)) {
    if (!isNextRow(before, line)) break;
    const cell = line.cells.find((one) => isOver(one, head));
    if (cell === undefined) break;
    found.push({ line, cell });
    before = line;
  }
  return found;
}

/** The heading of a cell's column: the first text without digits above it, in rows that follow one another and have several cells. */
export function columnHead(lines: readonly Line[], at: number, cell: Cell): string {
  let next = lines[at] as Line;
  for (let above = at - 1; above >= 0; above -= 1) {
    const line = lines[above] as Line;
    if (!isNextRow(line, next) || line.cells.length < 2) return '';
    const over = line.cells.find((one) => isOver(one, cell));
    if (over !== undefined && !/\d/.test(over.text)) return over.text;
    next = line;
  }
  return '';
}

export function isNextRow(one: Line, next: Line): boolean {
  return one.page === next.page && next.baseline - one.baseline <= NEXT_ROW * Math.max(one.size, next.size);
}

export function isOver(one: Pick<Cell, 'left' | 'right'>, other: Pick<Cell, 'left' | 'right'>): boolean {
  return one.left < other.right && other.left < one.right;
}

export function placeOf(line: Line): string {
  return `page ${line.page}, line ${line.number}`;
}

/** Why a value was taken, in words. */
export function relationWords({ label, relation }: Pick<Labelled, 'label' | 'relation'>): string {
  const how = { 'same-cell': 'after', right: 'to the right of', below: 'below' }[relation];
  return `${how} "${label}"`;
}
