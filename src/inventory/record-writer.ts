import {
  type ActivityRecord,
  type CorrectionReason,
  type ProvenRecord,
  type RecordPage,
  releaseName,
} from '../channel/index.ts';
import { leafHash, type ProvenRow, parseDate } from '../emissions/index.ts';
import type { CommittedTransaction } from '../ledger/index.ts';
import { type Amount, amountOf } from './amount.ts';
import type { Cells } from './cells.ts';
import type { Database, SqlValue } from './database.ts';
import type { DocumentWriter } from './document-writer.ts';
import { Interned } from './interned.ts';
import { isInRange, partsOf } from './parts.ts';
import { putTexts, recordOf } from './record-texts.ts';
import { evidenceNames, recordStates, startOfHash } from './stored.ts';

const INSERT = `INSERT INTO records VALUES (${new Array(19).fill('?').join(', ')})`;

interface StandingRow {
  readonly kind: number;
  readonly evidence: number;
  readonly counted: number;
  readonly in_range: number;
}

/** Writes records and what happens to them. Every change of what counts goes through `#count`. */
export class RecordWriter {
  readonly #database: Database;
  readonly #cells: Cells;
  readonly #documents: DocumentWriter;
  readonly #kinds: Interned;
  readonly #series: Interned;
  readonly #traits: Interned;
  readonly #factors = new Set<string>();
  #next: number;

  constructor(database: Database, cells: Cells, documents: DocumentWriter) {
    this.#database = database;
    this.#cells = cells;
    this.#documents = documents;
    this.#kinds = new Interned(database, 'kinds', ['owner', 'commodity', 'flow', 'country', 'subdivision', 'region']);
    this.#series = new Interned(database, 'series', ['meter', 'commodity', 'flow', 'owner']);
    this.#traits = new Interned(database, 'traits', ['unit', 'energy_unit', 'read_basis', 'flags', 'factors']);
    this.#next = this.#nextInFile();
  }

  /** Forgets what is not written, after a rollback. */
  clear(): void {
    this.#kinds.clear();
    this.#series.clear();
    this.#traits.clear();
    this.#factors.clear();
    this.#next = this.#nextInFile();
  }

  /** The records of a page, in its order. Gives their number. */
  submit(transaction: CommittedTransaction, height: number, page: Pick<RecordPage, 'factors' | 'records'>): number {
    this.#putFactors(page.factors);
    this.#putPage(transaction, height, page.records.length);
    const texts = page.records.map((record) => JSON.stringify(record));
    putTexts(this.#database, this.#next, texts);
    page.records.forEach((record, at) => {
      this.#put(record, texts[at] as string);
    });
    return page.records.length;
  }

  /** A record that supersedes or adjusts another (rule G). */
  correct(
    transaction: CommittedTransaction,
    height: number,
    args: { factors: readonly ProvenRow[]; record: ActivityRecord; target: ProvenRecord },
  ): number {
    const { factors, record, target } = args;
    const base = this.seqOf(target);
    const seq = this.#next;
    this.submit(transaction, height, { factors, records: [record] });
    const how = record.supersedes === undefined ? 'adjusts' : 'supersedes';
    const reason = (record.supersedes ?? record.adjusts)?.reason ?? '';
    this.#database.run('INSERT INTO follows VALUES (?, ?, ?, ?)', seq, base, how, reason);
    if (how === 'supersedes') this.#end(base, 'superseded');
    return 1;
  }

  void(transaction: CommittedTransaction, args: { reason: CorrectionReason; targets: readonly ProvenRecord[] }): void {
    for (const target of args.targets) {
      const seq = this.seqOf(target);
      if (!this.#end(seq, 'voided')) continue;
      this.#database.run('INSERT INTO voids VALUES (?, ?, ?)', seq, args.reason, transaction.id);
    }
  }

  /** Number of the record in this file: its page's first record and its place there. */
  seqOf({ page, index }: Pick<ProvenRecord, 'page' | 'index'>): number {
    const row = this.#database.get<{ first: number }>(
      'SELECT first FROM pages WHERE transaction_id = ?',
      Buffer.from(page, 'hex'),
    ) as { first: number };
    return row.first + index;
  }

  /** Moves a record's figures when its evidence changed: inventories tell how much of a total is verified. */
  updateEvidence(seq: number): void {
    const row = this.#standing(seq);
    const evidence = this.#documents.evidenceOf(seq);
    if (row.evidence === evidence) return;
    if (row.counted === 1) this.#count(seq, row, -1);
    this.#database.run('UPDATE records SET evidence = ? WHERE seq = ?', evidence, seq);
    if (row.counted === 1) this.#count(seq, { ...row, evidence }, 1);
  }

  #put(record: ActivityRecord, text: string): void {
    const seq = this.#next;
    this.#next += 1;
    const id = leafHash(text);
    const inRange = isInRange(record);
    const kind = this.#kindOf(record);
    const series = this.#series.id(record.meter, record.commodity, record.flow, record.owner);
    const traits = this.#traits.id(
      record.unit,
      record.energyUnit,
      record.readBasis,
      record.flags.join(' '),
      (record.factors ?? []).join(' '),
    );
    const named = record.evidence && this.#documents.named(record.evidence.document, record.owner);
    const evidence = named?.state ?? 0;
    this.#database.run(
      INSERT,
      seq,
      Buffer.from(id, 'hex'),
      startOfHash(id),
      kind,
      series,
      traits,
      parseDate(record.start),
      parseDate(record.end),
      record.quantity,
      ...storedFigures(record, inRange),
      named?.id ?? null,
      evidence,
      recordStates.indexOf('active'),
      1,
      inRange ? 1 : 0,
    );
    if (inRange) this.#cells.add(kind, partsOf(record, evidenceNames[evidence] as 'none'), 1);
  }

  /** Ends a record, and with it what its adjustments add. False where it ended before. */
  #end(seq: number, state: 'superseded' | 'voided'): boolean {
    const code = recordStates.indexOf(state);
    const { state: before } = this.#database.get<{ state: number }>('SELECT state FROM records WHERE seq = ?', seq) as {
      state: number;
    };
    if (before !== 0) return false;
    this.#database.run('UPDATE records SET state = ? WHERE seq = ?', code, seq);
    this.#uncount(seq);
    const adjustments = this.#database.all<{ seq: number }>(
      `SELECT seq FROM follows WHERE base = ? AND how = 'adjusts'`,
      seq,
    );
    for (const adjustment of adjustments) this.#uncount(adjustment.seq);
    return true;
  }

  #uncount(seq: number): void {
    const row = this.#standing(seq);
    if (row.counted === 0) return;
    this.#count(seq, row, -1);
    this.#database.run('UPDATE records SET counted = 0 WHERE seq = ?', seq);
  }

  #count(seq: number, { kind, evidence, in_range }: StandingRow, sign: 1 | -1): void {
    if (in_range === 0) return;
    const record = recordOf(this.#database, seq);
    this.#cells.add(kind, partsOf(record, evidenceNames[evidence] as 'none'), sign);
  }

  #standing(seq: number): StandingRow {
    return this.#database.get<StandingRow>(
      'SELECT kind, evidence, counted, in_range FROM records WHERE seq = ?',
      seq,
    ) as StandingRow;
  }

  #kindOf({ owner, commodity, flow, place }: ActivityRecord): number {
    return this.#kinds.id(owner, commodity, flow, place.country, place.subdivision ?? '', place.region ?? '');
  }

  #putPage({ id, timestamp }: CommittedTransaction, height: number, count: number): void {
    const page = Buffer.from(id, 'hex');
    this.#database.run('INSERT INTO pages VALUES (?, ?, ?, ?, ?)', this.#next, count, page, height, timestamp);
  }

  #putFactors(factors: readonly ProvenRow[]): void {
    for (const { release, row, index } of factors) {
      const name = releaseName(release);
      const key = `${name} ${index}`;
      if (this.#factors.has(key)) continue;
      const text = JSON.stringify(row);
      this.#database.run('INSERT OR IGNORE INTO factors VALUES (?, ?, ?, ?)', leafHash(text), name, index, text);
      this.#factors.add(key);
    }
  }

  #nextInFile(): number {
    const row = this.#database.get<{ next: number }>('SELECT coalesce(max(seq), 0) + 1 AS next FROM records');
    return (row as { next: number }).next;
  }
}

function storedFigures(record: ActivityRecord, inRange: boolean): SqlValue[] {
  const { energy, location, market, emissions, losses } = record;
  const figures = [energy, location?.co2e, market?.co2e, emissions?.co2e, losses?.co2e];
  return figures.map((figure): Amount | null => (figure === undefined || !inRange ? null : amountOf(figure)));
}
