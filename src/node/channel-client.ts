import {
  type ActivityRecord,
  type Member,
  MeterYears,
  type PublishedRelease,
  periodOf,
  type RecordStatus,
} from '../channel/index.ts';
import { canonical, type Policy } from '../emissions/index.ts';
import type { Ledger } from '../ledger/index.ts';

/** Reads of the channel's committed state, typed. */
export class ChannelClient {
  readonly #ledger: Ledger;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  members(): Promise<Member[]> {
    return this.#evaluate('members.list', {});
  }

  releases(): Promise<PublishedRelease[]> {
    return this.#evaluate('releases.list', {});
  }

  policy(): Promise<Policy> {
    return this.#evaluate('policy.get', {});
  }

  recordStatus(id: string): Promise<RecordStatus | null> {
    return this.#evaluate('records.status', { id });
  }

  /** The periods that the ledger holds for the records' meters, to try new ones against before anything is sent. */
  meterYears(records: readonly ActivityRecord[]): Promise<MeterYears> {
    const getMany = async (keys: readonly string[]): Promise<(string | undefined)[]> => {
      const values: (string | undefined)[] = [];
      for (let at = 0; at < keys.length; at += 5_000) {
        const some = await this.#evaluate<(string | null)[]>('meter-years.get', { keys: keys.slice(at, at + 5_000) });
        values.push(...some.map((value) => value ?? undefined));
      }
      return values;
    };
    return MeterYears.load({ getMany }, records.map(periodOf));
  }

  async #evaluate<T>(name: string, args: unknown): Promise<T> {
    return JSON.parse(await this.#ledger.evaluate(name, canonical(args))) as T;
  }
}
