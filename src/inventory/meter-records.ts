import type { Database } from './database.ts';
import { hex } from './record-queries.ts';

/** An adjustment that totals count, and the record that it adds to. */
export interface Adjustment {
  readonly id: string;
  readonly base: string;
}

/** Pseudonyms of the meters that a member has recorded, in order. */
export function recordedMeters(database: Database, owner: string): string[] {
  return database
    .all<{ meter: string }>('SELECT DISTINCT meter FROM series WHERE owner = ? ORDER BY meter', owner)
    .map(({ meter }) => meter);
}

/** The adjustments of one meter that count, in the order of their coming. */
export function adjustmentsOf(database: Database, owner: string, meter: string): Adjustment[] {
  return database
    .all<{ id: Uint8Array; base: Uint8Array }>(
      `SELECT later.id AS id, records.id AS base FROM series
       JOIN records ON records.series = series.id
       JOIN follows ON follows.base = records.seq AND follows.how = 'adjusts'
       JOIN records AS later ON later.seq = follows.seq AND later.counted = 1
       WHERE series.owner = ? AND series.meter = ? ORDER BY later.seq`,
      owner,
      meter,
    )
    .map(({ id, base }) => ({ id: hex(id), base: hex(base) }));
}
