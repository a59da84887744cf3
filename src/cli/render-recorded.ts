import { styleText } from 'node:util';
import type { RecordAnswer, RecordedLine } from '../node/index.ts';
import { resultLines, sliceLines } from './render-calculation.ts';
import { amount, explainFlag, kilograms } from './words.ts';

const MOST_LINES = 40;

/** What was recorded, line by line as a person wants to read it, with the totals below. */
export function renderRecorded(answer: RecordAnswer, errorsFile: string | undefined): string {
  const { totals } = answer;
  const shown = answer.lines.slice(0, MOST_LINES).flatMap((line) => [...renderLine(line), '']);
  const more =
    answer.lines.length > MOST_LINES
      ? [`... and ${answer.lines.length - MOST_LINES} more lines (--json shows all)`, '']
      : [];
  return [
    ...shown,
    ...more,
    `${answer.dryRun ? 'Would record' : 'Recorded'} ${totals.lines} line${totals.lines === 1 ? '' : 's'}`,
    ...totalLines(answer),
    ...rejectedLines(answer, errorsFile),
  ].join('\n');
}

export function renderLine(line: RecordedLine): string[] {
  const id = line.recordId === null ? 'dry run' : `record ${line.recordId.slice(0, 12)}`;
  const place = line.place.region ?? line.place.subdivision ?? line.place.country;
  const title = `${line.start} to ${line.end}  ${amount(line.quantity)} ${line.unit} ${line.commodity} ${line.flow}${line.readBasis === 'actual' ? '' : ` (${line.readBasis})`}, ${place}  [${id}]`;
  return [
    styleText('bold', title),
    ...resultLines(line).map((text) => `  ${text.trimStart()}`),
    ...sliceLines(line).map((text) => `    ${text.trimStart()}`),
    ...line.flags.map((flag) => `    note: ${explainFlag(flag)}`),
    ...line.warnings.map(({ code, message }) => `    look: ${code}: ${message}`),
  ];
}

function totalLines({ totals }: RecordAnswer): string[] {
  const lines = [
    ['Scope 1', totals.emissions],
    ['Scope 2, location-based', totals.location],
    ['Scope 2, market-based', totals.market],
    ['Scope 2, steam, heat and cooling', totals.heat],
    ['Scope 3, category 3 (grid losses)', totals.losses],
  ];
  return lines
    .filter(([, value]) => value !== '0')
    .map(([name, value]) => `  ${name?.padEnd(34)} ${kilograms(value as string)} CO2e`);
}

function rejectedLines(answer: RecordAnswer, errorsFile: string | undefined): string[] {
  if (answer.rejected.length === 0) return [];
  const where = errorsFile === undefined ? '' : `; they are in ${errorsFile}: mend the cells and record that file`;
  return [
    '',
    `${answer.rejected.length} rejected${where}`,
    ...answer.rejected
      .slice(0, MOST_LINES)
      .map(
        ({ rejected }) => `  - ${rejected.where ?? ''}: ${rejected.code}: ${rejected.message}\n      ${rejected.fix}`,
      ),
  ];
}
