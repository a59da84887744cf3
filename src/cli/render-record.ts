import { styleText } from 'node:util';
import type { UseCaseResult } from '../node/index.ts';
import { nodeWords } from './node-words.ts';
import { flagLines, noResultText, resultLines, sliceLines } from './render-calculation.ts';
import { amount, days, explainEvidence } from './words.ts';

type Explanation = UseCaseResult<'show'>;

/** One readable page: what was on the bill, which factors, the formula, the result, the proof, and what happened since. */
export function renderExplanation(answer: Explanation, dir: string): string {
  const { record, line } = answer;
  return [
    styleText('bold', `Record ${answer.id}`),
    ...stateLines(answer),
    '',
    styleText('bold', 'The bill'),
    `  ${record.owner}: ${amount(record.quantity)} ${record.unit} of ${record.commodity}, ${record.flow}, ${record.readBasis} reading`,
    `  ${days(record.start, record.end)} (first and last day; the bill states its end ${record.statedEnd}), ${record.zone}`,
    `  at ${[record.place.region, record.place.subdivision, record.place.country].filter((part) => part !== undefined).join(', ')}, meter ${record.meter.slice(0, 12)}`,
    ...(answer.meter === null
      ? []
      : [
          `  known here alone: ${answer.meter.utility}, meter ${answer.meter.number}${answer.meter.site === null ? '' : `, ${answer.meter.site}`}`,
        ]),
    '',
    styleText('bold', 'The result'),
    ...(line.noResult === undefined
      ? resultLines(line).map((text) => `  ${text.trimStart()}`)
      : [`  ${noResultText(line.noResult)}`]),
    '',
    styleText('bold', 'How it came about'),
    `  rule ${record.ruleSet}, CO2e ${record.gwp === 'publisher' ? 'as the publisher gives it' : `recomputed with ${record.gwp}`}`,
    ...sliceLines(line).map((text) => `  ${text}`),
    ...answer.factors.flatMap(({ id, release, row, withdrawn, hash }) => [
      `  factor ${id}: ${row.basis}, valid ${days(row.validFrom, row.validTo)}${withdrawn === null ? '' : styleText('red', ` (release withdrawn: ${withdrawn})`)}`,
      `    ${row.source}`,
      `    ${row.licence}; release ${release}, row ${hash.slice(0, 12)}`,
    ]),
    ...flagLines(line.flags),
    '',
    styleText('bold', 'The proof'),
    `  transaction ${answer.page}, position ${answer.index + 1}, block ${answer.height}, ${answer.timestamp}`,
    ...(answer.documents.length === 0
      ? ['  no document was kept with it']
      : answer.documents.map(({ commitment, state }) => `  document ${commitment}: ${explainEvidence(state)}`)),
    `  check it: uec verify ${nodeWords(dir)} ${answer.id.slice(0, 12)}`,
  ].join('\n');
}

function stateLines(answer: Explanation): string[] {
  const { state, by, reason, adjustments, record } = answer;
  const lines = [
    `  ${state}${by === undefined ? '' : ` by ${by.slice(0, 12)}`}${reason === undefined ? '' : `, reason: ${reason}`}${answer.counted ? '' : '; counts in no total'}`,
  ];
  const follows = record.supersedes ?? record.adjusts;
  if (follows !== undefined)
    lines.push(
      `  ${record.supersedes === undefined ? 'adjusts' : 'supersedes'} ${follows.record.slice(0, 12)}, reason: ${follows.reason}`,
    );
  if (record.replaces !== undefined) lines.push(`  records again what was voided as ${record.replaces.slice(0, 12)}`);
  if (adjustments.length > 0) lines.push(`  adjusted by ${adjustments.map((id) => id.slice(0, 12)).join(', ')}`);
  return lines;
}
