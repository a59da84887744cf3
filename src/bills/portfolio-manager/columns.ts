import { errorColumns } from '../csv-columns.ts';
import type { Cell, SheetRow } from '../workbook/sheet-rows.ts';

/** What the columns of Portfolio Manager's layouts hold, and the headings that name them (lower case, without what stands in brackets). */
const headings = {
  propertyId: [
    'portfolio manager id',
    'portfolio manager property id',
    'pm property id',
    'espm property id',
    'property id',
  ],
  property: ['property name'],
  meterId: ['portfolio manager meter id', 'pm meter id', 'meter id'],
  meterName: ['meter name'],
  meterType: ['meter type'],
  start: ['start date'],
  end: ['end date'],
  delivery: ['delivery date'],
  quantity: ['usage/quantity', 'usage / quantity', 'usage', 'quantity'],
  unit: ['usage units', 'usage unit', 'units', 'unit of measure'],
  estimated: ['estimation', 'estimation?', 'estimated value', 'estimated', 'estimated?'],
  exported: [
    'energy exported off-site',
    'energy exported offsite',
    'electricity exported off-site',
    'renewable electricity exported',
    'onsite renewable exported',
    'exported',
  ],
  greenPower: ['green power?', 'green power', 'green power purchased', 'total green power'],
} as const satisfies Record<string, readonly string[]>;

export type EntryColumn = keyof typeof headings;

/** Columns that hold nothing that is recorded. */
const KNOWN_OTHER: readonly string[] = [
  'meter consumption id',
  'cost',
  'total cost',
  'demand',
  'demand cost',
  'last modified date',
  'last modified by',
  'rec ownership',
  'custom meter id 1 name',
  'custom meter id 1 value',
  ...errorColumns,
];

const names = new Map<string, EntryColumn>(
  Object.entries(headings).flatMap(([column, all]) => all.map((name) => [name, column as EntryColumn] as const)),
);

/** Rows that may stand above the headings: titles, notes, the date of the download. */
export const HEADING_ROWS = 40;

export interface EntryTable {
  readonly at: ReadonlyMap<EntryColumn, number>;
  /** Headings as they stand in the sheet. */
  readonly titles: readonly string[];
  /** Headings that are not understood. */
  readonly ignored: readonly string[];
  /** A heading that stands twice. */
  readonly twice?: string;
}

/** The table whose headings stand in this row: start, end or delivery, and quantity, and what names the meter; else undefined. */
export function entryTable({ cells }: SheetRow): EntryTable | undefined {
  const titles = Array.from(cells, titleOf);
  const at = new Map<EntryColumn, number>();
  const ignored: string[] = [];
  let twice: string | undefined;
  for (const [index, title] of titles.entries()) {
    const name = bare(title);
    const column = names.get(name);
    if (column === undefined) {
      if (name !== '' && !KNOWN_OTHER.includes(name)) ignored.push(title.slice(0, 40));
    } else if (at.has(column)) twice ??= title;
    else at.set(column, index);
  }
  if (!isTable(at)) return undefined;
  return { at, titles, ignored, ...(twice === undefined ? {} : { twice }) };
}

/** Titles become names of an object's fields: one that would be its prototype is none. */
function titleOf(cell: Cell | undefined): string {
  const title = cell?.kind === 'text' ? cell.text.trim().replace(/\s+/g, ' ') : '';
  return title === '__proto__' ? '' : title;
}

function isTable(at: ReadonlyMap<EntryColumn, number>): boolean {
  return at.has('quantity') && (at.has('start') || at.has('delivery')) && (at.has('meterId') || at.has('meterName'));
}

/** A heading without "(Required)", "(Pre-filled)", "($)", "(kW)" and the like. */
function bare(title: string): string {
  return title
    .toLowerCase()
    .replace(/\([^)]*\)?/g, '')
    .replace(/\s+/g, ' ')
    .replace(/[ ,:*]+$/, '')
    .trim();
}
