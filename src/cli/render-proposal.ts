import type { BillProposal, Found, ProposedLine, Question } from '../bills/index.ts';
import { table } from './output.ts';
import { days } from './words.ts';

const NAMES: Readonly<Record<string, string>> = {
  commodity: 'commodity',
  start: 'start',
  end: 'end as printed',
  end_convention: 'end means',
  quantity: 'quantity',
  unit: 'unit',
  meter: 'meter',
  account: 'account',
  read_basis: 'reading',
  place: 'place of use',
  covered: 'words on the page',
  days: 'days',
  total: 'to be paid',
};

/** A proposal as a person compares it with the bill: each value, as it is printed, where, and why it was taken. */
export function renderProposal(proposal: BillProposal): string {
  const { template, pages, told, lines, questions, leftOut, beside, notes, digest } = proposal;
  const by = template === null ? 'labels on the bill' : `template ${template}`;
  return [
    `PDF of ${pages} page${pages === 1 ? '' : 's'}, read by ${by}. Nothing is recorded yet.`,
    ...lines.flatMap((line, at) => ['', ...renderLine(line, lines.length === 1 ? 'Line' : `Line ${at + 1}`)]),
    '',
    `Recorded with: ${toldText(told)}.`,
    ...section('Open', questions.flatMap(renderQuestion)),
    ...section(
      'Seen, and not taken as use',
      leftOut.map(({ printed, where, why }) => `  ${printed} (${where}): ${why}`),
    ),
    ...section(
      'Also on the bill, and in no line',
      beside.map((note) => `  ${note}`),
    ),
    ...section(
      'Not read',
      notes.map((note) => `  ${note}`),
    ),
    '',
    ...(digest === null
      ? ['Nothing can be recorded before these questions are answered: give the same command with the options named.']
      : [
          'If the bill says the same, and the place is right: uec record DIR FILE with the same options, and',
          `  --confirm ${digest}`,
        ]),
  ].join('\n');
}

function toldText({ place, zone, gwp }: BillProposal['told']): string {
  const { country, subdivision, region, zip, utilityId } = place;
  const parts = Object.entries({ country, subdivision, region, ZIP: zip, 'utility (EIA)': utilityId })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name} ${value}`);
  const where = parts.length === 0 ? 'no place yet' : parts.join(', ');
  const set = gwp === 'publisher' ? "the factor publisher's CO2e" : `GWP set ${gwp}`;
  return `${where}; time zone ${zone ?? 'of the place'}; ${set}`;
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', `${title}:`, ...lines];
}

function renderLine({ fields, parts, line }: ProposedLine, title: string): string[] {
  const rows = Object.entries(fields).map(([name, found]) => rowOf(NAMES[name] ?? name, found));
  const period = line === undefined ? '' : `, ${days(line.start, line.end)} (first and last day)`;
  const sums = (parts ?? []).map(({ name, quantity, where }) => `  + ${name || 'register'} ${quantity} (${where})`);
  return [`${title}${period}:`, table(['', 'value', 'printed', 'where', 'why'], rows), ...sums];
}

function rowOf(name: string, { value, printed, where, why, confidence }: Found): string[] {
  const sure = confidence === 'low' || confidence === 'medium' ? ` [${confidence} confidence]` : '';
  return [name, value, printed === undefined || printed === value ? '' : printed, where ?? '', `${why}${sure}`];
}

function renderQuestion({ field, code, question, fix, choices }: Question): string[] {
  return [
    `  ${NAMES[field] ?? field}: ${question} (${code})`,
    ...choices.map(({ pick, value, printed, where, why }) => `    ${pick}: ${printed ?? value} (${where}): ${why}`),
    `    ${fix}`,
  ];
}
