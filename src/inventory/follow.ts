import type {
  ActivityRecord,
  CorrectionReason,
  DocumentRequest,
  DocumentStatus,
  Member,
  ProvenRecord,
  PublishedRelease,
  RecordPage,
} from '../channel/index.ts';
import { releaseName } from '../channel/index.ts';
import { ChannelError, type ProvenRow, type ReleaseManifest, type ReleaseRef } from '../emissions/index.ts';
import type { Block, CommittedTransaction, Ledger } from '../ledger/index.ts';
import { Cells } from './cells.ts';
import { type Database, REBUILD, sound } from './database.ts';
import { DocumentWriter } from './document-writer.ts';
import { RecordWriter } from './record-writer.ts';

// A group is committed when it reaches either bound: large groups write each page of the file once instead of many times, and
// what a kill loses is read from the ledger again.
const GROUP_RECORDS = 20_000;
const GROUP_BLOCKS = 2_000;

interface Cursor {
  readonly height: number;
  readonly hash: string;
}

/** Applies blocks to the read model. The cursor is written in the transaction of the data, so a kill at any time is safe. */
export class Follower {
  readonly #database: Database;
  readonly #cells: Cells;
  readonly #documents: DocumentWriter;
  readonly #records: RecordWriter;
  #cursor: Cursor;
  #sameLedger = false;
  #pendingRecords = 0;
  #pendingBlocks = 0;

  constructor(database: Database) {
    this.#database = database;
    this.#cells = new Cells(database);
    this.#documents = new DocumentWriter(database);
    this.#records = new RecordWriter(database, this.#cells, this.#documents);
    this.#cursor = this.#readCursor();
  }

  /** Number of blocks taken in: the height of the next. */
  get height(): number {
    return this.#cursor.height;
  }

  /**
   * Takes in the next block and commits. False, and nothing done, for a block taken in before.
   * @throws {ChannelError} STATE_CORRUPT when the block does not follow the last one
   */
  apply(block: Block): boolean {
    try {
      return this.#take(block);
    } finally {
      this.commit();
    }
  }

  /** Reads the ledger to its end, committing in groups. Gives the number of blocks taken in. */
  async catchUp(ledger: Ledger, onProgress?: (height: number, of: number) => void): Promise<number> {
    const of = await ledger.height();
    let taken = 0;
    await this.#demandSameLedger(ledger, of);
    try {
      for await (const block of ledger.blocks(this.height)) {
        if (this.#take(block)) taken += 1;
        if (this.#pendingRecords >= GROUP_RECORDS || this.#pendingBlocks >= GROUP_BLOCKS) {
          this.commit();
          onProgress?.(this.height, Math.max(of, this.height));
        }
      }
    } finally {
      this.commit();
    }
    onProgress?.(this.height, Math.max(of, this.height));
    return taken;
  }

  // Once in the life of an instance: a log put back from a backup, or another log altogether, does not hold the cursor's block.
  async #demandSameLedger(ledger: Ledger, height: number): Promise<void> {
    if (this.#sameLedger || this.height === 0) return;
    if (this.height > height) throw foreign(`it has ${this.height} blocks, the ledger ${height}`);
    for await (const block of ledger.blocks(this.height - 1)) {
      if (block.hash !== this.#cursor.hash) throw foreign(`its block ${block.height} is not the ledger's`);
      break;
    }
    this.#sameLedger = true;
  }

  /** Writes sums still in memory, so that queries see everything taken in. */
  settle(): void {
    if (this.#database.inTransaction) this.#cells.flush();
  }

  commit(): void {
    if (!this.#database.inTransaction) return;
    this.#guarded(() => {
      this.#cells.flush();
      this.#database.run('UPDATE cursor SET height = ?, hash = ?', this.#cursor.height, this.#cursor.hash);
      this.#database.run('COMMIT');
    });
    this.#pendingRecords = 0;
    this.#pendingBlocks = 0;
  }

  #take(block: Block): boolean {
    if (block.height < this.height) return false;
    if (!this.#database.inTransaction) this.#begin();
    const { height, hash } = this.#cursor;
    if (block.height < height) return false;
    if (block.height > height || (height > 0 && block.previous !== hash)) throw misfit(block, this.#cursor);
    this.#guarded(() => {
      for (const transaction of block.transactions) this.#transaction(transaction, block.height);
    });
    this.#cursor = { height: height + 1, hash: block.hash };
    this.#pendingBlocks += 1;
    return true;
  }

  // Another process may have followed the ledger in the same file meanwhile: then what is in memory is out of date.
  #begin(): void {
    this.#database.run('BEGIN IMMEDIATE');
    if (this.#readCursor().height !== this.#cursor.height) this.#reload();
  }

  #guarded(work: () => void): void {
    try {
      sound(work);
    } catch (error) {
      if (this.#database.inTransaction) this.#database.run('ROLLBACK');
      this.#reload();
      throw error;
    }
  }

  #reload(): void {
    this.#cells.clear();
    this.#documents.clear();
    this.#records.clear();
    this.#cursor = this.#readCursor();
    this.#pendingRecords = 0;
    this.#pendingBlocks = 0;
  }

  #readCursor(): Cursor {
    return this.#database.get<Cursor>('SELECT height, hash FROM cursor') as Cursor;
  }

  #transaction(transaction: CommittedTransaction, height: number): void {
    const { valid, result, name } = transaction;
    if (!valid || result === undefined) return;
    if (name === 'records.submit' || name === 'records.correct') {
      this.#page(transaction, height);
      return;
    }
    const answer: unknown = JSON.parse(result);
    if (name.startsWith('documents.')) this.#document(transaction, answer);
    else this.#channel(transaction, answer);
  }

  #page(transaction: CommittedTransaction, height: number): void {
    // A repeated submission is answered with the first one's result, which names the first one's transaction.
    const answer = JSON.parse(transaction.result as string) as { transaction: string };
    if (answer.transaction !== transaction.id) return;
    const args: unknown = JSON.parse(transaction.args);
    this.#pendingRecords +=
      transaction.name === 'records.submit'
        ? this.#records.submit(transaction, height, args as RecordPage)
        : this.#records.correct(transaction, height, args as CorrectArgs);
  }

  #document(transaction: CommittedTransaction, answer: unknown): void {
    const changed = this.#documentChange(transaction, answer);
    if (changed === undefined) return;
    for (const seq of this.#documents.recordsOf(changed)) this.#records.updateEvidence(seq);
  }

  #documentChange(transaction: CommittedTransaction, answer: unknown): number | undefined {
    switch (transaction.name) {
      case 'documents.attach': {
        const { targets } = JSON.parse(transaction.args) as { targets: readonly ProvenRecord[] };
        const seqs = targets.map((target) => this.#records.seqOf(target));
        return this.#documents.attach(answer as DocumentStatus, seqs);
      }
      case 'documents.request': {
        const request = answer as DocumentRequest;
        return request.id === transaction.id ? this.#documents.request(transaction, request) : undefined;
      }
      case 'documents.answer':
        return this.#documents.answer(answer as DocumentRequest);
      case 'documents.verdict':
        return this.#documents.verdict(answer as DocumentRequest);
      case 'documents.erased':
      case 'documents.lost':
        return this.#documents.gone(answer as DocumentStatus);
      default:
        return undefined;
    }
  }

  #channel(transaction: CommittedTransaction, answer: unknown): void {
    switch (transaction.name) {
      case 'channel.create':
      case 'members.admit':
      case 'members.grant':
      case 'members.suspend': {
        const { id } = answer as Member;
        this.#database.run('INSERT OR REPLACE INTO members VALUES (?, ?)', id, transaction.result as string);
        return;
      }
      case 'factors.publish':
        this.#publish(transaction, JSON.parse(transaction.args) as { manifest: ReleaseManifest });
        return;
      case 'factors.withdraw':
        this.#withdraw(transaction, JSON.parse(transaction.args) as { reason: string; release: ReleaseRef });
        return;
      case 'records.void':
        this.#records.void(transaction, JSON.parse(transaction.args) as VoidArgs);
        return;
      default:
    }
  }

  #publish({ id, caller }: CommittedTransaction, { manifest }: { manifest: ReleaseManifest }): void {
    const release: PublishedRelease = { manifest, publishedBy: caller.member, transaction: id };
    this.#putRelease(releaseName(manifest), release);
  }

  #withdraw({ timestamp }: CommittedTransaction, { reason, release }: { reason: string; release: ReleaseRef }): void {
    const name = releaseName(release);
    const row = this.#database.get<{ content: string }>('SELECT content FROM releases WHERE name = ?', name);
    const known = JSON.parse((row as { content: string }).content) as PublishedRelease;
    this.#putRelease(name, { ...known, withdrawn: { date: timestamp.slice(0, 10), reason } });
  }

  #putRelease(name: string, release: PublishedRelease): void {
    this.#database.run('INSERT OR REPLACE INTO releases VALUES (?, ?)', name, JSON.stringify(release));
  }
}

interface CorrectArgs {
  readonly factors: readonly ProvenRow[];
  readonly record: ActivityRecord;
  readonly target: ProvenRecord;
}

interface VoidArgs {
  readonly reason: CorrectionReason;
  readonly targets: readonly ProvenRecord[];
}

function misfit(block: Block, { height, hash }: Cursor): ChannelError {
  const found =
    block.height === height
      ? `block ${block.height} follows ${block.previous.slice(0, 12)}, the read model holds ${hash.slice(0, 12)}`
      : `block ${block.height} came where block ${height} was due`;
  return new ChannelError('STATE_CORRUPT', `the read model follows another ledger: ${found}`, {
    where: `block ${block.height}`,
    fix: REBUILD,
  });
}

function foreign(message: string): ChannelError {
  return new ChannelError('STATE_CORRUPT', `the read model is of another ledger: ${message}`, {
    where: 'inventory',
    fix: REBUILD,
  });
}
