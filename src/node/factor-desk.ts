import type { PlaceHint } from '../bills/index.ts';
import { type ActivityRecord, type PublishedRelease, releaseName } from '../channel/index.ts';
import {
  type Candidate,
  ChannelError,
  type ChosenSlice,
  type Commodity,
  canonical,
  chooseFactors,
  type FactorRow,
  isChannelError,
  leafHash,
  methodsFor,
  type Place,
  type Policy,
  type ProvenRow,
  parseSpan,
  placeChain,
  placeName,
  publishersFor,
  type ReleaseManifest,
  verifyInclusion,
} from '../emissions/index.ts';
import type { FactorStore } from '../factors/index.ts';
import { daysText } from './days-text.ts';
import { knownPlace, namedIn } from './known-place.ts';
import type { LinePlace, UsPlaceLookup } from './line-place.ts';

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
  readonly #usable: ReadonlyMap<string, ReleaseManifest> | undefined;
  readonly #candidates = new Map<string, Promise<readonly Candidate[]>>();
  readonly #proofs = new Map<string, Promise<ProvenRow>>();
  readonly #chosen = new Map<string, Candidate>();
  /** Answers by question: bills of one utility share their periods. */
  readonly #choices = new Map<string, ChosenSlice[]>();
  /** Places that were asked for by name, and whether some release has them. */
  readonly #named = new Map<string, Promise<boolean>>();
  /** Countries for which the store has rows that the channel does not use. */
  readonly #withdrawn = new Set<string>();

  /** Without `published`, every release of the store is used: a calculation without a channel. */
  constructor(store: FactorStore, policy: Policy, published?: readonly PublishedRelease[]) {
    this.#store = store;
    this.#policy = policy;
    this.#usable =
      published &&
      new Map(
        published
          .filter(({ withdrawn }) => withdrawn === undefined)
          .map(({ manifest }) => [releaseName(manifest), manifest]),
      );
  }

  /**
   * The place that goes on the ledger, of what is told of it; see known-place.ts.
   * @throws {ChannelError} PLACE_INVALID, ZIP_UNKNOWN, UTILITY_UNKNOWN
   */
  placeOf(hint: PlaceHint, usPlaces: () => UsPlaceLookup): Promise<LinePlace> {
    return knownPlace(hint, usPlaces, (place) => this.#isNamed(place));
  }

  #isNamed(place: Place): Promise<boolean> {
    const key = `${place.country} ${placeName(place)}`;
    const known = this.#named.get(key);
    if (known !== undefined) return known;
    const asked = namedIn(this.#store)(place);
    if (this.#named.size >= MOST_CHOICES) this.#named.clear();
    this.#named.set(key, asked);
    // A fault of the store is no answer: the next row asks again.
    asked.catch(() => this.#named.delete(key));
    return asked;
  }

  /**
   * Each chosen row is proven against the root on the ledger before its figures are used.
   * @throws {ChannelError} FACTOR_NOT_FOUND, FACTOR_PROOF_INVALID and what `parseSpan` throws
   */
  async choose(question: FactorQuestion): Promise<readonly ChosenSlice[]> {
    const { commodity, place, start, end, calorific } = question;
    const key = `${placeKey(commodity, place)} ${start} ${end} ${calorific ?? ''}`;
    const known = this.#choices.get(key) ?? (await this.#chooseAnew(question));
    if (this.#choices.size >= MOST_CHOICES) this.#choices.clear();
    this.#choices.set(key, known);
    return known;
  }

  async #chooseAnew(question: FactorQuestion): Promise<ChosenSlice[]> {
    const { commodity, place, start, end, calorific } = question;
    const candidates = await this.#candidatesFor(commodity, place);
    const span = parseSpan(start, end);
    if (candidates.length === 0 && !this.#withdrawn.has(place.country)) throw this.#notCovered(question);
    const query = { commodity, place, span, policy: this.#policy, ...(calorific === undefined ? {} : { calorific }) };
    const slices = this.#withoutNode(() => chooseFactors(query, candidates));
    for (const { main, residual, losses } of slices) {
      for (const candidate of [main, residual, losses]) if (candidate !== undefined) await this.#take(candidate);
    }
    return slices;
  }

  /** Without a channel nothing can be loaded: what else can be done is said instead. */
  #withoutNode<T>(choose: () => T): T {
    try {
      return choose();
    } catch (error) {
      if (this.#usable !== undefined || !isChannelError(error, 'FACTOR_NOT_FOUND')) throw error;
      throw new ChannelError(error.code, error.message, { ...error.details, fix: OTHERWISE });
    }
  }

  #notCovered({ commodity, place, start, end }: FactorQuestion): ChannelError {
    const places = placeChain(place).map(placeName).join(', then ');
    const publishers = publishersFor(this.#policy, place.country).join(', ');
    const looked = `looked for ${methodsFor(commodity).main} factors at ${places}, from ${publishers}; ${daysText({ start, end })}`;
    const [which, fix] =
      this.#usable === undefined
        ? ['the factors at hand', OTHERWISE]
        : ['the bundled factors, nor by another release of this node', LOAD];
    const message = `${commodity} in ${place.country} is not covered by ${which} (${looked})`;
    return new ChannelError('FACTOR_NOT_FOUND', message, { where: 'place', fix });
  }

  async #take(candidate: Candidate): Promise<void> {
    if (this.#chosen.get(candidate.hash)?.row === candidate.row) return;
    await this.#demandProven(candidate);
    this.#chosen.set(candidate.hash, candidate);
  }

  async #demandProven(candidate: Candidate): Promise<void> {
    const { release, index, hash, row } = candidate;
    const name = releaseName(release);
    const manifest = this.#usable?.get(name);
    if (manifest === undefined) return;
    const { path } = await this.#readProof(candidate);
    if (hash === leafHash(canonical(row)) && verifyInclusion(hash, index, manifest.rowCount, path, manifest.root))
      return;
    throw new ChannelError(
      'FACTOR_PROOF_INVALID',
      `row ${row.id} in the store is not the one of ${name} on the ledger`,
      {
        where: row.id,
        fix: 'See uec factors verify; load the release again.',
      },
    );
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
    const key = placeKey(commodity, place);
    const known = this.#candidates.get(key) ?? this.#readCandidates(commodity, place);
    this.#candidates.set(key, known);
    return known;
  }

  async #readCandidates(commodity: Commodity, place: Place): Promise<readonly Candidate[]> {
    const all = await this.#store.candidates({ commodity, places: placeChain(place) });
    const usable = this.#usable;
    const used = usable === undefined ? all : all.filter(({ release }) => usable.has(releaseName(release)));
    if (used.length < all.length) this.#withdrawn.add(place.country);
    return used;
  }
}

/** Some 500 bytes each. */
const MOST_CHOICES = 4_096;

function placeKey(commodity: Commodity, place: Place): string {
  return `${commodity} ${place.country} ${placeName(place)} ${place.subdivision ?? ''}`;
}

const LOAD =
  'Load a release with factors for it: uec factors load. Until then uec record --errors FILE keeps the line and records the others.';
const OTHERWISE =
  'Name a place, commodity and period that docs/factors.md lists. Other factors are used by a node that has loaded their release.';
