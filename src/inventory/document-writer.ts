import type { DocumentRequest, DocumentStatus, EvidenceState } from '../channel/index.ts';
import type { CommittedTransaction } from '../ledger/index.ts';
import type { Database } from './database.ts';
import { bestEvidence, evidenceCode } from './stored.ts';

interface DocumentRow {
  readonly id: number;
  readonly state: number;
  readonly attached: number;
}

const afterVerdict = { matches: 'verified', 'does-not-match': 'challenged', 'not-presented': 'withheld' } as const;

/** Follows documents and what auditors ask of them. Every method gives the document whose state may have changed. */
export class DocumentWriter {
  readonly #database: Database;
  readonly #recent = new Map<string, { id: number; state: number }>();
  #next: number;

  constructor(database: Database) {
    this.#database = database;
    this.#next = this.#nextInFile();
  }

  /** Forgets what is not written, after a rollback. */
  clear(): void {
    this.#recent.clear();
    this.#next = this.#nextInFile();
  }

  /** The document that a record names, made where it is new. */
  named(commitment: string, owner: string): { id: number; state: number } {
    const key = commitment + owner;
    const recent = this.#recent.get(key);
    if (recent !== undefined) return recent;
    const document = this.#known(commitment, owner);
    if (this.#recent.size > 50_000) this.#recent.clear();
    this.#recent.set(key, document);
    return document;
  }

  /** Attaches a document to older records; the same submission a second time changes nothing. */
  attach(status: DocumentStatus, seqs: readonly number[]): number | undefined {
    const known = this.#known(status.commitment, status.owner);
    if (known.attached === 1) return undefined;
    this.#database.run('UPDATE documents SET attached = 1 WHERE id = ?', known.id);
    for (const seq of seqs) this.#database.run('INSERT OR IGNORE INTO attachments VALUES (?, ?)', known.id, seq);
    return known.id;
  }

  request({ timestamp }: CommittedTransaction, request: DocumentRequest): number {
    this.#database.run(
      'INSERT INTO requests (id, content, timestamp) VALUES (?, ?, ?)',
      request.id,
      JSON.stringify(request),
      timestamp,
    );
    return this.#setState(request.commitment, request.owner, 'challenged');
  }

  answer(request: DocumentRequest): number | undefined {
    this.#update(request);
    return request.answer === 'refused' ? this.#setState(request.commitment, request.owner, 'withheld') : undefined;
  }

  verdict(request: DocumentRequest): number | undefined {
    this.#update(request);
    const known = this.#find(request.commitment, request.owner);
    const gone = known?.state === evidenceCode('erased') || known?.state === evidenceCode('lost');
    if (gone || request.verdict === undefined) return undefined;
    return this.#setState(request.commitment, request.owner, afterVerdict[request.verdict]);
  }

  /** Erased or lost: the state with its date and, where given, its reason. */
  gone({ commitment, owner, state, reason, date }: DocumentStatus): number {
    const id = this.#setState(commitment, owner, state);
    this.#database.run('UPDATE documents SET reason = ?, date = ? WHERE id = ?', reason ?? null, date ?? null, id);
    return id;
  }

  /** Records that a document belongs to: those that name it and those that it was attached to. */
  recordsOf(document: number): number[] {
    const rows = this.#database.all<{ seq: number }>(
      `SELECT seq FROM records WHERE document = ?1 UNION SELECT seq FROM attachments WHERE document = ?1 ORDER BY seq`,
      document,
    );
    return rows.map(({ seq }) => seq);
  }

  /** Evidence code of a record from the states of its documents. */
  evidenceOf(seq: number): number {
    const rows = this.#database.all<{ state: number }>(
      `SELECT state FROM documents WHERE id IN (SELECT document FROM records WHERE seq = ?1 AND document IS NOT NULL
         UNION SELECT document FROM attachments WHERE seq = ?1)`,
      seq,
    );
    return bestEvidence(rows.map(({ state }) => state));
  }

  #update(request: DocumentRequest): void {
    this.#database.run('UPDATE requests SET content = ? WHERE id = ?', JSON.stringify(request), request.id);
  }

  #setState(commitment: string, owner: string, state: EvidenceState): number {
    const { id } = this.#known(commitment, owner);
    this.#database.run('UPDATE documents SET state = ? WHERE id = ?', evidenceCode(state), id);
    this.#recent.delete(commitment + owner);
    return id;
  }

  // Most documents are new with the record that names them, so the insert is tried first.
  #known(commitment: string, owner: string): DocumentRow {
    const state = evidenceCode('committed');
    const added = this.#database.run(
      'INSERT INTO documents (id, commitment, owner, state, attached) VALUES (?, ?, ?, ?, 0) ON CONFLICT DO NOTHING',
      this.#next,
      Buffer.from(commitment, 'hex'),
      owner,
      state,
    );
    if (added === 0) return this.#find(commitment, owner) as DocumentRow;
    this.#next += 1;
    return { id: this.#next - 1, state, attached: 0 };
  }

  // By owner too, as on the ledger: a member that copies another's commitment into a record of its own gets one of its own.
  #find(commitment: string, owner: string): DocumentRow | undefined {
    return this.#database.get<DocumentRow>(
      'SELECT id, state, attached FROM documents WHERE commitment = ? AND owner = ?',
      Buffer.from(commitment, 'hex'),
      owner,
    );
  }

  #nextInFile(): number {
    const row = this.#database.get<{ next: number }>('SELECT coalesce(max(id), 0) + 1 AS next FROM documents');
    return (row as { next: number }).next;
  }
}
