import type { FactorRow, StatedGwpSet } from '../../emissions/index.ts';
import {
  calendarYear,
  cell,
  type Draft,
  defined,
  type FigureFolders,
  type Figures,
  figure,
  provenance,
  readFigures,
} from './figures.ts';

const FIRST = 2018;
const LAST = 2025;
const LICENCE = 'Open Government Licence v3.0';

/**
 * UK Government conversion factors (DESNZ, before 2023 BEIS): electricity, its losses, natural gas by calorific value, heat and
 * steam. Valid for the calendar year of the edition's name; the grid data behind it are about two years older. CH4 and N2O come
 * as CO2e.
 */
export function desnz(folders: FigureFolders): Draft[] {
  const electricity = readFigures(`${folders.data}/factors`, 'uk_desnz.csv');
  const other = readFigures(folders.own, 'desnz-gas-heat.csv');
  return Array.from({ length: LAST - FIRST + 1 }, (_, at) => {
    const edition = String(FIRST + at);
    const own = other.filter((line) => cell(line, 'edition') === edition);
    const [first] = own as [Figures];
    return {
      about: {
        publisher: 'desnz',
        publisherName: 'Department for Energy Security and Net Zero, United Kingdom (BEIS before 2023)',
        dataset: 'conversion-factors',
        version: edition,
        title: `UK Government GHG Conversion Factors for Company Reporting ${edition}: electricity, losses, natural gas, heat and steam (published in June as a rule, the day was not checked)`,
        published: edition,
        citation: `UK Government GHG Conversion Factors for Company Reporting ${edition}, DESNZ / Defra (BEIS before 2023)`,
        terms: {
          licence: LICENCE,
          open: true,
          note: 'Contains public sector information licensed under the Open Government Licence v3.0.',
        },
        sourceSha256: cell(first, 'source_sha256'),
        sourceName: cell(first, 'source_file'),
      },
      rows: [
        ...electricity.filter((line) => cell(line, 'year') === edition).map((line) => electricityRow(line, edition)),
        ...own.map((line) => otherRow(line, edition)),
      ],
    };
  });
}

function electricityRow(line: Figures, edition: string): FactorRow {
  const loss = cell(line, 'factor_basis') === 'transmission_distribution_loss_scope3';
  return defined<FactorRow>({
    ...common(line, edition),
    id: `DESNZ-${edition}:electricity${loss ? ':loss' : ''}`,
    commodity: 'electricity',
    method: loss ? 'loss-rate' : 'location',
    loss: loss ? { basis: 'factor' } : undefined,
    gwpSet: cell(line, 'gwp_set') as StatedGwpSet,
    basis: loss ? 'transmission and distribution, UK electricity' : 'electricity generated, UK grid',
    ...provenance(line),
  });
}

function otherRow(line: Figures, edition: string): FactorRow {
  const commodity = cell(line, 'commodity') as 'natural-gas' | 'heat' | 'steam';
  const calorific = cell(line, 'calorific');
  const fuel = commodity === 'natural-gas';
  return defined<FactorRow>({
    ...common(line, edition),
    id: `DESNZ-${edition}:${commodity}${fuel ? `:${calorific}` : ''}`,
    commodity,
    method: fuel ? 'fuel' : 'location',
    calorific: fuel ? (calorific as 'gross' | 'net') : undefined,
    // AR4 to the 2022 edition, AR5 from 2023: as for the same edition's electricity.
    gwpSet: Number(edition) < 2023 ? 'AR4' : 'AR5',
    basis: fuel ? `natural gas, combustion, ${calorific} calorific value` : 'district heat and steam',
    source: `${cell(line, 'source_file')}, sheet ${cell(line, 'sheet')}, ${cell(line, 'keys')}, rows ${cell(line, 'rows')}`,
    licence: LICENCE,
    confidence: 'high',
    notes: ['CH4 and N2O are already in CO2e', cell(line, 'source_note')].filter((note) => note !== '').join('; '),
  });
}

function common(line: Figures, edition: string) {
  return {
    publisher: 'desnz',
    dataset: 'conversion-factors',
    edition,
    place: { country: 'GB' },
    ...calendarYear(Number(edition)),
    co2: figure(line, 'co2'),
    ch4: figure(line, 'ch4'),
    n2o: figure(line, 'n2o'),
    co2e: figure(line, 'co2e'),
  };
}
