import type { EvidenceState } from '../channel/index.ts';
import type { Database } from './database.ts';
import { hex } from './record-queries.ts';
import { evidenceNames } from './stored.ts';

/** What the ledger says that a member has recorded and must have in its custody. */
export interface Holdings {
  /** Records of any state. */
  readonly records: number;
  readonly documents: readonly {
    readonly commitment: string;
    readonly state: EvidenceState;
    /** Named by an active record, or attached to a record. */
    readonly needed: boolean;
  }[];
}

export function holdingsOf(database: Database, owner: string): Holdings {
  const count = database.get<{ records: number }>(
    'SELECT count(*) AS records FROM records WHERE kind IN (SELECT id FROM kinds WHERE owner = ?)',
    owner,
  ) as { records: number };
  const documents = database.all<{ commitment: Uint8Array; state: number; needed: number }>(
    `SELECT commitment, state, attached = 1 OR EXISTS (SELECT 1 FROM records WHERE records.document = documents.id
       AND records.state = 0) AS needed FROM documents WHERE owner = ? ORDER BY id`,
    owner,
  );
  return {
    records: count.records,
    documents: documents.map(({ commitment, state, needed }) => ({
      commitment: hex(commitment),
      state: evidenceNames[state] as EvidenceState,
      needed: needed === 1,
    })),
  };
}
