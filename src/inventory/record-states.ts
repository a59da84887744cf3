import type { Database } from './database.ts';
import { type RecordState, recordStates, startOfHash } from './stored.ts';

/** What became of a record: `undefined` where no record of the id stands on the ledger. One step of an index, no text is read. */
export function stateOfRecord(database: Database, id: string): RecordState | undefined {
  const row = database.get<{ state: number }>(
    'SELECT state FROM records WHERE id_start = ? AND id = ? ORDER BY seq DESC LIMIT 1',
    startOfHash(id),
    Buffer.from(id, 'hex'),
  );
  return row === undefined ? undefined : recordStates[row.state];
}
