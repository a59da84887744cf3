import { type ActivityRecord, type PublishedRelease, releaseName } from '../channel/index.ts';
import {
  type Candidate,
  ChannelError,
  type ChosenSlice,
  type Commodity,
  chooseFactors,
  type FactorRow,
  type Place,
  type Policy,
  type ProvenRow,
  parseSpan,
  placeChain,
  placeName,
} from '../emissions/index.ts';
import type { FactorStore } from '../factors/index.ts';

/** What decides the factors of a line. */
export interface FactorQuestion {
  readonly commodity: Commodity;
  readonly place: Place;
  readonly start: string;
  readonly end: string;
  readonly calorific?: 'gross' | 'net';
}

/**
 * Chooses factors for one import or one question: rows of releases that the channel published and has not withdrawn, by the
 * channel's policy. Keeps what it read, so that a thousand bills of one site read the store once.
 */
export class FactorDesk {
  readonly #store: FactorStore;
  readonly #policy: Policy;
  readonly #usable: ReadonlySet<string> | undefined;
  readonly #candidates = new Map<string, Promise<readonly Candidate[]>>();
  readonly #proofs = new Map<string, Promise<ProvenRow>>();
  readonly #chosen = new Map<string, Candidate>();

  /** Without `published`, every release of the store is used: a calculation without a channel. */
  constructor(store: FactorStore, policy: Policy, published?: readonly PublishedRelease[]) {
    this.#store = store;
    this.#policy = policy;
    this.#usable =
      published &&
      new Set(
        published.filter(({ withdrawn }) => withdrawn === undefined).map(({ manifest }) => releaseName(manifest)),
      );
  }

  /** @throws {ChannelError} FACTOR_NOT_FOUND and what `parseSpan` throws */
  async choose(question: FactorQuestion): Promise<ChosenSlice[]> {
    const { commodity, place, start, end, calorific } = question;
    const candidates = await this.#candidatesFor(commodity, place);
    const slices = chooseFactors(
      {
        commodity,
        place,
        span: parseSpan(start, end),
        policy: this.#policy,
        ...(calorific === undefined ? {} : { calorific }),
      },
      candidates,
    );
    for (const { main, residual, losses } of slices) {
      for (const candidate of [main, residual, losses])
        if (candidate !== undefined) this.#chosen.set(candidate.hash, candidate);
    }
    return slices;
  }

  /** Rows chosen so far, by leaf hash. */
  row(hash: string): FactorRow | undefined {
    return this.#chosen.get(hash)?.row;
  }

  /** The rows that the records name, each once, with its proof, in the order of their hashes. */
  async prove(records: readonly ActivityRecord[]): Promise<ProvenRow[]> {
    const hashes = [...new Set(records.flatMap(({ factors }) => factors ?? []))].sort();
    return Promise.all(hashes.map((hash) => this.#proof(hash)));
  }

  #proof(hash: string): Promise<ProvenRow> {
    const known = this.#proofs.get(hash) ?? this.#readProof(this.#chosen.get(hash) as Candidate);
    this.#proofs.set(hash, known);
    return known;
  }

  async #readProof({ release, index, row }: Candidate): Promise<ProvenRow> {
    const proven = await this.#store.prove(release, index);
    if (proven === undefined)
      throw new ChannelError('STORE_UNAVAILABLE', `the factor store no longer holds row ${row.id}`, { where: row.id });
    return proven;
  }

  #candidatesFor(commodity: Commodity, place: Place): Promise<readonly Candidate[]> {
    const key = `${commodity} ${place.country} ${placeName(place)} ${place.subdivision ?? ''}`;
    const known = this.#candidates.get(key) ?? this.#readCandidates(commodity, place);
    this.#candidates.set(key, known);
    return known;
  }

  async #readCandidates(commodity: Commodity, place: Place): Promise<readonly Candidate[]> {
    const all = await this.#store.candidates({ commodity, places: placeChain(place) });
    const usable = this.#usable;
    return usable === undefined ? all : all.filter(({ release }) => usable.has(releaseName(release)));
  }
}
