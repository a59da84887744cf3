import { styleText } from 'node:util';
import { add, formatExact, parseDecimal } from '../emissions/index.ts';
import type { UseCaseResult } from '../node/index.ts';
import { nodeWords } from './node-words.ts';
import { table } from './output.ts';
import { toldText } from './told-text.ts';
import { amount, counted, explainEvidence } from './words.ts';

type ImportsAnswer = UseCaseResult<'imports'>;
type ImportAnswer = UseCaseResult<'showImport'>;
type ImportView = ImportAnswer['import'];

/** One row a file that was recorded. */
export function renderImports({ items, next }: ImportsAnswer, dir: string): string {
  if (items.length === 0) return 'No file was recorded yet.';
  const rows = items.map((item) => {
    const { id, startedAt, records, rejected, totals, format } = item;
    const since = [count(records.voided, 'voided'), count(records.superseded, 'corrected')].filter(
      (text) => text !== '',
    );
    return [
      id.slice(0, 12),
      startedAt.slice(0, 16).replace('T', ' '),
      stateText(item),
      String(records.active + records.superseded + records.voided),
      String(rejected),
      since.join(', '),
      sumText(item, totals === null ? '' : amount(totals.kWh)),
      sumText(item, totals === null ? '' : kilogramsOf(totals)),
      format ?? '',
      nameText(item, '(not known)'),
    ];
  });
  const head = ['import', 'when (UTC)', 'state', 'records', 'rejected', 'since', 'kWh', 'kg CO2e', 'format', 'file'];
  return [table(head, rows), ...nextText(next, `uec imports list ${nodeWords(dir)}`)].join('\n');
}

/** The import as a whole, then line by line. */
export function renderImport({ import: view, lines, refusals, next }: ImportAnswer, dir: string): string {
  const undo = `uec imports undo ${nodeWords(dir)} ${view.id.slice(0, 12)}`;
  return [
    styleText('bold', `Import ${view.id}`),
    ...aboutLines(view),
    '',
    ...lines.flatMap(lineTexts),
    ...(refusals.length === 0 ? [] : ['', `${counted(view.rejected, 'row')} left out`]),
    ...refusals.flatMap(({ where, code, report }) => [
      `  - ${report?.where ?? where}: ${code}${report === null ? '' : `: ${report.message}`}`,
      ...(report === null ? [] : [`      ${report.fix}`]),
    ]),
    ...nextText(next, `uec imports show ${nodeWords(dir)} ${view.id.slice(0, 12)}`),
    ...(view.records.active === 0 ? [] : ['', `To take it back: ${undo} --reason entered-in-error --dry-run`]),
  ].join('\n');
}

function aboutLines(view: ImportView): string[] {
  const { records, totals, undone } = view;
  const since = countsNothing(view) ? ', as recorded; none of it counts any more' : '';
  const rows: [string, string | null][] = [
    ['file', nameText(view)],
    ['format', view.format],
    ['begun', view.startedAt],
    ['state', stateText(view)],
    ['records', `${records.active} active, ${records.superseded} corrected, ${records.voided} voided`],
    ['by options', toldText(view.told, view.lines ?? records.active) || null],
    ['to come', records.absent === 0 ? null : counted(records.absent, 'line')],
    ['kWh', totals === null ? null : `${amount(totals.kWh)}${since}`],
    ['CO2e', totals === null ? null : `${kilogramsOf(totals)} kg, location-based and fuels${since}`],
    ['mends', view.mends === null ? null : `import ${view.mends.slice(0, 12)}`],
    [
      'mended by',
      view.mendedBy.length === 0 ? null : view.mendedBy.map((id) => `import ${id.slice(0, 12)}`).join(', '),
    ],
    [
      'undone',
      undone === null ? null : `${undone.at}, ${undone.reason}${undone.note === null ? '' : `: ${undone.note}`}`,
    ],
  ];
  return rows.flatMap(([name, value]) => (value === null ? [] : [`  ${name.padEnd(10)} ${value}`]));
}

function lineTexts({ where, recordId, state, by, evidence, warnings }: ImportAnswer['lines'][number]): string[] {
  const since = state === 'active' ? '' : `, ${state === 'absent' ? 'not on the ledger yet' : state}`;
  const after = by === null ? '' : ` by ${by.slice(0, 12)}`;
  const proof = evidence === null ? '' : `  ${explainEvidence(evidence)}`;
  return [
    `${where}  record ${recordId.slice(0, 12)}${since}${after}${proof}`,
    ...(warnings ?? []).map(({ code, message }) => `    ${styleText('yellow', 'look')}  ${code}: ${message}`),
  ];
}

export function renderUndo(answer: UseCaseResult<'undoImport'>, dir: string, reason: string): string {
  const { import: id, dryRun, voided, left, leftCount, absent } = answer;
  const what = `${counted(voided, 'record')} of import ${id.slice(0, 12)}`;
  const corrected = left.filter(({ by }) => by !== null);
  return [
    voidedText(what, answer),
    ...(absent === 0 ? [] : [`${counted(absent, 'line')} never reached the ledger`]),
    ...(leftCount === 0 ? [] : [`${counted(leftCount, 'record')} left as before:`]),
    ...left.slice(0, 40).map(({ where, recordId, state, by }) => {
      const after = by === null ? '' : ` by record ${by.slice(0, 12)}, which counts on`;
      return `  - ${where}: record ${recordId.slice(0, 12)} is ${state}${after}`;
    }),
    ...(corrected.length === 0
      ? []
      : [`To take the corrections out too: uec void ${nodeWords(dir)} RECORD --reason ${reason}`]),
    dryRun
      ? `To do it: uec imports undo ${nodeWords(dir)} ${id.slice(0, 12)} --reason ${reason}`
      : 'The same file can be recorded again.',
  ].join('\n');
}

function voidedText(what: string, { dryRun, voided }: UseCaseResult<'undoImport'>): string {
  if (dryRun) return `Would void ${what}; nothing was written`;
  return voided === 0
    ? `Nothing was left to void: ${what} were active`
    : `Voided ${what}: they count in no total and stay on the ledger`;
}

const NAME_UNKNOWN = '(not known: it was sent without a name, its document was erased, or it was made earlier)';

function nameText({ file, label, lines }: ImportView, unknown = NAME_UNKNOWN): string {
  const names = [label, file].filter((text) => text !== null).join(', ');
  if (names !== '') return names;
  if (lines === 0) return '(not kept: every row was left out)';
  return unknown;
}

function stateText({ state }: ImportView): string {
  return state === 'cut-off' ? 'cut off' : state;
}

/** The totals are those of the day it was recorded: beside an import of which nothing counts they would be taken for its share. */
function sumText(view: ImportView, text: string): string {
  return countsNothing(view) ? '-' : text;
}

/** Undone, or voided record by record. A correction counts on, but is no part of an import that was undone. */
function countsNothing({ state, records: { active, superseded, voided, absent } }: ImportView): boolean {
  if (state === 'undone') return active === 0;
  return voided > 0 && active + superseded + absent === 0;
}

function count(number: number, what: string): string {
  return number === 0 ? '' : `${number} ${what}`;
}

// Scope 1, and scope 2 by the location-based method: one figure by which a person knows the file again.
function kilogramsOf({ location, emissions, heat }: NonNullable<ImportView['totals']>): string {
  return amount(sumOf([location, emissions, heat]));
}

function sumOf(decimals: readonly string[]): string {
  return formatExact(decimals.map((text) => parseDecimal(text)).reduce(add));
}

function nextText(next: string | undefined, command: string): string[] {
  return next === undefined ? [] : ['', `More: ${command} --cursor ${next}`];
}
