import { access, constants, readFile, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { BillTemplate, DateOrder, DecimalSign, ReadOptions } from '../bills/index.ts';
import { ChannelError, defined, type ReadBasis, readBases, type StatedEnd, statedEnds } from '../emissions/index.ts';
import type { UseCaseArgs, UseCaseResult } from '../node/index.ts';
import { type CalculateOptions, calculateCommand, commodityOf, gwpOf, oneOf } from './calculate.ts';
import { askedDigests } from './commands-proposal.ts';
import { reasonOf } from './correction-reason.ts';
import { documentsFrom } from './error-documents.ts';
import { exitCodes } from './exit-code.ts';
import { KeptFile } from './kept-file.ts';
import { withNode } from './node-client.ts';
import { print } from './output.ts';
import { resolvePath } from './paths.ts';
import { type PlaceOptions, placeHint } from './place-options.ts';
import { progressLine } from './progress-line.ts';
import { renderCalculation, resultLines } from './render-calculation.ts';
import { renderRecorded } from './render-recorded.ts';
import { stopSignal } from './stop-signal.ts';
import { withoutFolders } from './watch/bill-names.ts';

interface Json {
  readonly json?: boolean;
}

export async function calculate(options: CalculateOptions & Json): Promise<void> {
  const answer = await calculateCommand(options);
  const { rows: _rows, ...shape } = answer;
  print(shape, options.json, () => renderCalculation(answer));
}

interface RecordOptions extends PlaceOptions, Json {
  readonly meter?: string;
  readonly account?: string;
  readonly utilityName?: string;
  readonly commodity?: string;
  readonly unit?: string;
  readonly zone?: string;
  readonly endConvention?: string;
  readonly document?: string;
  readonly dryRun?: boolean;
  readonly errors?: string;
  readonly gwp?: string;
  readonly label?: string;
  readonly watch?: string;
  readonly partial?: boolean;
  readonly dateOrder?: string;
  readonly decimalSign?: string;
  readonly map?: string;
  readonly template?: string;
  readonly pick?: readonly string[];
  readonly confirm?: readonly string[];
}

/** Shows what a PDF bill seems to say, with the same options as `record` reads it. */
export async function readPdfBill(file: string, options: RecordOptions & { readonly lines?: boolean }): Promise<void> {
  const { readBill } = await import('./commands-proposal.ts');
  const read = { ...readOptions(options), ...(await tableOptions(options)) };
  await readBill(file, withRecorded(read, gwpOf(options.gwp)), options);
}

/** `dir`: the folder as it was typed, for commands that a person may copy. */
export async function record(
  folder: string,
  dir: string,
  named: readonly string[],
  options: RecordOptions,
): Promise<void> {
  const request = await requestOf(options);
  if (options.watch !== undefined) return watch(folder, named, options, request);
  if (options.partial === true) throw misused('--partial', 'it goes with --watch; for files named here it is --errors');
  if (named.length === 0)
    throw misused(
      'file',
      'no bill file is named, and no folder to --watch',
      'Name one: uec record DIR FILE, or uec record DIR FOLDER.',
    );
  const { files, folders, others } = await withoutFolders(named, isFolder);
  const names = files.map((file) => basename(file));
  const errors = options.errors === undefined ? undefined : resolvePath(options.errors);
  if (errors !== undefined) await checkErrorsPath(errors, files);
  const acceptPartial = errors === undefined ? {} : { acceptPartial: true };
  const read = await confirmedAtTerminal(files, request, options);
  const whole = { ...request, read, files, ...acceptPartial, ...(folders && { separately: true }) };
  const { progress, end } = progressLine();
  const stop = stopSignal();
  const kept = errors === undefined ? undefined : new KeptFile(errors);
  const keepRejected = async ({ rejected }: UseCaseResult<'record'>): Promise<void> => {
    if (errors === undefined || rejected.length === 0) return;
    const { errorFile } = await import('../bills/index.ts');
    const rows = documentsFrom(rejected, files, dirname(errors)).map((row) =>
      files.length === 1 ? row : { ...row, where: `${names[row.file]}, ${row.where}` },
    );
    await kept?.write(errorFile(rows, request.read));
  };
  const answer = await withNode(folder, 'uec record', async (node) => {
    // The rows that are left out are written before the others are recorded, so that a kill in between loses none of them.
    if (errors !== undefined && request.dryRun !== true)
      await keepRejected(await node.call('record', { ...whole, dryRun: true }, progress, stop.signal));
    return node.call('record', whole, progress, stop.signal);
  }).finally(() => {
    end();
    stop.end();
  });
  await keepRejected(answer);
  if (answer.rejected.length > 0 || answer.files.some(({ state }) => state === 'refused'))
    process.exitCode = exitCodes.input;
  print({ ...wholeLines(answer), ...(folders && { names }) }, options.json, () =>
    renderRecorded(answer, {
      ...{ dir, errorsFile: options.errors, again: optionsAgain(options), kept: kept?.kept, others },
      ...{ names, isFolder: folders },
    }),
  );
}

/** Options that no column of an error file holds: given again, its rows become the records that they would have been. */
function optionsAgain({ gwp, document }: RecordOptions): string {
  return Object.entries(defined({ '--gwp': gwp, '--document': document }))
    .map(([name, value]) => ` ${name} ${value}`)
    .join('');
}

/** The settings with the digests of PDFs that a person at the terminal has just confirmed. */
async function confirmedAtTerminal(
  files: readonly string[],
  { read, gwp }: Pick<UseCaseArgs<'record'>, 'read' | 'gwp'>,
  { dryRun, json }: RecordOptions,
): Promise<ReadOptions> {
  if (dryRun === true || json === true) return read;
  const digests = await askedDigests(files, withRecorded(read, gwp));
  return digests.length === 0 ? read : { ...read, confirm: [...(read.confirm ?? []), ...digests] };
}

/** The settings as the node has them when it records: with all that a person confirms. */
function withRecorded(read: ReadOptions, gwp: UseCaseArgs<'record'>['gwp']): ReadOptions {
  return { ...read, recorded: defined({ place: read.place, gwp }) };
}

async function requestOf(options: RecordOptions): Promise<Omit<UseCaseArgs<'record'>, 'files'>> {
  return defined({
    read: { ...readOptions(options), ...(await tableOptions(options)) },
    gwp: gwpOf(options.gwp),
    document: options.document === undefined ? undefined : resolvePath(options.document),
    dryRun: options.dryRun,
    label: options.label,
  });
}

async function watch(
  folder: string,
  named: readonly string[],
  { watch: watched = '', json, partial, ...others }: RecordOptions,
  request: Omit<UseCaseArgs<'record'>, 'files'>,
): Promise<void> {
  if (named.length > 0) throw misused('--watch', 'files are named beside it: it takes those of its folder');
  for (const [name, value] of Object.entries({ '--dry-run': others.dryRun, '--errors': others.errors }))
    if (value !== undefined) throw misused(name, 'it does not go with --watch');
  const { watchCommand } = await import('./watch/watch-command.ts');
  await watchCommand(folder, resolvePath(watched), { ...request, ...(partial && { acceptPartial: true }) }, json);
}

function misused(where: string, message: string, fix = 'See uec record --help.'): ChannelError {
  return new ChannelError('OPTION_INVALID', message, { where, fix });
}

function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** The answer with every figure on every line: what does not exist is null. */
function wholeLines(answer: UseCaseResult<'record'>): object {
  const lines = answer.lines.map((line) => ({ kWh: null, location: null, market: null, emissions: null, ...line }));
  return { ...answer, lines };
}

/** The good lines are recorded before the others are written: so the file's place is looked at first. */
async function checkErrorsPath(path: string, files: readonly string[]): Promise<void> {
  const details = { where: '--errors', fix: 'Name a file in a folder that you can write to, other than the bills.' };
  if (files.includes(path))
    throw new ChannelError('OPTION_INVALID', 'the file for rejected rows would replace a bill file', details);
  const writable = (one: string): Promise<boolean> =>
    access(one, constants.W_OK).then(
      () => true,
      (cause: NodeJS.ErrnoException) => one === path && cause.code === 'ENOENT',
    );
  if (!((await writable(dirname(path))) && (await writable(path))))
    throw new ChannelError('OPTION_INVALID', 'the file for rejected rows cannot be written', details);
}

function readOptions(options: RecordOptions): ReadOptions {
  const { meter, account, utilityName, unit, zone } = options;
  return defined({
    utility: utilityName,
    meter,
    account,
    unit,
    zone,
    commodity: options.commodity === undefined ? undefined : commodityOf(options.commodity),
    statedEnd:
      options.endConvention === undefined
        ? undefined
        : (oneOf(options.endConvention, statedEnds, '--end-convention') as StatedEnd),
    place: placeHint(options),
  });
}

/** How tables of foreign layouts and PDF bills are read. */
async function tableOptions(options: RecordOptions): Promise<ReadOptions> {
  const { dateOrder, decimalSign, map, template, pick, confirm } = options;
  for (const one of pick ?? [])
    if (!/^[a-z_]+:[1-9][0-9]*$/.test(one))
      throw new ChannelError('OPTION_INVALID', `'${one.slice(0, 40)}' picks no value`, {
        where: '--pick',
        fix: 'Write it as uec bills read shows it, such as --pick quantity:2.',
      });
  return defined({
    pick,
    confirm,
    template: template === undefined ? undefined : await readTemplate(resolvePath(template)),
    dateOrder: dateOrder === undefined ? undefined : await dateOrderOf(dateOrder),
    decimalSign: decimalSign === undefined ? undefined : await decimalSignOf(decimalSign),
    mapping: map === undefined ? undefined : await (await import('./commands-map.ts')).readMapping(resolvePath(map)),
  });
}

async function dateOrderOf(text: string): Promise<DateOrder> {
  const { dateOrders } = await import('../bills/index.ts');
  return oneOf(text, dateOrders, '--date-order') as DateOrder;
}

async function decimalSignOf(text: string): Promise<DecimalSign> {
  const { decimalSigns } = await import('../bills/index.ts');
  return oneOf(text, decimalSigns, '--decimal-sign') as DecimalSign;
}

/** @throws {ChannelError} TEMPLATE_INVALID, FILE_UNREADABLE */
async function readTemplate(path: string): Promise<BillTemplate> {
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new ChannelError('FILE_UNREADABLE', `the template cannot be read (${cause.code ?? 'unknown error'})`, {
      where: '--template',
      cause,
    });
  });
  const { parseTemplate } = await import('../bills/index.ts');
  return parseTemplate(text);
}

interface CorrectOptions extends Json {
  readonly reason: string;
  readonly adjust?: boolean;
  readonly quantity?: string;
  readonly unit?: string;
  readonly start?: string;
  readonly end?: string;
  readonly readBasis?: string;
  readonly gwp?: string;
  readonly document?: string;
}

export async function correct(folder: string, recordId: string, options: CorrectOptions): Promise<void> {
  const { quantity, unit, start, end, adjust } = options;
  const changes = defined({
    quantity,
    unit,
    start,
    end,
    adjust,
    document: options.document === undefined ? undefined : resolvePath(options.document),
    gwp: options.gwp === undefined ? undefined : gwpOf(options.gwp),
    readBasis:
      options.readBasis === undefined ? undefined : (oneOf(options.readBasis, readBases, '--read-basis') as ReadBasis),
  });
  if (Object.keys(changes).every((name) => name === 'adjust')) {
    throw new ChannelError('OPTION_INVALID', 'nothing is said that would change', {
      fix: 'Give at least one of --quantity, --unit, --start, --end, --read-basis, --gwp or --document.',
    });
  }
  const answer = await withNode(folder, 'uec correct', (node) =>
    node.call('correct', { record: recordId, reason: reasonOf(options.reason), ...changes }),
  );
  print(answer, options.json, () =>
    [
      `Record ${answer.recordId.slice(0, 12)} ${answer.kind} record ${answer.corrected.slice(0, 12)}`,
      ...resultLines(answer),
    ].join('\n'),
  );
}

export async function voidRecords(
  folder: string,
  records: readonly string[],
  options: Json & { readonly reason: string },
): Promise<void> {
  const answer = await withNode(folder, 'uec void', (node) =>
    node.call('void', { records, reason: reasonOf(options.reason) }),
  );
  print(answer, options.json, () =>
    answer.voided
      .map((id) => `Record ${id.slice(0, 12)} voided: it counts in no total and stays on the ledger`)
      .join('\n'),
  );
}
