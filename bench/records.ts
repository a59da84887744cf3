import { type ActivityRecord, buildRecord, type RecordFacts } from '../src/channel/index.ts';
import { defaultPolicy, formatDate, parseDate, sha256 } from '../src/emissions/index.ts';
import { bundledReleases, loadBundled, MemoryFactorStore, type Release } from '../src/factors/index.ts';
import { FactorDesk } from '../src/node/factor-desk.ts';
import { pageArguments } from '../src/node/pages.ts';
import { randomNumbers } from './random.ts';

// A page is one utility's year: 42 meters by 12 months, cut to 500. Utilities bill on a day of their own, so that most have one
// bill a meter that crosses a year end, and come back the next year.
const METERS = 42;
export const RECORDS_A_PAGE = 500;
const YEARS = [2021, 2022, 2023];

export const members: readonly string[] = ['ACME', 'Beta', 'Gamma', 'Delta', 'Epsilon', 'Zeta', 'Eta', 'Theta'];

type Site = Pick<RecordFacts, 'place' | 'zone' | 'commodity' | 'unit'>;

const us = (subdivision: string, region: string, zone: string): Site => ({
  place: { country: 'US', region, subdivision },
  zone: `America/${zone}`,
  commodity: 'electricity',
  unit: 'kWh',
});
const country = (code: string, zone: string): Site => ({
  place: { country: code },
  zone,
  commodity: 'electricity',
  unit: 'kWh',
});
const california = us('US-CA', 'CAMX', 'Los_Angeles');

const sites: readonly Site[] = [
  california,
  us('US-TX', 'ERCT', 'Chicago'),
  country('DE', 'Europe/Berlin'),
  us('US-MA', 'NEWE', 'New_York'),
  country('GB', 'Europe/London'),
  us('US-NC', 'SRVC', 'New_York'),
  { ...california, commodity: 'natural-gas', unit: 'therm' },
  country('IN', 'Asia/Kolkata'),
  us('US-OH', 'RFCW', 'New_York'),
  country('FR', 'Europe/Paris'),
];

/** A page ready to be submitted by its owner. */
export interface MadePage {
  readonly owner: string;
  readonly args: string;
}

/** Every bundled release, loaded. */
export function loadReleases(): Release[] {
  return bundledReleases().map((pinned) => loadBundled(pinned));
}

/** Makes the same pages in every run, with bundled factors chosen and results calculated as a node does. */
export class PageMaker {
  readonly #desk: FactorDesk;

  private constructor(desk: FactorDesk) {
    this.#desk = desk;
  }

  static async open(releases: readonly Release[]): Promise<PageMaker> {
    const store = new MemoryFactorStore();
    for (const release of releases) await store.importRelease(release);
    return new PageMaker(new FactorDesk(store, defaultPolicy));
  }

  async page(index: number): Promise<MadePage> {
    const facts = pageFacts(index);
    const records: ActivityRecord[] = [];
    for (const fact of facts) records.push(buildRecord(fact, await this.#desk.choose(fact)));
    const args = await pageArguments(`import-${index}`, records, this.#desk);
    return { owner: (facts[0] as RecordFacts).owner, args };
  }
}

/** What the bills of a page say. */
export function pageFacts(index: number): RecordFacts[] {
  const utility = Math.floor(index / YEARS.length);
  const year = YEARS[index % YEARS.length] as number;
  const site = sites[utility % sites.length] as Site;
  const owner = members[utility % members.length] as string;
  // The same billing day every year.
  const billingDay = 1 + Math.floor(randomNumbers(utility)() * 28);
  const random = randomNumbers(10_007 * (index + 1));
  return Array.from({ length: RECORDS_A_PAGE }, (_, at) => {
    const meter = Math.floor(at / 12);
    const month = at % 12;
    const size = 10 ** (2 + 2.5 * ((meter + 1) / METERS));
    return {
      ...site,
      owner,
      flow: 'delivered',
      start: billed(year, month, billingDay),
      end: billed(year, month + 1, billingDay),
      statedEnd: 'shared-day',
      quantity: (size * (0.7 + 0.6 * random())).toFixed(Math.floor(random() * 3)),
      readBasis: random() < 0.04 ? 'estimated' : 'actual',
      meter: sha256(`meter ${utility} ${meter}`),
      gwp: 'publisher',
      evidence: { document: sha256(`document ${index} ${at}`) },
    };
  });
}

function billed(year: number, month: number, day: number): string {
  const first = parseDate(`${year + Math.floor(month / 12)}-${String((month % 12) + 1).padStart(2, '0')}-01`);
  return formatDate(first + day - 1);
}
