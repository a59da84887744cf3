import { type RecordPage, recordIds } from '../src/channel/index.ts';
import type { EmbeddedLedger } from '../src/ledger/embedded/index.ts';
import type { Signer } from '../src/ledger/index.ts';
import { type BareTable, bareRows } from './bare-rows.ts';
import { signPage } from './channel-setup.ts';
import type { PageFile } from './page-file.ts';
import { RECORDS_A_PAGE } from './records.ts';
import { seconds } from './timing.ts';
import { writtenBytes } from './written-bytes.ts';

// Pages of one round on either side: short rounds, so that what else the machine does meets both alike.
const ROUND = 20;
// Pages sent before the first is answered, as members' nodes that report at the same time do; waiting pages share a block.
const IN_FLIGHT = 4;

/** Feeds pages to the ledger, a few in flight, and in turn their rows to a bare table; counts the time of both. */
export class IngestRun {
  readonly #signers: ReadonlyMap<string, Signer>;
  readonly #bare: BareTable;
  /** Of each round: the bare table's time by the ledger's. */
  readonly ratios: number[] = [];
  /** Some ids of what was recorded. */
  readonly ids: string[] = [];
  records = 0;
  ledgerSeconds = 0;
  bareSeconds = 0;
  payloadBytes = 0;
  /** Undefined where the system does not count what is written. */
  written: number | undefined = 0;

  constructor(signers: ReadonlyMap<string, Signer>, bare: BareTable) {
    this.#signers = signers;
    this.#bare = bare;
  }

  /** Takes the file's pages up to `to` and closes the ledger, so that the state's last group is counted too. */
  async run(ledger: EmbeddedLedger, file: PageFile, to: number, onRound: (done: number) => void): Promise<void> {
    for (let at = this.records / RECORDS_A_PAGE; at < to; at += ROUND) {
      await this.#round(ledger, file, at, Math.min(to, at + ROUND));
      onRound(Math.min(to, at + ROUND));
    }
    await this.#counted(() => ledger.close());
  }

  async #round(ledger: EmbeddedLedger, file: PageFile, from: number, to: number): Promise<void> {
    const pages = file.read(from, to);
    const envelopes = pages.map((page) => signPage(this.#signers, page));
    const waiting = envelopes.values();
    const ours = await this.#counted(async () => {
      await Promise.all(
        Array.from({ length: IN_FLIGHT }, async () => {
          for (const envelope of waiting) await ledger.submitEnvelope(envelope);
        }),
      );
    });
    const rows = pages.map(({ args }) => bareRows(args));
    const theirs = await seconds(() => this.#bare.insert(rows));
    this.bareSeconds += theirs;
    this.ratios.push(theirs / ours);
    this.records += pages.length * RECORDS_A_PAGE;
    for (const { args } of pages) {
      this.payloadBytes += Buffer.byteLength(args);
      this.ids.push(...recordIds((JSON.parse(args) as RecordPage).records.slice(7, 9)));
    }
  }

  async #counted(task: () => Promise<void>): Promise<number> {
    const before = writtenBytes();
    const time = await seconds(task);
    const after = writtenBytes();
    this.ledgerSeconds += time;
    this.written =
      this.written === undefined || before === undefined || after === undefined
        ? undefined
        : this.written + after - before;
    return time;
  }
}
