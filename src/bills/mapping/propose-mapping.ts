import { ChannelError, isChannelError, type UnitName } from '../../emissions/index.ts';
import { hasPlainColumns } from '../csv-columns.ts';
import { type DelimitedRow, delimiters } from '../delimited.ts';
import { knownLayout } from '../layouts/known-layouts.ts';
import { readHead, rest } from '../read-bills.ts';
import { HEAD_LENGTH, headRows } from '../table-head.ts';
import { decodeText } from '../text-encoding.ts';
import { signDecision } from './amount-evidence.ts';
import { signsOf } from './amount-form.ts';
import { type FixedField, MAPPING_FORMAT, type MappedColumn } from './bill-mapping.ts';
import { commodityOfText, unitOfText } from './column-words.ts';
import { dateDecision } from './date-evidence.ts';
import { DateReader, dateShape } from './date-form.ts';
import { guessColumns } from './guess-columns.ts';
import { factorIn, headerUnit } from './header-unit.ts';
import { endDecision } from './period-evidence.ts';
import { demandTableFile } from './table-file.ts';
import { TotalRows } from './total-rows.ts';

/** A mapping as a file for a person: what was found, by what, and what is left to fill. `null` is not decided. */
export interface ProposedMapping {
  readonly format: string;
  readonly kind: 'bills' | 'readings';
  readonly columns: Readonly<Partial<Record<MappedColumn, string>>>;
  readonly fixed: Readonly<Record<string, string | null>>;
  readonly dateOrder: string | null;
  readonly endConvention: string | null;
  readonly decimalSign: string | null;
  /** By what each was decided, by field; holds names of columns and rows, and nothing of the bill. */
  readonly evidence: Readonly<Record<string, string>>;
  /** Questions that nothing in the file answers. */
  readonly open: readonly string[];
}

/**
 * Proposes how a delimited file of an unknown layout could be read, by its first 64 KiB of text.
 * @throws {ChannelError} FILE_KIND_UNKNOWN where it is read in another way, or no row looks like a header with dates and amounts below it; FILE_MALFORMED
 */
export async function proposeMapping(body: AsyncIterable<Uint8Array>): Promise<ProposedMapping> {
  const table = await tableIn(body);
  const known = knownLayout(table.header);
  const guess = guessColumns(table.header, table.rows);
  const evidence: Record<string, string> & { layout?: string } = { ...guess.evidence };
  const open = known === undefined ? [...guess.open] : [];
  const columns = known?.mapping.columns ?? guess.columns;
  if (hasPlainColumns(table.header))
    evidence.layout = 'the header is that of the plain layout: the file is read without a mapping';
  if (known !== undefined) evidence.layout = `the header is that of ${known.name}: the file is read without a mapping`;
  const kind = known?.mapping.kind ?? guess.kind;
  const place = (column: MappedColumn) =>
    table.header.findIndex(
      (cell, at) => cell.trim() === columns[column]?.trim() || `column ${at + 1}` === columns[column],
    );
  const cellsOf = (column: MappedColumn) => {
    const at = columns[column] === undefined ? -1 : place(column);
    return (row: DelimitedRow) => (at < 0 ? '' : (row.cells[at] ?? '').trim());
  };
  const decided = <T>(field: string, decide: () => { value: T; seen: string }): T | null => {
    try {
      const { value, seen } = decide();
      evidence[field] = seen;
      return value;
    } catch (error) {
      if (!isChannelError(error)) throw error;
      open.push(`${field}: ${error.message}`);
      return null;
    }
  };

  const [start, end, days] = [cellsOf('start'), cellsOf('end'), cellsOf('days')];
  const totals = new TotalRows((column) => (columns[column] === undefined ? -1 : place(column)));
  const bills = table.rows.filter((row) => !totals.is(row.cells));
  const dateOrder = decided('dateOrder', () => {
    const rows = bills.map((row) => {
      const cells = (['start', 'end', 'date'] as const).flatMap((one) => {
        const cell = cellsOf(one)(row);
        return cell === '' ? [] : [[columns[one] as string, cell] as const];
      });
      const count = Number(days(row));
      return { row: row.row, dates: cells, start: start(row), end: end(row), ...(count > 0 ? { days: count } : {}) };
    });
    const { order, seen } = dateDecision(rows, undefined);
    return { value: order, seen };
  });
  const decimalSign = decided('decimalSign', () => {
    // No amount was looked at: that none has decimals would be said of nothing.
    if (known === undefined && columns.quantity === undefined)
      throw new ChannelError(
        'DECIMAL_SIGN_UNKNOWN',
        'it shows once the column of the amount is known; null: the file decides',
      );
    const amounts = bills.map((row) => [row.row, cellsOf('quantity')(row)] as const);
    const { sign, seen } = signDecision(amounts, undefined, known?.usualSign);
    return { value: sign, seen };
  });
  const endConvention =
    kind === 'readings' || dateOrder === null
      ? null
      : decided('endConvention', () => {
          if (known?.mapping.endConvention !== undefined)
            return { value: known.mapping.endConvention, seen: 'as this layout does' };
          if (columns.start === undefined && columns.days !== undefined)
            return { value: 'read-date' as const, seen: 'the file has an end and a number of days, and no start' };
          const dates = new DateReader(dateOrder);
          const periods = bills.flatMap((row) => {
            const [first, last] = [dates.read(start(row))?.day, dates.read(end(row))?.day];
            if (first === undefined || last === undefined) return [];
            const count = Number(days(row));
            const key = [cellsOf('meter')(row), cellsOf('account')(row), cellsOf('commodity')(row)].join('\u0000');
            return [{ row: row.row, key, start: first, end: last, days: count > 0 ? count : undefined }];
          });
          const { statedEnd, seen } = endDecision(periods, known?.usualEnd);
          return { value: statedEnd, seen };
        });
  if (dateOrder === null && kind === 'bills') open.push('endConvention: it shows once the order of the dates is known');
  const amount = known === undefined ? guess.unit : headerUnit(columns.quantity ?? '');
  open.push(...contradictionOf(bills, cellsOf('unit'), columns, amount.unit));
  const unit = amount.unit ?? known?.mapping.fixed.unit;
  const factor = amount.factor ?? factorBefore(table.preamble);
  const commodity = known?.mapping.fixed.commodity;
  const fixed = fixedFields({ columns, kind, unit, factor, commodity }, evidence, open);
  return { format: MAPPING_FORMAT, kind, columns, fixed, dateOrder, endConvention, decimalSign, evidence, open };
}

/** @throws {ChannelError} FILE_KIND_UNKNOWN where there is none */
async function tableIn(body: AsyncIterable<Uint8Array>): Promise<LikelyTable> {
  const source = body[Symbol.asyncIterator]();
  const { head, ended } = await readHead(source);
  demandTableFile(head);
  let text = '';
  for await (const piece of decodeText(rest(head, source, ended)).pieces) {
    text += piece;
    if (text.length >= HEAD_LENGTH) break;
  }
  const table = likelyTable(text.slice(0, HEAD_LENGTH));
  if (table === undefined)
    throw new ChannelError(
      'FILE_KIND_UNKNOWN',
      'no row of the file looks like a header with dates and amounts below it',
      {
        fix: 'Delimited text is mapped: comma, semicolon, tab or bar. Save a workbook as CSV first.',
      },
    );
  return table;
}

function factorBefore(preamble: readonly DelimitedRow[]): string | undefined {
  return preamble.flatMap(({ cells }) => cells.flatMap((cell) => factorIn(cell) ?? []))[0];
}

/** A row whose unit is another than the one that the amount's column names, in words. */
function contradictionOf(
  rows: readonly DelimitedRow[],
  unitIn: (row: DelimitedRow) => string,
  columns: ProposedMapping['columns'],
  named: UnitName | undefined,
): string[] {
  const said = (row: DelimitedRow) => unitOfText(unitIn(row));
  const found = rows.find((row) => named !== undefined && (said(row) ?? named) !== named);
  if (found === undefined) return [];
  return [
    `columns.unit: the name of column ${columns.quantity} says ${named}, row ${found.row} of column ${columns.unit} says ${said(found)}: rows that contradict it are refused`,
  ];
}

/** What holds for all rows, of a table of which the columns are known. */
function fixedFields(
  { columns, kind, unit, factor, commodity }: FixedQuestion,
  evidence: Record<string, string>,
  open: string[],
): Record<string, string | null> {
  const fixed: Record<string, string | null> = {};
  const fill = (field: FixedField, value: string | undefined, seen: string, question: string) => {
    fixed[field] = value ?? null;
    if (value === undefined) open.push(`fixed.${field}: ${question}`);
    else evidence[`fixed.${field}`] = seen;
  };
  const named = commodity ?? commodityOfText(columns.quantity ?? '');
  const found = named ?? (unit === 'therm' ? 'natural-gas' : undefined);
  if (factor !== undefined)
    fill(
      'unit',
      undefined,
      '',
      `the file says ${factor}: write the unit of the numbers as they stand, such as MWh for thousands of kWh`,
    );
  else if (columns.unit === undefined) fill('unit', unit, 'it stands in the name of the column of the amount', NO_UNIT);
  if (columns.commodity === undefined)
    fill('commodity', found, named === undefined ? 'its unit' : 'the name of the column of the amount', NO_COMMODITY);
  if (columns.meter === undefined && columns.account === undefined) fill('meter', undefined, '', NO_METER);
  if (kind === 'readings') fill('zone', undefined, '', NO_ZONE);
  return fixed;
}

interface FixedQuestion extends Pick<ProposedMapping, 'columns' | 'kind'> {
  readonly unit: string | undefined;
  /** Words by which the numbers are multiples of a unit. */
  readonly factor: string | undefined;
  readonly commodity: string | undefined;
}

const NO_UNIT = 'no column and no name says the unit; write it as on the bill, such as kWh';
const NO_COMMODITY = 'no column says it; write electricity, natural-gas, steam, heat, cooling or water';
const NO_METER = 'no column names a meter or account; write its number, or give --meter when recording';
const NO_ZONE = 'write the time zone of the site, such as America/Los_Angeles, or give --zone when recording';

interface LikelyTable {
  readonly preamble: readonly DelimitedRow[];
  readonly header: readonly string[];
  readonly rows: readonly DelimitedRow[];
}

/** The header that has the most columns over its delimiters: words, with dates and amounts in the rows below. */
function likelyTable(text: string): LikelyTable | undefined {
  let best: LikelyTable | undefined;
  for (const delimiter of delimiters) {
    const rows = headRows(text, delimiter, Number.POSITIVE_INFINITY);
    const at = rows.slice(0, 64).findIndex((row, index) => isHeader(row, rows[index + 1]));
    const header = rows[at]?.cells;
    if (header === undefined || (best !== undefined && header.length <= best.header.length)) continue;
    best = { preamble: rows.slice(0, at), header, rows: rows.slice(at + 1, at + 2_001) };
  }
  return best;
}

function isHeader({ cells }: DelimitedRow, next: DelimitedRow | undefined): boolean {
  const named = cells.filter((cell) => /\p{L}/u.test(cell) && dateShape(cell.trim()) === undefined);
  if (next === undefined || named.length < 2 || named.length * 2 <= cells.length) return false;
  const below = next.cells.map((cell) => cell.trim());
  const hasDate = below.some((cell) => dateShape(cell) !== undefined);
  const hasAmount = below.some((cell) => cell !== '' && (signsOf(cell).point || signsOf(cell).comma));
  return hasDate && hasAmount && Math.abs(next.cells.length - cells.length) <= 1;
}
