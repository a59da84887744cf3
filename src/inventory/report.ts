import type { Commodity, EnergyUnit } from '../emissions/index.ts';
import { ChannelError, yearStart } from '../emissions/index.ts';
import { addAmounts, amountOf, amountText, negated } from './amount.ts';
import { type Completeness, completeness } from './completeness.ts';
import type { Database } from './database.ts';
import { type EnergyTotal, type Sums, SumsBuilder } from './scope-total.ts';
import { totals } from './totals.ts';

/** Rule D: consumption = delivered + generated - exported; below zero where more was exported than came in. */
export interface Consumption {
  readonly commodity: Commodity;
  readonly unit: EnergyUnit;
  readonly delivered: string;
  readonly generated: string;
  readonly exported: string;
  readonly consumption: string;
}

/** One organisation's greenhouse-gas inventory of one calendar year. docs/inventory.md tells how each figure is made. */
export interface InventoryReport extends Sums {
  readonly owner: string;
  readonly year: number;
  readonly consumption: readonly Consumption[];
  readonly completeness: Completeness;
  /** The owner's counted records with a day in the year whose figures exceed what can be summed: in no figure above. */
  readonly beyondRange: number;
}

/** @throws {ChannelError} FIELD_INVALID for a year outside 1900 to 2200 */
export function demandYear(year: number): void {
  if (!Number.isInteger(year) || year < 1900 || year > 2200)
    throw new ChannelError('FIELD_INVALID', `${year} is no year of an inventory`, { where: 'year' });
}

/** @throws {ChannelError} as `demandYear` */
export function inventoryReport(database: Database, owner: string, year: number): InventoryReport {
  demandYear(year);
  const [row] = totals(database, { owner, year }).rows;
  const { scope1, scope2, scope3, energy } = row ?? new SumsBuilder().build();
  return {
    owner,
    year,
    scope1,
    scope2,
    scope3,
    energy,
    consumption: consumptionOf(energy),
    completeness: completeness(database, owner, year),
    beyondRange: beyondRange(database, owner, year),
  };
}

function consumptionOf(energy: readonly EnergyTotal[]): Consumption[] {
  const commodities = [...new Set(energy.map(({ commodity }) => commodity))];
  return commodities.map((commodity) => {
    const lines = energy.filter((line) => line.commodity === commodity);
    const of = (flow: string) => amountOf(lines.find((line) => line.flow === flow)?.energy ?? '0');
    const [delivered, generated, exported] = [of('delivered'), of('generated'), of('exported')];
    return {
      commodity,
      unit: (lines[0] as EnergyTotal).unit,
      delivered: amountText(delivered),
      generated: amountText(generated),
      exported: amountText(exported),
      consumption: amountText(addAmounts(addAmounts(delivered, generated), negated(exported))),
    };
  });
}

function beyondRange(database: Database, owner: string, year: number): number {
  const row = database.get<{ records: number }>(
    `SELECT count(*) AS records FROM records WHERE in_range = 0 AND counted = 1 AND start < ? AND end > ?
       AND kind IN (SELECT id FROM kinds WHERE owner = ?)`,
    yearStart(year + 1),
    yearStart(year),
    owner,
  );
  return (row as { records: number }).records;
}
