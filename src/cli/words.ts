import { formatDate, parseDate } from '../emissions/index.ts';
import { daysText } from '../node/index.ts';

const FLAGS: Readonly<Record<string, string>> = {
  'co2-only': 'the factor covers CO2 alone; CH4 and N2O are missing from the CO2e',
  'co2e-computed': 'the publisher gives gases without CO2e; computed with AR5',
  'gwp-set-inferred':
    'the publisher does not say which GWP set its CO2e uses; it is the one that gives the published CO2e from the published gases',
  lifecycle: 'a lifecycle figure: it includes upstream emissions and overstates Scope 2',
  'place-coarser': 'no factor for the place itself; a larger area was used',
  'residual-mix-absent': 'no residual mix is available; the market-based result uses the grid average',
  'residual-mix-not-applicable': 'the publisher says that no residual mix applies here',
  'residual-place-coarser': 'the residual mix is that of a larger area',
  'residual-gases-from-grid': 'the residual mix covers CO2 alone; CH4 and N2O come from the grid factor',
  'losses-unavailable': 'no source for grid losses here',
  'losses-place-coarser': 'the loss rate is that of a larger area',
  'heat-content-default': 'the bill gives no heat content; 0.001026 mmBtu per cubic foot was used',
  'calorific-assumed-gross': 'the bill does not say gross or net calorific value; gross was taken',
  'zip-ambiguous': 'the ZIP lies in several grid regions; the predominant one was used',
  'period-future': 'the period is not over: an estimate with the factors of today, which cannot be recorded',
  'zone-assumed': 'the time zone was taken from the place',
  'net-only': 'the bill gives delivered minus exported energy only; Scope 2 is understated',
};

/** What a flag means to a reader of an inventory. */
export function explainFlag(flag: string): string {
  const aged = /^(factor|residual|losses)-older-(\d+)$/.exec(flag);
  if (aged !== null) {
    const what = { factor: 'the factor', residual: 'the residual mix', losses: 'the loss rate' }[
      aged[1] as 'factor' | 'residual' | 'losses'
    ];
    return `${what} is ${aged[2]} year${aged[2] === '1' ? '' : 's'} older than the bill: the releases here have none of its publisher for the time between`;
  }
  return FLAGS[flag] ?? flag;
}

/** Every flag with a fixed text, for the glossary's test. */
export const explainedFlags: readonly string[] = Object.keys(FLAGS);

/** A decimal with thin groups of three digits: 12345.678 is `12 345.678`. */
export function amount(decimal: string): string {
  const [whole = '', fraction] = decimal.split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ' ');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

/** Kilograms as recorded, to the last digit. */
export function kilograms(decimal: string): string {
  return `${amount(decimal)} kg`;
}

/** A half-open period as people say it, first day to last day: 2022-01-01 and 2022-02-01 are `2022-01-01 to 2022-01-31`. */
export function days(start: string, end: string): string {
  return daysText({ start, end });
}

/** The day before an exclusive end. */
export function lastDay(end: string): string {
  return formatDate(parseDate(end) - 1);
}

/** `1 meter`, `3 meters`. */
export function counted(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? '' : 's'}`;
}

const EVIDENCE: Readonly<Record<string, string>> = {
  none: 'no document',
  committed: 'document kept, not yet seen by an auditor',
  verified: 'document seen by an auditor',
  challenged: 'document asked for by an auditor',
  withheld: 'document withheld',
  erased: 'document erased',
  lost: 'document lost',
};

/** What a state of evidence means to a reader. */
export function explainEvidence(state: string): string {
  return EVIDENCE[state] ?? state;
}

/** A factor as it was used: its value, unit and row. */
export function factorText({
  value,
  unit,
  factor,
}: {
  readonly value: string;
  readonly unit: string;
  readonly factor: string;
}): string {
  return `${value} ${unit} [${factor}]`;
}

/** A word of a command line as a person can copy it. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
