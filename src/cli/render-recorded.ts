import { styleText } from 'node:util';
import type { LineAnswer, RecordAnswer, RecordedLine } from '../node/index.ts';
import { faultLines } from './fault-lines.ts';
import { nodeWords } from './node-words.ts';
import { fuelText, noResultText } from './render-calculation.ts';
import { toldText, toldTogether } from './told-text.ts';
import { amount, counted, days, explainFlag, factorText, kilograms, lastDay } from './words.ts';

const MOST_LINES = 40;
const MOST_SHOWN = 200;
const MOST_PROBLEMS = 5;
const RESIDUAL_MIX =
  "residual mix: the grid's electricity that nobody has claimed with certificates; it stands for energy bought without any";

/** What the command knows beside the answer. */
export interface RecordedContext {
  /** The node's folder as it was typed. */
  readonly dir: string;
  readonly errorsFile: string | undefined;
  /** Options that are to be given again with that file. */
  readonly again: string;
  /** Where an earlier file of that name is kept now. */
  readonly kept: string | undefined;
  /** Names of the files. */
  readonly names: readonly string[];
  /** Whether a folder was named: each of its files is recorded by itself. */
  readonly isFolder: boolean;
  /** What in the folder is no regular file. */
  readonly others: number;
}

/** What was recorded, line by line as a person wants to read it; below, the totals, once what is worth knowing, and what to do next. */
export function renderRecorded(answer: RecordAnswer, context?: RecordedContext): string {
  const { totals } = answer;
  // Beyond the first lines, those that a person has to look at.
  const lines = answer.lines.filter(({ warnings }, at) => at < MOST_LINES || warnings.length > 0).slice(0, MOST_SHOWN);
  const shown = lines.flatMap((line, at) => [...fileTitle(lines, at, context), ...renderLine(line)]);
  const hidden = totals.lines - lines.length;
  const all = answer.omitted === undefined ? '--json shows all' : 'uec imports show has all once they are recorded';
  const more = hidden > 0 ? [`... and ${counted(hidden, 'more line')} (${all})`] : [];
  const done = `${answer.dryRun ? 'Would record' : 'Recorded'} ${counted(totals.lines, 'line')}`;
  return [
    ...shown,
    ...more,
    '',
    styleText('bold', done),
    ...totalLines(answer),
    ...toldLine(answer, context),
    ...noteLines(answer),
    ...warningLine(answer, lines),
    ...(context === undefined ? [] : fileLines(answer, context)),
    ...rejectedLines(answer, context),
    ...(context === undefined ? [] : nextLines(answer, context)),
  ].join('\n');
}

/** Of several files, the name of the one that the lines below are of. */
function fileTitle(lines: readonly RecordedLine[], at: number, context: RecordedContext | undefined): string[] {
  const file = lines[at]?.file as number;
  if (context === undefined || context.names.length === 1 || file === lines[at - 1]?.file) return [];
  return [...(at === 0 ? [] : ['']), styleText('underline', context.names[file] ?? '')];
}

/** Of a folder it is told file by file. */
function toldLine({ files, totals }: RecordAnswer, context: RecordedContext | undefined): string[] {
  const options = context?.isFolder !== true ? toldText(toldTogether(files), totals.lines) : '';
  return options === '' ? [] : [`  by the options: ${options}`];
}

function warningLine(answer: RecordAnswer, shown: readonly RecordedLine[]): string[] {
  const warned = (lines: readonly RecordedLine[]) => lines.filter(({ warnings }) => warnings.length > 0).length;
  const [all, above] = [warned(answer.lines), warned(shown)];
  if (all === 0) return [];
  const more = all > above ? ` (and ${all - above} more, which --json shows)` : '';
  return [`  look at ${counted(above, 'line')} above${more}: docs/bills.md says what each warning asks for`];
}

/** Of a folder, what became of each file. */
function fileLines(answer: RecordAnswer, { names, isFolder, others }: RecordedContext): string[] {
  if (!isFolder) return [];
  const digests = proposedDigests(answer);
  const rows = answer.files.map(({ file, state, lines, told, error }) => {
    const options = toldText(told, lines);
    const by = options === '' ? '' : `; by the options: ${options}`;
    const what = error === undefined ? `${counted(lines, 'line')}${by}` : `${error.code}: ${error.message}`;
    const problems = error?.problems ?? [];
    // A duplicate wants nothing to be done.
    const fix = error === undefined || problems.length > 0 || state === 'duplicate' ? [] : [`      ${error.fix}`];
    const digest = digests.get(file);
    const shown = digest === undefined ? state : 'to confirm';
    return [
      `  ${shown.padEnd(10)}  ${names[file]}  ${what}${digest === undefined ? '' : `; compare it with the bill, then --confirm ${digest}`}`,
      ...fix,
      ...problems
        .slice(0, MOST_PROBLEMS)
        .flatMap((one) => [`      - ${one.where ?? ''}: ${one.code}: ${one.message}`, `          ${one.fix}`]),
      ...(problems.length > MOST_PROBLEMS ? [`      ... and ${problems.length - MOST_PROBLEMS} more`] : []),
    ];
  });
  const skipped = others === 0 ? [] : [`  ${counted(others, 'link or other thing')} that is no file was left alone`];
  return ['', ...rows.flat(), ...skipped];
}

/** By file, what a person confirms of a PDF that a dry run read unconfirmed. */
function proposedDigests({ dryRun, lines }: RecordAnswer): ReadonlyMap<number, string> {
  const digests = new Map<number, string>();
  for (const { file, warnings } of dryRun ? lines : []) {
    const proposed = warnings.find(({ code }) => code === 'BILL_PROPOSED');
    if (proposed !== undefined) digests.set(file, /--confirm ([0-9a-f]+)/.exec(proposed.message)?.[1] ?? 'DIGEST');
  }
  return digests;
}

function nextLines(answer: RecordAnswer, { dir, errorsFile }: RecordedContext): string[] {
  if (answer.dryRun) return ['', afterDryRun(answer, errorsFile)];
  const ids = answer.files.flatMap((file) => (file.import === null ? [] : [file.import.slice(0, 12)]));
  const [id] = ids;
  if (id === undefined) return [];
  const where = nodeWords(dir);
  if (ids.length > 1) return ['', `${ids.length} imports: uec imports list ${where}`];
  return [
    '',
    `Import ${id}: uec imports show ${where} ${id}; to take it back: uec imports undo ${where} ${id} --reason entered-in-error`,
  ];
}

/** What to do after a dry run: the same command is told only where it would record what was shown. */
function afterDryRun(answer: RecordAnswer, errorsFile: string | undefined): string {
  const { totals, rejected, files } = answer;
  const nothing = rejected.length > 0 && errorsFile !== undefined ? 'Nothing was recorded.' : 'Nothing was written.';
  if (totals.lines === 0 && (rejected.length > 0 || files.some(({ state }) => state === 'refused')))
    return `${nothing} Mend what is named above, or give the option that it asks for, and try the same command again.`;
  if (rejected.length > 0 && errorsFile === undefined)
    return `${nothing} As it is, the file would be refused whole: mend the rows above; or give --errors FILE, which records the good lines and writes the others there.`;
  const proposed = proposedDigests(answer).size;
  const others = files.filter(({ state }) => state === 'checked').length - proposed;
  if (proposed > 0 && others > 0)
    return `${nothing} The same command without --dry-run records the others; ${proposed === 1 ? 'the PDF needs' : `the ${proposed} PDFs need`} the --confirm told above as well, once compared with the bill (uec bills read shows how it was read).`;
  if (proposed > 0)
    return `${nothing} To record it: compare it with the bill as uec bills read shows it, then the same command with --confirm DIGEST instead of --dry-run.`;
  return `${nothing} To record it: the same command without --dry-run.`;
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

function noteLines({ lines, omitted }: RecordAnswer): string[] {
  const counts = new Map<string, number>();
  for (const flag of lines.flatMap(({ flags }) => flags)) counts.set(flag, (counts.get(flag) ?? 0) + 1);
  const residual = lines.filter(({ market }) => market?.tier === 'residual-mix').length;
  const all = omitted === undefined;
  const notes = [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([flag, count]) => noteText(count, lines.length, all, explainFlag(flag)));
  return residual === 0 ? notes : [noteText(residual, lines.length, all, RESIDUAL_MIX), ...notes];
}

function noteText(count: number, of: number, all: boolean, text: string): string {
  const share = count === of && all ? 'every line' : `${count} of ${all ? '' : 'the first '}${counted(of, 'line')}`;
  return `  note (${share}): ${text}`;
}

function rejectedLines(
  answer: RecordAnswer,
  { errorsFile, again, kept, names = [] }: Partial<RecordedContext> = {},
): string[] {
  if (answer.rejected.length === 0) return [];
  const options = again ? `, again with${again}` : '';
  const where =
    errorsFile === undefined
      ? ''
      : `; they are in ${errorsFile}: mend the cells and record that file${options}${kept === undefined ? '' : `; what was there before is now ${kept}`}`;
  return [
    '',
    `${answer.rejected.length} rejected${where}`,
    ...faultLines(
      answer.rejected.map(({ file, rejected }) =>
        answer.files.length === 1
          ? rejected
          : { ...rejected, where: `${names[file] ?? `file ${file + 1}`}, ${rejected.where ?? ''}` },
      ),
    ),
  ];
}
