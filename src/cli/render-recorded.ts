import { styleText } from 'node:util';
import type { LineAnswer, RecordAnswer, RecordedLine } from '../node/index.ts';
import { fuelText, noResultText } from './render-calculation.ts';
import { amount, counted, days, explainFlag, factorText, kilograms, lastDay } from './words.ts';

const MOST_LINES = 40;
const RESIDUAL_MIX =
  "residual mix: the grid's electricity that nobody has claimed with certificates; it stands for energy bought without any";

/** What was recorded, line by line as a person wants to read it; below, the totals and once what is worth knowing. */
export function renderRecorded(answer: RecordAnswer, errorsFile: string | undefined): string {
  const { totals } = answer;
  const shown = answer.lines.slice(0, MOST_LINES).flatMap(renderLine);
  const more =
    answer.lines.length > MOST_LINES
      ? [`... and ${counted(answer.lines.length - MOST_LINES, 'more line')} (--json shows all)`]
      : [];
  const done = `${answer.dryRun ? 'Would record' : 'Recorded'} ${counted(totals.lines, 'line')}`;
  return [
    ...shown,
    ...more,
    '',
    styleText('bold', done),
    ...totalLines(answer),
    ...noteLines(answer.lines),
    ...rejectedLines(answer, errorsFile),
  ].join('\n');
}

function renderLine(line: RecordedLine): string[] {
  const id = line.recordId === null ? 'dry run' : `record ${line.recordId.slice(0, 12)}`;
  const place = line.place.region ?? line.place.subdivision ?? line.place.country;
  const kind = [
    line.commodity,
    ...(line.flow === 'delivered' ? [] : [line.flow]),
    ...(line.readBasis === 'actual' ? [] : [`(${line.readBasis})`]),
  ].join(' ');
  const title = `${days(line.start, line.end)}  ${amount(line.quantity)} ${line.unit} ${kind}, ${place}  [${id}]`;
  const warnings = line.warnings.map(({ code, message }) => `    ${styleText('yellow', 'look')}  ${code}: ${message}`);
  return [styleText('bold', title), ...figureLines(line).map((text) => `    ${text}`), ...warnings];
}

/** The figures of a line, each with the factor it comes from; where a line has several slices, one after the other. */
function figureLines(line: LineAnswer): string[] {
  if (line.noResult !== undefined) return [noResultText(line.noResult)];
  if (line.emissions !== undefined) return [singleResult(line)];
  if (line.location === undefined || line.market === undefined) return [];
  const split = line.slices.map((slice, at) => `${amount(slice.kWh ?? '')} kWh ${partText(line, at)}`).join(', ');
  return [
    ...(line.slices.length > 1 ? [`split by days   ${split}`] : []),
    `location-based  ${kilograms(line.location.co2e)} CO2e  x ${factorsOf(line, 'location')}`,
    `market-based    ${kilograms(line.market.co2e)} CO2e  ${marketText(line)}`,
    ...lossLine(line),
  ];
}

/** The days of a slice: the first is told by its end and the last by its start. */
function partText({ slices }: LineAnswer, at: number): string {
  const { start, end } = slices[at] as LineAnswer['slices'][number];
  if (at === 0) return `to ${lastDay(end)}`;
  return at === slices.length - 1 ? `from ${start}` : days(start, end);
}

function singleResult(line: LineAnswer): string {
  if (line.emissions === null || line.emissions === undefined) return 'kept as a volume; no emissions are calculated';
  const energy = fuelText(line.energy?.value ?? '', line.energy?.unit, line.slices[0]?.emissions?.unit ?? '');
  return `scope ${line.scope}         ${kilograms(line.emissions.co2e)} CO2e  ${energy} x ${factorsOf(line, 'emissions')}`;
}

function marketText(line: LineAnswer): string {
  if (line.market?.tier !== 'residual-mix') return 'grid average, no residual mix';
  return `residual mix, x ${factorsOf(line, 'market')}`;
}

function lossLine({ losses }: LineAnswer): string[] {
  if (losses === null || losses === undefined) return [];
  const lost = losses.kWh === null ? '' : `, ${amount(losses.kWh)} kWh lost`;
  return [`grid losses     ${kilograms(losses.co2e)} CO2e  scope 3${lost}`];
}

/** The factors of the slices in their order, each once where neighbours share it. */
function factorsOf(line: LineAnswer, result: 'location' | 'market' | 'emissions'): string {
  const texts = line.slices.flatMap((slice) => (slice[result] === undefined ? [] : [factorText(slice[result])]));
  return texts.filter((text, at) => text !== texts[at - 1]).join(', then ');
}

function totalLines({ totals }: RecordAnswer): string[] {
  const lines = [
    ['scope 1', totals.emissions],
    ['scope 2, location-based', totals.location],
    ['scope 2, market-based', totals.market],
    ['scope 2, steam, heat and cooling', totals.heat],
    ['scope 3 category 3, grid losses', totals.losses],
  ];
  return lines
    .filter(([, value]) => value !== '0')
    .map(([name, value]) => `  ${name?.padEnd(34)} ${kilograms(value as string)} CO2e`);
}

function noteLines(lines: readonly RecordedLine[]): string[] {
  const counts = new Map<string, number>();
  for (const flag of lines.flatMap(({ flags }) => flags)) counts.set(flag, (counts.get(flag) ?? 0) + 1);
  const residual = lines.filter(({ market }) => market?.tier === 'residual-mix').length;
  const notes = [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([flag, count]) => noteText(count, lines, explainFlag(flag)));
  return residual === 0 ? notes : [noteText(residual, lines, RESIDUAL_MIX), ...notes];
}

function noteText(count: number, lines: readonly RecordedLine[], text: string): string {
  return `  note (${count === lines.length ? 'every line' : `${count} of ${counted(lines.length, 'line')}`}): ${text}`;
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
