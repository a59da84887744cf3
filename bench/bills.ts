import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type MadeFile, writeCsv, writeGreenButton, writeMeterEntries, writeUtilityTable } from './bill-files.ts';
import { compared, type Report } from './figure.ts';
import { quantile } from './timing.ts';

const ROUNDS = 5;

interface Reading {
  readonly seconds: number;
  /** Of the processor, on all threads: on a busy machine it says more than `seconds`. */
  readonly cpuSeconds: number;
  readonly items: number;
  readonly rejected: number;
  readonly peakBytes: number;
}

/** Reading bill files, from the file to checked lines, against the bare parser over the same file. */
export async function benchBills(report: Report, folder: string, lines: number): Promise<void> {
  const csv = writeCsv(join(folder, 'bills.csv'), lines);
  readerFigure(report, csv, 'csv', 'papaparse');
  const table = writeUtilityTable(join(folder, 'utility.csv'), lines);
  readerFigure(report, table, 'csv', 'papaparse', {}, { name: 'csv of a utility' });
  const feed = writeGreenButton(join(folder, 'feed.xml'), lines);
  readerFigure(report, feed, 'green-button', 'saxes', { readings: lines });
  const workbook = await writeMeterEntries(join(folder, 'entries.xlsx'), lines);
  readerFigure(report, workbook, 'portfolio-manager', 'yauzl', {}, { target: 'peak at most 250 MB' });
}

function readerFigure(
  report: Report,
  { path, bytes }: MadeFile,
  reader: string,
  parser: string,
  also: Readonly<Record<string, number>> = {},
  { name = reader, target = '>= 0.5' }: { readonly name?: string; readonly target?: string } = {},
): void {
  const runs = Array.from({ length: ROUNDS }, () => ({ ours: read(reader, path), theirs: read(parser, path) }));
  const median = (pick: (run: (typeof runs)[number]) => number) => quantile(runs.map(pick), 0.5);
  const ours = median((run) => run.ours.seconds);
  const theirs = median((run) => run.theirs.seconds);
  const { items } = (runs[0] as (typeof runs)[number]).ours;
  const peak = (pick: (run: (typeof runs)[number]) => number) => Math.max(...runs.map(pick)) / 1e6;
  report({
    ...compared({
      name: `bills.${name.replaceAll(' ', '-')}`,
      value: bytes / 1e6 / ours,
      unit: 'MB/s',
      against: { what: `${parser} alone`, value: bytes / 1e6 / theirs },
      target,
    }),
    also: {
      'ratio of processor time': median((run) => run.theirs.cpuSeconds) / median((run) => run.ours.cpuSeconds),
      'lines/s': items / ours,
      ...Object.fromEntries(Object.entries(also).map(([name, count]) => [`${name}/s`, count / ours])),
      'peak MB': peak((run) => run.ours.peakBytes),
      'peak MB of the parser': peak((run) => run.theirs.peakBytes),
    },
  });
}

function read(kind: string, path: string): Reading {
  const script = fileURLToPath(new URL('bill-reading.ts', import.meta.url));
  const reading = JSON.parse(execFileSync(process.execPath, [script, kind, path], { encoding: 'utf8' })) as Reading;
  if (reading.rejected > 0) throw new Error(`${kind} rejected ${reading.rejected} lines of the bench's own file`);
  return reading;
}
