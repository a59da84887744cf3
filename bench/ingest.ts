import { type RecordPage, recordIds } from '../src/channel/index.ts';
import { type BareTable, bareRows } from './bare-rows.ts';
import { type BenchChannel, signPage } from './channel-setup.ts';
import type { PageFile } from './page-file.ts';
import { RECORDS_A_PAGE } from './records.ts';
import { quantile, seconds } from './timing.ts';
import { writtenBytes } from './written-bytes.ts';

// Pages of one round on either side: short rounds, so that what else the machine does meets both alike.
const ROUND = 20;

/** Feeds pages to the ledger and, in turn, their rows to a bare table; counts the time of both. */
export class IngestRun {
  readonly #channel: BenchChannel;
  readonly #bare: BareTable;
  readonly #ratios: number[] = [];
  /** Some ids of what was recorded. */
  readonly ids: string[] = [];
  records = 0;
  ledgerSeconds = 0;
  bareSeconds = 0;
  payloadBytes = 0;
  written: number | undefined = 0;

  constructor(channel: BenchChannel, bare: BareTable) {
    this.#channel = channel;
    this.#bare = bare;
  }

  async run(pages: PageFile, from: number, to: number, onRound: (done: number) => void): Promise<void> {
    for (let at = from; at < to; at += ROUND) {
      await this.#round(pages, at, Math.min(to, at + ROUND));
      onRound(at + ROUND);
    }
  }

  async #round(file: PageFile, from: number, to: number): Promise<void> {
    const pages = file.read(from, to);
    const envelopes = pages.map((page) => signPage(this.#channel.signers, page));
    const ledger = await this.#counted(async () => {
      for (const envelope of envelopes) await this.#channel.ledger.submitEnvelope(envelope);
    });
    const rows = pages.map(({ args }) => bareRows(args));
    const bare = await seconds(() => this.#bare.insert(rows));
    this.bareSeconds += bare;
    this.records += pages.length * RECORDS_A_PAGE;
    this.#ratios.push(bare / ledger);
    for (const { args } of pages) {
      this.payloadBytes += Buffer.byteLength(args);
      this.ids.push(...recordIds((JSON.parse(args) as RecordPage).records.slice(7, 9)));
    }
  }

  /** Closes the ledger, so that the state's last group is counted too. */
  async close(): Promise<void> {
    await this.#counted(() => this.#channel.ledger.close());
    this.#bare.close();
  }

  /** The ratio of single rounds: a tenth of them lie below the first, a tenth above the last. */
  get spread(): readonly [number, number, number] {
    return [quantile(this.#ratios, 0.1), quantile(this.#ratios, 0.5), quantile(this.#ratios, 0.9)];
  }

  async #counted(task: () => Promise<void>): Promise<number> {
    const before = writtenBytes();
    const time = await seconds(task);
    const after = writtenBytes();
    this.ledgerSeconds += time;
    if (this.written === undefined || before === undefined || after === undefined) this.written = undefined;
    else this.written += after - before;
    return time;
  }
}
