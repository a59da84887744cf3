import { DatabaseSync } from 'node:sqlite';
import type { ActivityRecord, RecordPage } from '../src/channel/index.ts';

// The least that keeps the same information: one row a record, one column a field that differs between records, lists and
// slices as JSON text. No key, no index, no check, nothing synced.
const columns: readonly string[] = [
  ...['owner', 'commodity', 'flow', 'start', 'end', 'stated_end', 'zone', 'quantity', 'unit', 'read_basis', 'country'],
  ...['subdivision', 'region', 'meter', 'energy', 'energy_unit', 'flags', 'document', 'factors', 'slices'],
  ...[
    'co2e',
    'co2',
    'ch4',
    'n2o',
    'gwp_set',
    'market_co2e',
    'market_co2',
    'market_ch4',
    'market_n2o',
    'market_gwp_set',
  ],
  ...['tier', 'residual', 'losses_basis', 'losses_kwh', 'losses_co2e'],
];

type Row = readonly (string | null)[];

/** Rows of a page for `BareTable`. */
export function bareRows(args: string): Row[] {
  return (JSON.parse(args) as RecordPage).records.map(rowOf);
}

function rowOf(record: ActivityRecord): Row {
  const { place, market, losses } = record;
  const main = record.location ?? record.emissions;
  const values = [
    ...[record.owner, record.commodity, record.flow, record.start, record.end, record.statedEnd, record.zone],
    ...[record.quantity, record.unit, record.readBasis, place.country, place.subdivision, place.region, record.meter],
    ...[record.energy, record.energyUnit, record.flags.join(' '), record.evidence?.document],
    ...[JSON.stringify(record.factors), JSON.stringify(record.slices)],
    ...[main?.co2e, main?.co2, main?.ch4, main?.n2o, main?.gwpSet],
    ...[market?.co2e, market?.co2, market?.ch4, market?.n2o, market?.gwpSet, market?.tier, market?.residual],
    ...[losses?.basis, losses?.kWh, losses?.co2e],
  ];
  return values.map((value) => value ?? null);
}

/** What every ingest is compared with: a table in SQLite, filled in transactions of one page's rows. */
export class BareTable {
  readonly #database: DatabaseSync;

  constructor(path: string) {
    this.#database = new DatabaseSync(path);
    this.#database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;');
    this.#database.exec(`CREATE TABLE records (${columns.map((name) => `"${name}" TEXT`).join(', ')})`);
  }

  insert(pages: readonly (readonly Row[])[]): void {
    const insert = this.#database.prepare(`INSERT INTO records VALUES (${columns.map(() => '?').join(', ')})`);
    for (const rows of pages) {
      this.#database.exec('BEGIN');
      for (const row of rows) insert.run(...row);
      this.#database.exec('COMMIT');
    }
  }

  close(): void {
    this.#database.close();
  }
}
