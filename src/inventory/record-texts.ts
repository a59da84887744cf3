import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { ActivityRecord } from '../channel/index.ts';
import type { Database } from './database.ts';

// Canonical texts of neighbours repeat one another: 64 together take a tenth of the room, and one is read in a fraction of a
// millisecond. JSON text holds no line feed.
const BUNDLE = 64;
const OPTIONS = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/** Keeps the canonical texts of records `first`, `first + 1`, ... */
export function putTexts(database: Database, first: number, texts: readonly string[]): void {
  for (let at = 0; at < texts.length; at += BUNDLE) {
    const body = zstdCompressSync(texts.slice(at, at + BUNDLE).join('\n'), OPTIONS);
    database.run('INSERT INTO texts VALUES (?, ?)', first + at, body);
  }
}

/** The canonical text of a record, the very bytes that its id is the hash of. */
export function textOf(database: Database, seq: number): string {
  const bundle = database.get<{ first: number; body: Uint8Array }>(
    'SELECT first, body FROM texts WHERE first <= ? ORDER BY first DESC LIMIT 1',
    seq,
  ) as { first: number; body: Uint8Array };
  return zstdDecompressSync(bundle.body).toString('utf8').split('\n')[seq - bundle.first] as string;
}

export function recordOf(database: Database, seq: number): ActivityRecord {
  return JSON.parse(textOf(database, seq)) as ActivityRecord;
}
