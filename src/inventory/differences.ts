import { DatabaseSync } from 'node:sqlite';
import { zstdDecompressSync } from 'node:zlib';

/** A row of this read model that is not as in another one of the same blocks. */
export interface Difference {
  readonly table: string;
  /** Its primary key, such as `seq 12`. */
  readonly key: string;
  /** `missing` here, `foreign` to the other one, or `changed`, naming the columns. */
  readonly what: 'missing' | 'foreign' | 'changed';
  readonly columns: readonly string[];
}

/** Told per table and kind of difference; whoever reads more than these builds it anew. */
const FIRST = 5;

type Row = Readonly<Record<string, unknown>>;

interface Columns {
  readonly keys: readonly string[];
  readonly others: readonly string[];
}

/**
 * Compares the file at `path` with the one at `other`, table by table and by primary key, in SQLite and in bounded memory.
 * @throws what SQLite throws where a file cannot be read
 */
export function differencesOf(path: string, other: string): Difference[] {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    database.prepare('ATTACH ? AS other').run(other);
    // One moment of both files, whatever is written meanwhile.
    database.exec('BEGIN');
    const schema = compare(database, 'sqlite_schema', { keys: ['type', 'name'], others: ['sql'] });
    if (schema.length > 0) return schema;
    const damage = database.prepare('PRAGMA main.integrity_check(5)').all() as { integrity_check: string }[];
    const damaged = damage.filter(({ integrity_check }) => integrity_check !== 'ok');
    return [
      ...damaged.map(({ integrity_check: key }): Difference => ({ table: 'file', key, what: 'changed', columns: [] })),
      ...tablesOf(database).flatMap((table) => compare(database, table, columnsOf(database, table))),
    ];
  } finally {
    database.close();
  }
}

function tablesOf(database: DatabaseSync): string[] {
  const sql = `SELECT name FROM other.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name`;
  return (database.prepare(sql).all() as { name: string }[]).map(({ name }) => name);
}

function columnsOf(database: DatabaseSync, table: string): Columns {
  const columns = database.prepare(`PRAGMA other.table_info(${table})`).all() as { name: string; pk: number }[];
  return {
    keys: columns.filter(({ pk }) => pk > 0).map(({ name }) => name),
    others: columns.filter(({ pk }) => pk === 0).map(({ name }) => name),
  };
}

function compare(database: DatabaseSync, table: string, { keys, others }: Columns): Difference[] {
  const name = (row: Row): string => keys.map((key) => `${key} ${String(row[`k_${key}`])}`).join(', ');
  const selected = keys.map((key) => `a."${key}" AS "k_${key}"`).join(', ');
  const joined = keys.map((key) => `a."${key}" = b."${key}"`).join(' AND ');
  const first = keys[0] as string;
  const onlyIn = (here: string, there: string): Row[] =>
    rows(
      database,
      `SELECT ${selected} FROM ${here}.${table} a LEFT JOIN ${there}.${table} b ON ${joined} WHERE b."${first}" IS NULL LIMIT ${FIRST}`,
    );
  return [
    ...onlyIn('other', 'main').map((row): Difference => ({ table, key: name(row), what: 'missing', columns: [] })),
    ...onlyIn('main', 'other').map((row): Difference => ({ table, key: name(row), what: 'foreign', columns: [] })),
    ...changed(database, table, others, selected, joined).map(
      ({ row, columns }): Difference => ({ table, key: name(row), what: 'changed', columns }),
    ),
  ];
}

function changed(
  database: DatabaseSync,
  table: string,
  others: readonly string[],
  selected: string,
  joined: string,
): { readonly row: Row; readonly columns: readonly string[] }[] {
  if (others.length === 0) return [];
  const values = others.map((column) => `a."${column}" AS "a_${column}", b."${column}" AS "b_${column}"`).join(', ');
  const unlike = others.map((column) => `a."${column}" IS NOT b."${column}"`).join(' OR ');
  const sql = `SELECT ${selected}, ${values} FROM main.${table} a JOIN other.${table} b ON ${joined} WHERE ${unlike}`;
  const found: { row: Row; columns: readonly string[] }[] = [];
  const statement = database.prepare(sql);
  statement.setReadBigInts(true);
  for (const row of statement.iterate() as Iterable<Row>) {
    const columns = others.filter((column) => !same(table, row[`a_${column}`], row[`b_${column}`]));
    if (columns.length > 0) found.push({ row, columns });
    if (found.length === FIRST) break;
  }
  return found;
}

function rows(database: DatabaseSync, sql: string): Row[] {
  return database.prepare(sql).all();
}

function same(table: string, here: unknown, there: unknown): boolean {
  if (!(here instanceof Uint8Array) || !(there instanceof Uint8Array)) return here === there;
  const [a, b] = [Buffer.from(here), Buffer.from(there)];
  if (a.equals(b) || table !== 'texts') return a.equals(b);
  // Another version of the compressor packs the same texts into other bytes.
  try {
    return zstdDecompressSync(a).equals(zstdDecompressSync(b));
  } catch {
    return false;
  }
}
