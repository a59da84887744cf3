import { notUploaded, type UploadEntry, uploadNotes } from '../bills/index.ts';
import { type Meter, meterText } from '../documents/index.ts';
import { add, formatExact, parseQuantity } from '../emissions/index.ts';
import type { RecordFilter, RecordLine } from '../inventory/index.ts';
import type { Node } from './node.ts';

/** Something that holds for a number of records. */
export interface Counted {
  readonly what: string;
  readonly records: number;
}

/** What became of the records that an upload was asked for. */
export class UploadCount {
  rows = 0;
  records = 0;
  readonly meters = new Set<string>();
  readonly #leftOut = new Map<string, number>();
  readonly #notes = new Map<string, number>();

  leaveOut(reason: string, records: number): void {
    if (records > 0) this.#leftOut.set(reason, (this.#leftOut.get(reason) ?? 0) + records);
  }

  note(what: string, records = 1): void {
    this.#notes.set(what, (this.#notes.get(what) ?? 0) + records);
  }

  get leftOut(): Counted[] {
    return counted(this.#leftOut);
  }

  get notes(): Counted[] {
    return counted(this.#notes);
  }
}

function counted(all: ReadonlyMap<string, number>): Counted[] {
  return [...all].map(([what, records]) => ({ what, records })).sort((a, b) => b.records - a.records);
}

type Period = Pick<RecordFilter, 'year' | 'from' | 'to'>;

/**
 * The node's own counted records as entries for upload, meter by meter in order of site and number, and of each by its first day. The
 * records of one meter are read at once, so that a correction that comes meanwhile is in all of them or in none.
 */
export function* uploadEntries(
  node: Node,
  known: readonly Meter[],
  period: Period,
  count: UploadCount,
): Generator<UploadEntry> {
  const meters = new Map(known.map((meter) => [meter.pseudonym, meter]));
  const shared = sharedNumbers(known);
  const recorded = node.inventory.meters(node.member).map((pseudonym) => ({ pseudonym, meter: meters.get(pseudonym) }));
  for (const { pseudonym, meter } of recorded.sort(byPlace)) {
    const lines = linesOf(node, pseudonym, period);
    if (meter === undefined) count.leaveOut('the meter is erased, and nothing names it any more', lines.length);
    else yield* ofMeter(node, meter, lines, { count, twice: shared.has(plainNumber(meter)) });
  }
}

function* ofMeter(
  node: Node,
  { pseudonym, utility, number, site }: Meter,
  lines: readonly RecordLine[],
  { count, twice }: { readonly count: UploadCount; readonly twice: boolean },
): Generator<UploadEntry> {
  const meter = twice ? `${number} (${utility})` : number;
  for (const entry of entriesOf(node, pseudonym, lines, count)) {
    count.meters.add(pseudonym);
    count.rows += 1;
    if (twice) count.note("another meter has the meter's number too: its utility stands beside it");
    yield { meter, ...(site === undefined ? {} : { property: site }), ...entry };
  }
}

interface RecordedMeter {
  readonly pseudonym: string;
  readonly meter: Meter | undefined;
}

function byPlace(a: RecordedMeter, b: RecordedMeter): number {
  const key = ({ pseudonym, meter }: RecordedMeter) => [meter?.site ?? '', meter?.number ?? '', pseudonym];
  const [one, other] = [key(a), key(b)];
  const at = one.findIndex((text, index) => text !== other[index]);
  return at < 0 ? 0 : (one[at] as string) < (other[at] as string) ? -1 : 1;
}

/** Numbers that more than one meter has, as `meterText` compares them. */
function sharedNumbers(meters: readonly Meter[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const meter of meters) {
    const text = plainNumber(meter);
    if (seen.has(text)) twice.add(text);
    seen.add(text);
  }
  return twice;
}

function plainNumber({ number }: Meter): string {
  return meterText('any', number);
}

const PAGE = 500;

/** Every record of the meter that totals count, oldest first. */
function linesOf({ inventory, member }: Node, meter: string, period: Period): RecordLine[] {
  const filter: RecordFilter = { ...period, meter, owner: member, counted: true };
  const lines: RecordLine[] = [];
  let cursor: string | undefined;
  do {
    const page = inventory.records(filter, cursor === undefined ? { limit: PAGE } : { limit: PAGE, cursor });
    lines.push(...page.items);
    cursor = page.next;
  } while (cursor !== undefined);
  return lines.reverse();
}

function* entriesOf(
  node: Node,
  meter: string,
  lines: readonly RecordLine[],
  count: UploadCount,
): Generator<Omit<UploadEntry, 'meter' | 'property'>> {
  const adjustments = node.inventory.adjustments(node.member, meter);
  const adjusting = new Set(adjustments.map(({ id }) => id));
  for (const line of lines) {
    if (adjusting.has(line.id)) continue;
    const added = adjustments.filter(({ base }) => base === line.id).map(({ id }) => id);
    const reason = notUploaded(line) ?? notGross(node, line);
    const whole = withAdjustments(node, line, added);
    if (reason !== undefined || whole === undefined) {
      count.leaveOut(reason ?? 'an adjustment of the record is in another unit', 1 + added.length);
      continue;
    }
    tell(node, line, added.length, count);
    count.records += 1 + added.length;
    const { commodity, flow, start, end, unit } = line;
    yield { commodity, flow, start, end, unit, ...whole };
  }
}

/** Amount and read basis of a record with what adjusts it; undefined where the units differ. */
function withAdjustments(
  { inventory }: Node,
  line: RecordLine,
  adjustments: readonly string[],
): Pick<UploadEntry, 'quantity' | 'estimated'> | undefined {
  let sum = parseQuantity(line.quantity);
  let estimated = line.readBasis === 'estimated';
  for (const id of adjustments) {
    const record = inventory.record(id)?.record;
    if (record === undefined || record.unit !== line.unit) return undefined;
    sum = add(sum, parseQuantity(record.quantity));
    estimated ||= record.readBasis === 'estimated';
  }
  return { quantity: formatExact(sum), estimated };
}

/** Portfolio Manager's energy of gas is gross; gas billed as net would be entered about a tenth too low. */
function notGross({ inventory }: Node, { id, commodity }: RecordLine): string | undefined {
  return commodity === 'natural-gas' && inventory.record(id)?.record.calorific === 'net'
    ? 'gas on its net calorific value: Portfolio Manager takes energy of gas as gross'
    : undefined;
}

function tell({ inventory }: Node, line: RecordLine, adjustments: number, count: UploadCount): void {
  const { id, commodity, readBasis } = line;
  for (const note of uploadNotes(line)) count.note(note, 1 + adjustments);
  if (adjustments > 0) count.note('a record and its adjustments are one entry with their sum', 1 + adjustments);
  if (commodity === 'natural-gas' && inventory.record(id)?.record.heatContent !== undefined)
    count.note('the heat content of the bill has no column: Portfolio Manager uses its own');
  if (readBasis !== 'actual' && readBasis !== 'estimated')
    count.note(`read basis ${readBasis} is written as not estimated: there is no other column`);
}
