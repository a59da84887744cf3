import {
  add,
  ChannelError,
  defined,
  type ErrorReport,
  formatExact,
  parseDecimal,
  type ReadBasis,
  ZERO,
} from '../emissions/index.ts';
import type { BillItem, BillLine, BillWarning, RawCells, RejectedRow } from './bill.ts';
import { totalWord } from './total-words.ts';

/** The line of a row, or what is wrong in it. */
export type RowOutcome = { readonly line: BillLine } | { readonly error: ChannelError };

/** A row with its outcome and, where it is one register of a bill, what it has in common with the bill's other registers. */
export interface CsvEntry {
  readonly row: number;
  readonly outcome: RowOutcome;
  /** The row in the columns of the plain layout, or as it stands in a file of that layout. */
  raw(): RawCells;
  readonly register: string;
  /** Same text = same meter, flow and period. */
  readonly key: string;
}

/** Registers of one bill: far beyond any tariff; the bound keeps memory flat. */
const MAX_REGISTERS = 100;

/**
 * Sums neighbouring rows that are registers, tiers or times of use of one meter, flow and period into one line (rule J). A
 * bill of which one register cannot be read is rejected whole: the others alone would be too little.
 */
export class RegisterGroups {
  #open: CsvEntry[] = [];

  /** Takes the next row; gives what is complete now. */
  *push(entry: CsvEntry): Generator<BillItem> {
    const first = this.#open[0];
    if (first !== undefined && (entry.register === '' || entry.key !== first.key)) yield* this.flush();
    if (entry.register === '') yield single(entry);
    else if (this.#open.length === MAX_REGISTERS) {
      yield rejected(entry, fault(entry, `one bill has more than ${MAX_REGISTERS} registers`));
    } else this.#open.push(entry);
  }

  /** Gives the bill that is still open, at the end of the file. */
  *flush(): Generator<BillItem> {
    const rows = this.#open;
    this.#open = [];
    const lines = rows.flatMap((entry) => ('line' in entry.outcome ? [entry.outcome.line] : []));
    const problem = rows.length === 0 ? undefined : problemOf(rows, lines);
    if (problem !== undefined) {
      for (const entry of rows) yield rejected(entry, fault(entry, problem));
    } else if (lines.length > 0) yield { line: sum(rows, lines) };
  }
}

function problemOf(rows: readonly CsvEntry[], lines: readonly BillLine[]): string | undefined {
  const bad = rows.find((entry) => 'error' in entry.outcome);
  if (bad !== undefined) return `row ${bad.row}, a register of the same bill, cannot be read`;
  if (new Set(rows.map((entry) => entry.register)).size < rows.length) return 'a register stands twice in one bill';
  if (rows.length > 1 && rows.some((entry) => totalWord(entry.register) === 'total'))
    return 'one register of the bill is named like the total of the others, and registers are added up';
  if (new Set(lines.map(common)).size > 1)
    return 'the registers of one bill differ in more than quantity and read_basis';
  if (new Set(lines.flatMap((line) => line.document ?? [])).size > 1)
    return 'the registers of one bill name several documents';
  return undefined;
}

/** What all registers of a bill must share. The document may stand on one of them alone. */
function common(line: BillLine): string {
  const { quantity: _q, readBasis: _r, where: _w, warnings: _n, document: _d, mends: _m, ...rest } = line;
  return JSON.stringify(rest);
}

function sum(rows: readonly CsvEntry[], lines: readonly BillLine[]): BillLine {
  const first = lines[0] as BillLine;
  const last = rows.at(-1) as CsvEntry;
  return {
    ...first,
    ...defined({ document: lines.find((line) => line.document !== undefined)?.document }),
    quantity: formatExact(lines.reduce((total, line) => add(total, parseDecimal(line.quantity)), ZERO)),
    readBasis: weakest(lines.map((line) => line.readBasis)),
    parts: lines.map((line, at) => ({ name: (rows[at] as CsvEntry).register, quantity: line.quantity })),
    warnings: lines.flatMap((line): readonly BillWarning[] => line.warnings),
    raw: () => rows.map((entry) => entry.raw()),
    where: rows.length === 1 ? first.where : `rows ${(rows[0] as CsvEntry).row} to ${last.row}`,
  };
}

/** A bill is as good as its weakest register. */
function weakest(bases: readonly ReadBasis[]): ReadBasis {
  const order: readonly ReadBasis[] = ['estimated', 'calculated', 'billed-only', 'customer', 'actual'];
  return order.find((basis) => bases.includes(basis)) as ReadBasis;
}

function single(entry: CsvEntry): BillItem {
  return 'line' in entry.outcome
    ? { line: { ...entry.outcome.line, raw: () => [entry.raw()] } }
    : rejected(entry, entry.outcome.error);
}

function rejected(entry: CsvEntry, other: ChannelError): RejectedRow {
  const report: ErrorReport = ('error' in entry.outcome ? entry.outcome.error : other).report();
  return { rejected: report, where: `row ${entry.row}`, raw: [entry.raw()] };
}

function fault(entry: CsvEntry, message: string): ChannelError {
  return new ChannelError('ROW_INVALID', message, {
    where: `row ${entry.row}`,
    fix: 'Mend the rows of this bill and send all of them: registers of one meter and period are recorded as one line.',
  });
}
