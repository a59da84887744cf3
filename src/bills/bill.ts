import type { Activity, ErrorReport, GwpChoice } from '../emissions/index.ts';
import type { BillMapping, DateOrder, DecimalSign } from './mapping/bill-mapping.ts';
import type { BillTemplate } from './pdf/template.ts';
import type { WarningCode } from './warning-codes.ts';

/** What a bill says of where the energy was used; the node turns it into a `Place`. A ZIP never leaves the node. */
export interface PlaceHint {
  readonly country?: string;
  readonly subdivision?: string;
  readonly region?: string;
  readonly zip?: string;
  /** EIA number of the utility. */
  readonly utilityId?: string;
}

/** The rows of a table that a line was read from. Made when they are asked for: few lines are refused later. */
type RawRows = () => readonly RawCells[];

/** Something a person should look at; the line is still usable. */
export interface BillWarning {
  readonly code: WarningCode;
  readonly message: string;
}

/** Cells of one row by the names of their columns, as they stand in the file. */
export type RawCells = Readonly<Record<string, string>>;

/** One register, tier or time-of-use part that was summed into a line. */
export interface LinePart {
  readonly name: string;
  readonly quantity: string;
}

/**
 * One line of a bill: activity data with what identifies the meter. `utility`, `account`, `meter` and `site` are private:
 * they go to the vault and never further.
 */
export interface BillLine extends Omit<Activity, 'zone'> {
  /** Absent where the file does not say; the node then uses the site's or the place's zone. */
  readonly zone?: string;
  /** Empty where neither the file nor the options name it. */
  readonly utility: string;
  /** Meter number; the account number where the bill names no meter. */
  readonly meter: string;
  readonly account?: string;
  readonly site?: string;
  readonly place: PlaceHint;
  readonly parts?: readonly LinePart[];
  /** Evidence file named by the bill row, relative to the bill file. */
  readonly document?: string;
  readonly warnings: readonly BillWarning[];
  /** Where in the file it stands: `row 12`, `UsagePoint 3, IntervalBlock 7`. Holds no content of the bill. */
  readonly where: string;
  /** The rows of a table that the line was read from, for an error file; several where registers were summed. */
  readonly raw?: RawRows;
  /** The import whose error file the row stood in, where the row says it. */
  readonly mends?: string;
}

/** A row that could not be read, with the error and, for an error file, its raw cells. */
export interface RejectedRow {
  readonly rejected: ErrorReport;
  readonly where: string;
  readonly raw?: readonly RawCells[];
}

/** What a reader gives, in the order of the file. */
export type BillItem = { readonly line: BillLine } | RejectedRow;

/** Settings that a person gives for the whole file; what the row says wins over them where both speak. */
export interface ReadOptions {
  readonly utility?: string;
  readonly meter?: string;
  readonly account?: string;
  readonly commodity?: Activity['commodity'];
  readonly unit?: string;
  /** IANA zone. Wins over a file that gives offsets from UTC only (Green Button), which cannot name a zone exactly. */
  readonly zone?: string;
  /** Zone of the place that was told, for readings that are summed by local day; other rows may name a place of their own. */
  readonly placeZone?: string;
  readonly statedEnd?: Activity['statedEnd'];
  readonly place?: PlaceHint;
  /** Whether the day or the month comes first in dates of a foreign table that could be read either way. */
  readonly dateOrder?: DateOrder;
  /** What begins the decimals in a foreign table. */
  readonly decimalSign?: DecimalSign;
  /** Which column of a foreign table is what. */
  readonly mapping?: BillMapping;
  /** Where the values of a utility's PDF bill stand. */
  readonly template?: BillTemplate;
  /** Of several values that a PDF bill may mean, the ones to take: `quantity:2`. */
  readonly pick?: readonly string[];
  /** Digests of the proposals that a person has compared with the bills; a PDF is read for recording only with its own. */
  readonly confirm?: readonly string[];
  /** What the lines will be recorded with: no reader reads by it, and who confirms a PDF bill confirms it too. */
  readonly recorded?: RecordedWith;
  /** True for a dry run: what a PDF bill proposes is given unconfirmed. */
  readonly unconfirmed?: boolean;
}

/** What is told beside the file and changes what its lines are recorded as. */
export interface RecordedWith {
  readonly place?: PlaceHint;
  readonly gwp?: GwpChoice;
}

/** A format: recognises a file by its first bytes and streams its lines. */
export interface BillReader {
  readonly format: string;
  /** True when the first bytes (up to 64 KiB) are of this format. */
  recognises(head: Uint8Array, options: ReadOptions): boolean;
  /**
   * Lines and rejected rows in file order; throws ChannelError FILE_MALFORMED where nothing further can be read. A reader that has to
   * see all rows before it gives one tells how many it has seen; what `looked` throws ends the reading.
   */
  read(body: AsyncIterable<Uint8Array>, options: ReadOptions, looked?: (rows: number) => void): AsyncIterable<BillItem>;
}
