import { ChannelError, type Commodity, defined, type Flow, type Place } from '../emissions/index.ts';
import { fromColumns } from './amount.ts';
import type { Database, SqlValue } from './database.ts';
import { figureNames, monthNumber } from './parts.ts';
import { parseQuality, type Quality } from './quality.ts';
import { equals } from './record-list.ts';
import { figureColumns } from './schema.ts';
import { type CellSums, type Sums, SumsBuilder } from './scope-total.ts';

export const dimensions = ['year', 'month', 'member', 'place', 'commodity', 'flow'] as const;
export type Dimension = (typeof dimensions)[number];

/** What to add up. Every row names both methods and each gas, so these are no dimensions. */
export interface TotalsQuery {
  readonly owner?: string;
  readonly commodity?: Commodity;
  readonly flow?: Flow;
  readonly country?: string;
  readonly subdivision?: string;
  readonly region?: string;
  readonly year?: number;
  /** First month, YYYY-MM. */
  readonly from?: string;
  /** Month after the last, YYYY-MM. */
  readonly to?: string;
  readonly by?: readonly Dimension[];
}

/** The part of the channel that a row sums: a member for each dimension that was asked. */
export interface TotalsKey {
  readonly year?: number;
  /** YYYY-MM. */
  readonly month?: string;
  readonly member?: string;
  readonly place?: Place;
  readonly commodity?: Commodity;
  readonly flow?: Flow;
}

export interface TotalsRow extends Sums {
  readonly key: TotalsKey;
}

export interface Totals {
  /** In the order of the key's parts. */
  readonly rows: readonly TotalsRow[];
  /** Records of the owner, commodity, flow and place asked, in any year, whose figures exceed what can be summed: in no row. */
  readonly beyondRange: number;
}

const columnsOf: Readonly<Record<Dimension, readonly string[]>> = {
  year: ['month / 12'],
  month: ['month'],
  member: ['owner'],
  place: ['country', 'subdivision', 'region'],
  commodity: ['commodity'],
  flow: ['flow'],
};

const SUMS = figureColumns.map((column) => `sum(${column}) AS ${column}`).join(', ');

/**
 * Sums of the recorded figures that count, exact at any size. Months are derived from slices by days and add up to years.
 * @throws {ChannelError} FIELD_INVALID for a month that is none
 */
export function totals(database: Database, query: TotalsQuery): Totals {
  const [first, end] = monthRange(query);
  const by = dimensions.filter((dimension) => query.by?.includes(dimension));
  const [ofKind, kindValues] = kindCondition(query);
  const groups = ['commodity', 'flow', ...by.flatMap((dimension) => columnsOf[dimension])];
  const named = [...new Set(groups)];
  const order = by.flatMap((dimension) => columnsOf[dimension]);
  const sql = `SELECT ${named.map((column) => (column === 'month / 12' ? 'month / 12 AS year' : column)).join(', ')},
      content AS quality, sum(${countOf(by)}) AS records, ${SUMS}
    FROM cells JOIN kinds ON kinds.id = cells.kind JOIN qualities ON qualities.id = cells.quality
    WHERE ${ofKind} AND month >= ? AND month < ? GROUP BY ${named.join(', ')}, quality
    ORDER BY ${[...order, 'commodity', 'flow', 'content'].join(', ')}`;
  const values: SqlValue[] = [...(by.includes('month') ? [] : [first]), ...kindValues, first, end];
  const rows = new Map<string, { key: TotalsKey; sums: SumsBuilder }>();
  const qualities = new Map<string, Quality>();
  for (const row of database.allExact<CellRow>(sql, ...values)) {
    const key = keyOf(row, by);
    const name = JSON.stringify(key);
    const entry = rows.get(name) ?? { key, sums: new SumsBuilder() };
    rows.set(name, entry);
    const quality = qualities.get(row.quality) ?? parseQuality(row.quality);
    qualities.set(row.quality, quality);
    entry.sums.add(sumsOf(row, quality));
  }
  return {
    rows: [...rows.values()].map(({ key, sums }) => ({ key, ...sums.build() })),
    beyondRange: beyondRange(database, ofKind, kindValues),
  };
}

// A record counts once in each group: in the first of its months that lies there. The months of a record follow one another,
// so that is where it begins, or the group's own first month where it began before.
function countOf(by: readonly Dimension[]): string {
  if (by.includes('month')) return 'touched';
  const first = by.includes('year') ? '(month % 12 = 0 OR month = ?)' : 'month = ?';
  return `CASE WHEN ${first} THEN touched ELSE begun END`;
}

interface CellRow extends Readonly<Record<`${(typeof figureNames)[number]}_${'high' | 'low'}`, bigint>> {
  readonly commodity: Commodity;
  readonly flow: Flow;
  readonly quality: string;
  readonly records: bigint;
  readonly year: bigint;
  readonly month: bigint;
  readonly owner: string;
  readonly country: string;
  readonly subdivision: string;
  readonly region: string;
}

function sumsOf(row: CellRow, quality: Quality): CellSums {
  const [energy, ...figures] = figureNames.map((name) => fromColumns(row[`${name}_high`], row[`${name}_low`]));
  return {
    commodity: row.commodity,
    flow: row.flow,
    records: Number(row.records),
    quality,
    energy: energy as bigint,
    main: figures.slice(0, 4),
    market: figures.slice(4, 8),
    lostCo2e: figures[8] as bigint,
    lostEnergy: figures[9] as bigint,
  };
}

function keyOf(row: CellRow, by: readonly Dimension[]): TotalsKey {
  const { country, subdivision, region } = row;
  const has = (dimension: Dimension) => by.includes(dimension) || undefined;
  return defined({
    year: has('year') && Number(row.year),
    month: has('month') && monthText(Number(row.month)),
    member: has('member') && row.owner,
    place: has('place') && defined({ country, subdivision: subdivision || undefined, region: region || undefined }),
    commodity: has('commodity') && row.commodity,
    flow: has('flow') && row.flow,
  });
}

function monthText(month: number): string {
  return `${Math.floor(month / 12)}-${String((month % 12) + 1).padStart(2, '0')}`;
}

/** `[first, end)` in months; without any bound, all of them. */
function monthRange({ year, from, to }: TotalsQuery): [number, number] {
  const first = from === undefined ? 0 : checkedMonth(from, 'from');
  const end = to === undefined ? 12 * 10_000 : checkedMonth(to, 'to');
  return year === undefined ? [first, end] : [Math.max(first, year * 12), Math.min(end, year * 12 + 12)];
}

function checkedMonth(text: string, where: string): number {
  if (!/^[0-9]{4}-(0[1-9]|1[0-2])$/.test(text))
    throw new ChannelError('FIELD_INVALID', `${where} '${text.slice(0, 40)}' is no month`, {
      where,
      fix: 'Write months as YYYY-MM: totals are told by whole months.',
    });
  return monthNumber(text);
}

function kindCondition({ owner, commodity, flow, country, subdivision, region }: TotalsQuery) {
  return equals({ owner, commodity, flow, country, subdivision, region });
}

function beyondRange(database: Database, ofKind: string, values: readonly string[]): number {
  const row = database.get<{ records: number }>(
    `SELECT count(*) AS records FROM records JOIN kinds ON kinds.id = kind
     WHERE in_range = 0 AND counted = 1 AND ${ofKind}`,
    ...values,
  );
  return (row as { records: number }).records;
}
