import { styleText } from 'node:util';
import type { CalculationAnswer, EmissionsAnswer, LineAnswer } from '../node/index.ts';
import { amount, days, explainFlag, factorText, kilograms } from './words.ts';

/** A calculation as a person would write it: what was used, where each factor comes from, and what is worth knowing. */
export function renderCalculation(answer: CalculationAnswer): string {
  return [...resultLines(answer), '', ...sliceLines(answer), ...factorLines(answer), ...flagLines(answer.flags)].join(
    '\n',
  );
}

export function resultLines(answer: LineAnswer): string[] {
  if (answer.noResult !== undefined) return [noResultText(answer.noResult)];
  if (answer.emissions !== undefined) {
    if (answer.emissions === null)
      return [
        `${amount(answer.energy?.value ?? '0')} ${answer.energy?.unit}: kept as a volume, no emissions are calculated`,
      ];
    return [
      `Scope ${answer.scope}: ${emissionsText(answer.emissions)}  from ${amount(answer.energy?.value ?? '0')} ${answer.energy?.unit}`,
    ];
  }
  const lines = [`${amount(answer.kWh ?? '0')} kWh of electricity`];
  if (answer.location !== undefined) lines.push(`  Scope 2, location-based   ${emissionsText(answer.location)}`);
  if (answer.market !== undefined)
    lines.push(
      `  Scope 2, market-based     ${emissionsText(answer.market)}  (${tierText(answer.market.tier, answer.market.residualMix)})`,
    );
  if (answer.losses !== undefined) lines.push(`  Scope 3, category 3       ${lossText(answer.losses)}`);
  return lines;
}

export function noResultText(reason: string): string {
  return reason === 'flow'
    ? 'no emissions: only delivered energy counts towards Scope 2; this flow is reported apart'
    : 'no emissions are calculated for this commodity; the volume is kept';
}

function emissionsText(emissions: EmissionsAnswer): string {
  const gases = [
    ['CO2', emissions.co2],
    ['CH4', emissions.ch4],
    ['N2O', emissions.n2o],
  ].flatMap(([gas, value]) => (value === null ? [] : [`${amount(value as string)} ${gas}`]));
  const set = emissions.gwpSet === 'not-stated' ? 'GWP set not stated' : emissions.gwpSet;
  return `${styleText('bold', kilograms(emissions.co2e))} CO2e (${[set, ...gases].join('; ')})`;
}

function tierText(tier: string, residual: string): string {
  if (tier === 'residual-mix') return 'residual mix; no certificate, contract or supplier factor claimed';
  return residual === 'not-applicable'
    ? 'grid average; the publisher says that no residual mix applies'
    : 'grid average; no residual mix is available';
}

function lossText(losses: LineAnswer['losses']): string {
  if (losses === null || losses === undefined) return 'grid losses: no source';
  const lost = losses.kWh === null ? '' : `, ${amount(losses.kWh)} kWh lost`;
  return `${kilograms(losses.co2e)} CO2e of grid losses (basis: ${losses.basis}${lost})`;
}

export function sliceLines(answer: LineAnswer): string[] {
  return answer.slices.flatMap((slice) => {
    const used = slice.location ?? slice.emissions;
    if (used === undefined) return [];
    const energy =
      slice.kWh === undefined
        ? fuelText(slice.energy ?? '0', answer.energy?.unit, used.unit)
        : `${amount(slice.kWh)} kWh`;
    const lines = [
      `${days(slice.start, slice.end)} (${slice.days} days): ${energy} x ${factorText(used)} = ${kilograms(used.co2e)} CO2e`,
    ];
    if (slice.market !== undefined && slice.market.factor !== used.factor) {
      lines.push(
        `  market-based: x ${factorText(slice.market)}${gasesFromGrid(answer)} = ${kilograms(slice.market.co2e)} CO2e`,
      );
    }
    return lines;
  });
}

// Fuels are kept in mmBtu; a factor a kWh is shown with the step between.
export function fuelText(energy: string, unit: string | undefined, factorUnit: string): string {
  return unit === 'mmBtu' && factorUnit.includes('/kWh')
    ? `${amount(energy)} mmBtu (of 293.07107 kWh)`
    : `${amount(energy)} ${unit}`;
}

function gasesFromGrid({ flags }: LineAnswer): string {
  return flags.includes('residual-gases-from-grid') ? ' CO2, plus CH4 and N2O of the grid factor,' : '';
}

function factorLines({ rows }: CalculationAnswer): string[] {
  if (rows.length === 0) return [];
  return ['', 'Factors', ...rows.map((row) => `  ${row.id}: ${row.source} (${row.licence})`)];
}

export function flagLines(flags: readonly string[]): string[] {
  return flags.length === 0 ? [] : ['', 'Worth knowing', ...flags.map((flag) => `  ${flag}: ${explainFlag(flag)}`)];
}
