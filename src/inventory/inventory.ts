import type { Member, ProvenRecord } from '../channel/index.ts';
import type { Block, Ledger } from '../ledger/index.ts';
import {
  type DocumentFilter,
  type DocumentView,
  type FactorView,
  findFactor,
  listDocuments,
  listMembers,
  listReleases,
  listRequests,
  type ReleaseView,
  type RequestView,
} from './channel-queries.ts';
import { Database } from './database.ts';
import { Follower } from './follow.ts';
import type { Page, PageRequest } from './paging.ts';
import { listRecords, type RecordFilter, type RecordLine } from './record-list.ts';
import { findRecord, provenRecord, type RecordView } from './record-queries.ts';
import { type InventoryReport, inventoryReport } from './report.ts';
import { type Totals, type TotalsQuery, totals } from './totals.ts';

/**
 * The read model: everything that the blocks say, in one SQLite file, for questions that the ledger itself answers slowly or
 * not at all. It gets blocks only, so it is the same for every ledger, and can be dropped and rebuilt with identical answers.
 * Queries are synchronous and see every block taken in.
 */
export class Inventory {
  readonly #path: string;
  #database: Database;
  #follower: Follower;

  private constructor(path: string) {
    this.#path = path;
    this.#database = Database.open(path);
    this.#follower = new Follower(this.#database);
  }

  /**
   * Opens or makes the file.
   * @throws {ChannelError} STATE_CORRUPT when it cannot be read; `drop` it then, and it is built again
   */
  static open(path: string): Inventory {
    return new Inventory(path);
  }

  /** Removes a file that nobody has open; the next `open` and `catchUp` build it again. */
  static drop(path: string): void {
    Database.remove(path);
  }

  /** Number of blocks taken in: the height of the next. */
  get height(): number {
    return this.#follower.height;
  }

  /**
   * Takes in the next block, durably. False, and nothing done, for a block taken in before.
   * @throws {ChannelError} STATE_CORRUPT when the block does not follow the last one
   */
  apply(block: Block): boolean {
    return this.#follower.apply(block);
  }

  /**
   * Reads the ledger from the cursor to its end; a kill at any moment loses at most what the ledger gives again. Gives the
   * number of blocks taken in.
   * @throws {ChannelError} as `apply`, and what the ledger throws
   */
  catchUp(ledger: Ledger, onProgress?: (height: number, of: number) => void): Promise<number> {
    return this.#follower.catchUp(ledger, onProgress);
  }

  /** Drops everything and reads the ledger from its first block. Gives the number of blocks taken in. */
  async rebuild(ledger: Ledger, onProgress?: (height: number, of: number) => void): Promise<number> {
    this.#database.close();
    Database.remove(this.#path);
    this.#database = Database.open(this.#path);
    this.#follower = new Follower(this.#database);
    return this.catchUp(ledger, onProgress);
  }

  /** @throws {ChannelError} as `findRecord` */
  record(idOrPrefix: string): RecordView | undefined {
    return findRecord(this.#settled(), idOrPrefix);
  }

  /** @throws {ChannelError} as `provenRecord` */
  provenRecord(idOrPrefix: string): ProvenRecord | undefined {
    return provenRecord(this.#settled(), idOrPrefix);
  }

  /** @throws {ChannelError} as `listRecords` */
  records(filter: RecordFilter = {}, page: PageRequest = {}): Page<RecordLine> {
    return listRecords(this.#settled(), filter, page);
  }

  /** Records that used a row of the release (publisher/dataset/version): what a withdrawal concerns. */
  recordsUsing(release: string, page: PageRequest = {}): Page<RecordLine> {
    return listRecords(this.#settled(), { release }, page);
  }

  /** @throws {ChannelError} as `totals` */
  totals(query: TotalsQuery = {}): Totals {
    return totals(this.#settled(), query);
  }

  /** @throws {ChannelError} as `inventoryReport` */
  inventory(owner: string, year: number): InventoryReport {
    return inventoryReport(this.#settled(), owner, year);
  }

  documents(filter: DocumentFilter = {}, page: PageRequest = {}): Page<DocumentView> {
    return listDocuments(this.#settled(), filter, page);
  }

  requests(): RequestView[] {
    return listRequests(this.#settled());
  }

  members(): Member[] {
    return listMembers(this.#settled());
  }

  releases(): ReleaseView[] {
    return listReleases(this.#settled());
  }

  /** A factor row that a record used, by its leaf hash. */
  factorRow(hash: string): FactorView | undefined {
    return findFactor(this.#settled(), hash);
  }

  close(): void {
    this.#follower.commit();
    this.#database.close();
  }

  #settled(): Database {
    this.#follower.settle();
    return this.#database;
  }
}
