import { isNextRow, isOver } from './labelled.ts';
import { amountsIn } from './printed-amounts.ts';
import type { TemplateLine } from './template.ts';
import { labelPattern } from './template-pattern.ts';
import type { Cell, Line } from './text-lines.ts';

type Column = keyof NonNullable<TemplateLine['table']>['columns'];

/** A row of a table of meters or registers, by the columns of the template. */
export interface TableRow {
  readonly line: Line;
  readonly cells: ReadonlyMap<Column, string>;
}

/** The rows below the headings; undefined where no line has all headings. */
export function tableRows(
  lines: readonly Line[],
  { columns, until }: NonNullable<TemplateLine['table']>,
): TableRow[] | undefined {
  const wanted = Object.entries(columns) as [Column, string][];
  for (const [at, line] of lines.entries()) {
    const heads = new Map(
      wanted.flatMap(([name, text]): [Column, Cell][] => {
        const cell = line.cells.find((one) => labelPattern(text).test(one.text));
        return cell === undefined ? [] : [[name, cell]];
      }),
    );
    if (heads.size === wanted.length) return rowsBelow(lines, at, heads, until);
  }
  return undefined;
}

function rowsBelow(
  lines: readonly Line[],
  at: number,
  heads: ReadonlyMap<Column, Cell>,
  until: string | undefined,
): TableRow[] {
  const rows: TableRow[] = [];
  const end = until === undefined ? undefined : labelPattern(until);
  let before = lines[at] as Line;
  for (const line of lines.slice(at + 1)) {
    if (!isNextRow(before, line) || end?.test(line.cells[0]?.text ?? '') === true) break;
    const cells = new Map(
      [...heads].flatMap(([name, head]): [Column, string][] => {
        const over = line.cells.filter((one) => isOver(one, head));
        return over.length === 1 ? [[name, (over[0] as Cell).text]] : [];
      }),
    );
    if (!cells.has('quantity')) break;
    rows.push({ line, cells });
    before = line;
  }
  return rows;
}

/** Number and unit of a cell that holds one amount and nothing else. */
export function amountOfCell(text: string): { readonly number: string; readonly unitText: string } | undefined {
  const [only, ...more] = amountsIn(text);
  if (only === undefined || more.length > 0) return undefined;
  const rest = text.trim() === only.number ? '' : only.unitText;
  return `${only.number} ${rest}`.replace(/\s/g, '') === text.replace(/\s/g, '')
    ? { number: only.number, unitText: rest }
    : undefined;
}
