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
import { type Completeness, completeness } from './completeness.ts';
import { Database, sound } from './database.ts';
import { type Difference, differencesOf } from './differences.ts';
import { Follower } from './follow.ts';
import { type Holdings, holdingsOf } from './holdings.ts';
import { type Adjustment, adjustmentsOf, recordedMeters } from './meter-records.ts';
import type { Page, PageRequest } from './paging.ts';
import { listRecords, type RecordFilter, type RecordLine } from './record-list.ts';
import { findRecord, provenRecord, type RecordView } from './record-queries.ts';
import { stateOfRecord } from './record-states.ts';
import { demandYear, type InventoryReport, inventoryReport } from './report.ts';
import type { RecordState } from './stored.ts';
import { type Totals, type TotalsQuery, totals } from './totals.ts';

/**
 * The read model: everything that the blocks say, in one SQLite file, for questions that the ledger itself answers slowly or
 * not at all. It gets blocks only, so it is the same for every ledger, and can be dropped and rebuilt with identical answers.
 * Queries are synchronous and see every block taken in; one that meets rows it cannot read throws STATE_CORRUPT.
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
    return this.#ask((database) => findRecord(database, idOrPrefix));
  }

  /** The state of the record of a whole id, for many of them one after the other; `undefined` where there is none. */
  recordState(id: string): RecordState | undefined {
    return this.#ask((database) => stateOfRecord(database, id));
  }

  /** @throws {ChannelError} as `provenRecord` */
  provenRecord(idOrPrefix: string): ProvenRecord | undefined {
    return this.#ask((database) => provenRecord(database, idOrPrefix));
  }

  /** @throws {ChannelError} as `listRecords` */
  records(filter: RecordFilter = {}, page: PageRequest = {}): Page<RecordLine> {
    return this.#ask((database) => listRecords(database, filter, page));
  }

  /** Pseudonyms of the meters that a member has recorded, in order. */
  meters(owner: string): string[] {
    return this.#ask((database) => recordedMeters(database, owner));
  }

  /** The adjustments of one meter that count, in the order of their coming. */
  adjustments(owner: string, meter: string): Adjustment[] {
    return this.#ask((database) => adjustmentsOf(database, owner, meter));
  }

  /** Records that used a row of the release (publisher/dataset/version): what a withdrawal concerns. */
  recordsUsing(release: string, page: PageRequest = {}): Page<RecordLine> {
    return this.#ask((database) => listRecords(database, { release }, page));
  }

  /** @throws {ChannelError} as `totals` */
  totals(query: TotalsQuery = {}): Totals {
    return this.#ask((database) => totals(database, query));
  }

  /** @throws {ChannelError} as `inventoryReport` */
  inventory(owner: string, year: number): InventoryReport {
    return this.#ask((database) => inventoryReport(database, owner, year));
  }

  /**
   * The part of `inventory` that tells which days have records.
   * @throws {ChannelError} as `inventory`
   */
  completeness(owner: string, year: number): Completeness {
    demandYear(year);
    return this.#ask((database) => completeness(database, owner, year));
  }

  documents(filter: DocumentFilter = {}, page: PageRequest = {}): Page<DocumentView> {
    return this.#ask((database) => listDocuments(database, filter, page));
  }

  requests(): RequestView[] {
    return this.#ask((database) => listRequests(database));
  }

  members(): Member[] {
    return this.#ask((database) => listMembers(database));
  }

  releases(): ReleaseView[] {
    return this.#ask((database) => listReleases(database));
  }

  /** A factor row that a record used, by its leaf hash. */
  factorRow(hash: string): FactorView | undefined {
    return this.#ask((database) => findFactor(database, hash));
  }

  /** What the ledger says that a member has recorded and must have in its custody. */
  holdings(owner: string): Holdings {
    return this.#ask((database) => holdingsOf(database, owner));
  }

  /**
   * Rows of this read model that are not as in another one of the same blocks, table by table: the first of each table.
   * @throws {ChannelError} STATE_CORRUPT where a file cannot be read
   */
  differences(other: Inventory): Difference[] {
    this.#follower.commit();
    other.#follower.commit();
    return sound(() => differencesOf(this.#path, other.#path));
  }

  close(): void {
    this.#follower.commit();
    this.#database.close();
  }

  #ask<T>(query: (database: Database) => T): T {
    this.#follower.settle();
    return sound(() => query(this.#database));
  }
}
