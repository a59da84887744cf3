import { type Amount, addAmounts, columnsOf, fromColumns, negated, reduced } from './amount.ts';
import type { Database } from './database.ts';
import { Interned } from './interned.ts';
import { figureNames, type Part } from './parts.ts';
import { figureColumns } from './schema.ts';

interface Cell {
  readonly kind: number;
  readonly month: number;
  readonly quality: number;
  touched: number;
  begun: number;
  readonly figures: Amount[];
}

const MOST = 50_000;
const READ = `SELECT touched, begun, ${figureColumns.join(', ')} FROM cells WHERE kind = ? AND month = ? AND quality = ?`;
const WRITE = `INSERT OR REPLACE INTO cells VALUES (?, ?, ?, ?, ?, ${figureColumns.map(() => '?').join(', ')})`;
const DROP = 'DELETE FROM cells WHERE kind = ? AND month = ? AND quality = ?';

/**
 * Sums of the counted records by kind (owner, commodity, flow, place), month and quality: every total is a sum of cells.
 * All are integers, so the order in which records come never changes one.
 */
export class Cells {
  readonly #database: Database;
  readonly #qualities: Interned;
  readonly #cells = new Map<string, Cell>();
  readonly #changed = new Set<Cell>();

  constructor(database: Database) {
    this.#database = database;
    this.#qualities = new Interned(database, 'qualities', ['content']);
  }

  /** Adds a record's parts, or takes them out again (`sign` -1). */
  add(kind: number, parts: readonly Part[], sign: 1 | -1): void {
    for (const part of parts) {
      const cell = this.#cell(kind, part.month, this.#qualities.id(part.quality));
      cell.touched += sign * part.touched;
      cell.begun += sign * part.begun;
      for (let at = 0; at < part.figures.length; at += 1) {
        const figure = part.figures[at] as Amount;
        cell.figures[at] = addAmounts(cell.figures[at] as Amount, sign === 1 ? figure : negated(figure));
      }
      this.#changed.add(cell);
    }
  }

  /** Writes what changed into the open transaction. */
  flush(): void {
    for (const cell of this.#changed) {
      const { kind, month, quality, touched, begun, figures } = cell;
      const empty = touched === 0 && begun === 0 && figures.every((figure) => figure === 0);
      if (empty) this.#database.run(DROP, kind, month, quality);
      else this.#database.run(WRITE, kind, month, quality, touched, begun, ...figures.flatMap(columnsOf));
    }
    this.#changed.clear();
    if (this.#cells.size > MOST) this.#cells.clear();
  }

  /** Forgets what is not written, after a rollback. */
  clear(): void {
    this.#cells.clear();
    this.#changed.clear();
    this.#qualities.clear();
  }

  #cell(kind: number, month: number, quality: number): Cell {
    const key = `${kind} ${month} ${quality}`;
    const known = this.#cells.get(key);
    if (known !== undefined) return known;
    const [row] = this.#database.allExact<Record<string, bigint>>(READ, kind, month, quality);
    const figures = figureNames.map((name) =>
      row === undefined ? 0 : reduced(fromColumns(row[`${name}_high`] as bigint, row[`${name}_low`] as bigint)),
    );
    const cell = {
      kind,
      month,
      quality,
      touched: Number(row?.touched ?? 0),
      begun: Number(row?.begun ?? 0),
      figures,
    };
    this.#cells.set(key, cell);
    return cell;
  }
}
