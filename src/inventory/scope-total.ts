import type { Commodity, EnergyUnit, Flow } from '../emissions/index.ts';
import { energyUnitOf, formatRounded, ratio } from '../emissions/index.ts';
import { amountText } from './amount.ts';
import type { Quality, ReportedSet, ResultQuality } from './quality.ts';

/** Parts of a total that an inventory names; each is a share of the total's own CO2e. */
export const shareNames = [
  'estimated',
  'calculated',
  'oldFactor',
  'co2Only',
  'lifecycle',
  'netOnly',
  'residualMixAbsent',
  'withoutEvidence',
  'committed',
  'verified',
  'challenged',
  'withheld',
  'erased',
  'lost',
] as const;
export type ShareName = (typeof shareNames)[number];

/** Sums of recorded figures, exact. */
export interface ScopeTotal {
  /** Records with a day in the period. */
  readonly records: number;
  readonly co2e: { readonly kg: string; readonly t: string };
  /** kg of the gas; null where a record of the total has no figure of it. */
  readonly co2: string | null;
  readonly ch4: string | null;
  readonly n2o: string | null;
  /** GWP sets behind the CO2e, so that several are never mixed unseen. */
  readonly gwpSets: readonly { readonly set: ReportedSet; readonly kg: string; readonly share: string | null }[];
  readonly quality: QualityShares;
}

/** Shares of a total, rounded half-even to 4 places; null where the base is 0. */
export interface QualityShares {
  /** The total's CO2e in kg: what the shares are shares of. */
  readonly base: string;
  readonly shares: Readonly<Record<ShareName, string | null>>;
}

/** Scope 3 category 3, transmission and distribution losses. */
export interface LossTotal extends Pick<ScopeTotal, 'records' | 'co2e' | 'quality'> {
  /** Lost kWh; null where a source gives emissions alone. */
  readonly kWh: string | null;
  /** Delivered kWh for which no loss rate was found, and their share of all delivered kWh. */
  readonly withoutRate: { readonly kWh: string; readonly share: string | null };
}

/** Energy (water: volume) of a commodity and flow, gross and never netted. */
export interface EnergyTotal {
  readonly commodity: Commodity;
  readonly flow: Flow;
  readonly energy: string;
  readonly unit: EnergyUnit;
  readonly records: number;
  /** False for lines that have no emissions: other flows than delivered, and water. */
  readonly hasEmissions: boolean;
}

/** One group's sums over a cell query, as integers. */
export interface CellSums {
  readonly commodity: Commodity;
  readonly flow: Flow;
  readonly records: number;
  readonly quality: Quality;
  readonly energy: bigint;
  /** CO2e, CO2, CH4, N2O. */
  readonly main: readonly bigint[];
  readonly market: readonly bigint[];
  readonly lostCo2e: bigint;
  readonly lostEnergy: bigint;
}

export interface Sums {
  readonly scope1: ScopeTotal;
  readonly scope2: { readonly location: ScopeTotal; readonly market: ScopeTotal };
  readonly scope3: { readonly losses: LossTotal };
  readonly energy: readonly EnergyTotal[];
}

/** Adds up cells into scopes: fuels are scope 1, electricity and heat scope 2, losses scope 3. */
export class SumsBuilder {
  readonly #scope1 = new ScopeSum();
  readonly #location = new ScopeSum();
  readonly #market = new ScopeSum();
  readonly #losses = new ScopeSum();
  #lost = 0n;
  #lostUnknown = false;
  #delivered = 0n;
  #withoutRate = 0n;
  readonly #energy = new Map<string, { cell: CellSums; energy: bigint; records: number }>();

  add(cell: CellSums): void {
    const key = `${cell.commodity} ${cell.flow}`;
    const line = this.#energy.get(key) ?? { cell, energy: 0n, records: 0 };
    this.#energy.set(key, { cell, energy: line.energy + cell.energy, records: line.records + cell.records });
    const { main, market } = cell.quality;
    if (main === undefined) return;
    if (cell.commodity === 'natural-gas') {
      this.#scope1.add(cell, main, cell.main, mainShares(cell));
      return;
    }
    this.#location.add(cell, main, cell.main, mainShares(cell));
    // Steam, heat and cooling have one result, which stands in both methods.
    if (market === undefined) this.#market.add(cell, main, cell.main, mainShares(cell));
    else {
      this.#market.add(cell, market, cell.market, marketShares(cell, market));
      this.#addLosses(cell, main);
    }
  }

  build(): Sums {
    return {
      scope1: this.#scope1.total(),
      scope2: { location: this.#location.total(), market: this.#market.total() },
      scope3: { losses: this.#lossTotal() },
      energy: [...this.#energy.entries()]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([, { cell, energy, records }]) => ({
          commodity: cell.commodity,
          flow: cell.flow,
          energy: amountText(energy),
          unit: energyUnitOf(cell.commodity),
          records,
          hasEmissions: cell.quality.main !== undefined,
        })),
    };
  }

  #addLosses(cell: CellSums, main: ResultQuality): void {
    this.#delivered += cell.energy;
    if (cell.quality.losses === undefined) {
      this.#withoutRate += cell.energy;
      return;
    }
    if (cell.quality.losses === 'kWh') this.#lost += cell.lostEnergy;
    else this.#lostUnknown = true;
    this.#losses.add(cell, main, [cell.lostCo2e, 0n, 0n, 0n], lossShares(cell, main));
  }

  #lossTotal(): LossTotal {
    const { records, co2e, quality } = this.#losses.total();
    return {
      records,
      co2e,
      kWh: this.#lostUnknown ? null : amountText(this.#lost),
      withoutRate: { kWh: amountText(this.#withoutRate), share: shareText(this.#withoutRate, this.#delivered) },
      quality,
    };
  }
}

class ScopeSum {
  #records = 0;
  #co2e = 0n;
  readonly #gases = [0n, 0n, 0n];
  #present = 7;
  readonly #sets = new Map<ReportedSet, bigint>();
  readonly #shares = new Map<ShareName, bigint>();

  add(cell: CellSums, result: ResultQuality, figures: readonly bigint[], shares: readonly ShareName[]): void {
    const [co2e = 0n, ...gases] = figures;
    this.#records += cell.records;
    this.#co2e += co2e;
    gases.forEach((gas, at) => {
      this.#gases[at] = (this.#gases[at] as bigint) + gas;
    });
    this.#present &= result.gases;
    this.#sets.set(result.gwpSet, (this.#sets.get(result.gwpSet) ?? 0n) + co2e);
    for (const share of shares) this.#shares.set(share, (this.#shares.get(share) ?? 0n) + co2e);
  }

  total(): ScopeTotal {
    const gas = (at: number) => ((this.#present >> at) & 1 ? amountText(this.#gases[at] as bigint) : null);
    const shares = shareNames.map((name) => [name, shareText(this.#shares.get(name) ?? 0n, this.#co2e)] as const);
    return {
      records: this.#records,
      co2e: { kg: amountText(this.#co2e), t: amountText(this.#co2e, 9) },
      co2: gas(0),
      ch4: gas(1),
      n2o: gas(2),
      gwpSets: [...this.#sets.entries()]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([set, kg]) => ({ set, kg: amountText(kg), share: shareText(kg, this.#co2e) })),
      quality: {
        base: amountText(this.#co2e),
        shares: Object.fromEntries(shares) as Record<ShareName, string | null>,
      },
    };
  }
}

function commonShares({ quality, flow }: CellSums): ShareName[] {
  const shares: ShareName[] = [quality.evidence === 'none' ? 'withoutEvidence' : quality.evidence];
  if (quality.readBasis === 'estimated' || quality.readBasis === 'calculated') shares.push(quality.readBasis);
  if (flow === 'net-only') shares.push('netOnly');
  if (quality.lifecycle) shares.push('lifecycle');
  return shares;
}

// The flag co2-only stands on the record: of its results, it means those that have CO2 and no CH4.
function isCo2Only({ quality }: CellSums, { gases }: ResultQuality): boolean {
  return quality.co2Only && (gases & 3) === 1;
}

function mainShares(cell: CellSums): ShareName[] {
  const shares = commonShares(cell);
  if (cell.quality.oldFactor) shares.push('oldFactor');
  if (cell.quality.main !== undefined && isCo2Only(cell, cell.quality.main)) shares.push('co2Only');
  return shares;
}

function marketShares(cell: CellSums, market: ResultQuality): ShareName[] {
  const { quality } = cell;
  const shares = commonShares(cell);
  if (quality.residual === 'used' ? quality.oldResidual : quality.oldFactor) shares.push('oldFactor');
  if (quality.residual === 'absent') shares.push('residualMixAbsent');
  if (isCo2Only(cell, market)) shares.push('co2Only');
  return shares;
}

function lossShares(cell: CellSums, main: ResultQuality): ShareName[] {
  const shares = commonShares(cell);
  if (cell.quality.oldLossRate || cell.quality.oldFactor) shares.push('oldFactor');
  if (isCo2Only(cell, main)) shares.push('co2Only');
  return shares;
}

/** A part of a whole with 4 places, half-even; null of nothing. */
export function shareText(part: bigint, whole: bigint): string | null {
  return whole === 0n ? null : formatRounded(ratio(part, whole), 4);
}
