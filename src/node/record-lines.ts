import { setImmediate as others } from 'node:timers/promises';
import type { BillItem, BillWarning, RejectedRow } from '../bills/index.ts';
import { lastRecordableDay, recordId } from '../channel/index.ts';
import { ChannelError, type ErrorReport, type GwpChoice } from '../emissions/index.ts';
import { type PreparedLine, prepareLine } from './bill-lines.ts';
import { ChannelClient } from './channel-client.ts';
import { FactorDesk } from './factor-desk.ts';
import { asChannelError } from './foreign-error.ts';
import { MeterBook } from './meter-book.ts';
import type { Node } from './node.ts';
import { pageArguments } from './pages.ts';
import { UsageWatch } from './usage-watch.ts';

export interface LineStream {
  /** Ties the pages together: under the same id the same page is recorded once. */
  readonly importId: string;
  readonly gwp: GwpChoice;
  /** Lets through what writes, one after the other. */
  readonly turn: <T>(work: () => Promise<T>) => Promise<T>;
  readonly signal?: AbortSignal;
}

interface RowWarning extends BillWarning {
  readonly where: string;
}

/** What became of a page: the first and last row of it, from 1, and its records; or why none of it was recorded. */
export interface PageOutcome {
  readonly rows: readonly [number, number];
  readonly records?: readonly string[];
  /** What a person should look at of the rows that were recorded; absent where there is nothing. */
  readonly warnings?: readonly RowWarning[];
  readonly error?: ErrorReport;
}

const PAGE = 500;
const BREATH = 25;

/**
 * Records bill lines that come one after the other, without evidence: a document can be attached later. A page of them is
 * recorded whole or not at all, and what stands in the way of one is told of that page alone. The next page is computed while
 * the one before is on its way to the ledger; memory holds no more than these two.
 * @throws {ChannelError} what `lines` throws; CANCELLED
 */
export async function* recordLines(
  node: Node,
  lines: AsyncIterable<BillItem>,
  options: LineStream,
): AsyncGenerator<PageOutcome> {
  await node.inventory.catchUp(node.ledger);
  const client = new ChannelClient(node.ledger);
  const desk = new FactorDesk(node.factors, await client.policy(), await client.releases());
  const recorder = new PageRecorder(node, desk, options);
  let first = 1;
  let items: (PreparedLine | RejectedRow)[] = [];
  let sent: Promise<PageOutcome> | undefined;
  const send = (): Promise<PageOutcome> => {
    const page = recorder.record(items, first);
    // It is looked at when the next page is ready.
    page.catch(() => undefined);
    first += items.length;
    items = [];
    return page;
  };
  try {
    for await (const item of lines) {
      if (options.signal?.aborted === true)
        throw new ChannelError('CANCELLED', 'it was stopped on request before its end');
      items.push('line' in item ? await recorder.prepare(item.line) : item);
      // Lines that are at hand are taken without a pause: whoever else asks the node is let through now and then.
      if (items.length % BREATH === 0) await others();
      if (items.length < PAGE) continue;
      if (sent !== undefined) yield await sent;
      sent = send();
    }
    if (sent !== undefined) yield await sent;
    if (items.length > 0) yield await send();
  } finally {
    await recorder.close();
  }
}

class PageRecorder {
  readonly #node: Node;
  readonly #desk: FactorDesk;
  readonly #options: LineStream;
  readonly #meters: MeterBook;
  #usage: UsageWatch;

  constructor(node: Node, desk: FactorDesk, options: LineStream) {
    this.#node = node;
    this.#desk = desk;
    this.#options = options;
    this.#meters = new MeterBook(node.archive.vault);
    this.#usage = new UsageWatch(node);
  }

  prepare(line: Parameters<typeof prepareLine>[0]): ReturnType<typeof prepareLine> {
    return prepareLine(line, {
      owner: this.#node.member,
      read: {},
      gwp: this.#options.gwp,
      desk: this.#desk,
      usPlaces: this.#node.usPlaces,
      lastDay: lastRecordableDay(this.#node.now().toISOString()),
      pseudonym: (one) => this.#meters.lookUp(one),
      replaced: () => undefined,
      meterWarnings: (one) => this.#meters.otherUtility(one),
    });
  }

  close(): Promise<void> {
    return this.#meters.close();
  }

  async record(items: readonly (PreparedLine | RejectedRow)[], first: number): Promise<PageOutcome> {
    const rows = [first, first + items.length - 1] as const;
    const rejected = items.flatMap((item) => ('rejected' in item ? [item.rejected] : []));
    if (rejected.length > 0) return { rows, error: refusal(rejected, items.length) };
    try {
      const lines = items as readonly PreparedLine[];
      const warnings = lines.flatMap((line) => this.#warningsOf(line));
      return { rows, records: await this.#submit(lines), ...(warnings.length > 0 && { warnings }) };
    } catch (error) {
      // The lines that were seen do not stand: the next are compared with what does.
      this.#usage = new UsageWatch(this.#node);
      const told = asChannelError(error);
      if (told.kind === 'internal') throw error;
      return { rows, error: inRows(told, first) };
    }
  }

  /** Of the line itself, and of it beside the meter's others. */
  #warningsOf(line: PreparedLine): RowWarning[] {
    const { where } = line.line;
    return [...line.warnings, ...this.#usage.see(line)].map((warning) => ({ where, ...warning }));
  }

  async #submit(lines: readonly PreparedLine[]): Promise<string[]> {
    const meters = await this.#meters.keep(lines.map(({ line }) => line));
    const records = lines.map(({ record }, at) => ({ ...record, meter: meters[at] as string }));
    const args = await pageArguments(this.#options.importId, records, this.#desk);
    await this.#options.turn(() => this.#node.ledger.submit('records.submit', args));
    return records.map(recordId);
  }
}

function refusal(problems: readonly ErrorReport[], count: number): ErrorReport {
  const message = `${problems.length} of ${count} rows cannot be recorded, so none of the page was`;
  return new ChannelError('FILE_REFUSED', message, {
    problems,
    fix: 'Mend the rows and send the page again.',
  }).report();
}

/** The ledger counts in the page, from 0; the caller in the stream, from 1. */
function inRows(error: ChannelError, first: number): ErrorReport {
  if (error.code !== 'PAGE_REFUSED') return error.report();
  const problems = (error.details.problems ?? []).map((problem) => ({
    ...problem,
    where: `row ${first + (problem.index ?? 0)}${problem.where === undefined ? '' : `, ${problem.where}`}`,
  }));
  return { ...error.report(), problems };
}
