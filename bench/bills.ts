import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type MadeFile, writeCsv, writeGreenButton, writeMeterEntries, writeUtilityTable } from './bill-files.ts';
import { compared, type Report } from './figure.ts';
import { writePdf } from './pdf-file.ts';
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
  pdfFigure(report, writePdf(join(folder, 'bill.pdf'), 100));
}

/** Pages of a PDF as the process that reads it takes them, to the proposal, against the bare text of the same pages. */
function pdfFigure(report: Report, { path }: MadeFile): void {
  const runs = readings('pdf', 'unpdf', path);
  const pages = ({ items, seconds }: Reading) => items / seconds;
  const median = (pick: (run: (typeof runs)[number]) => number) => quantile(runs.map(pick), 0.5);
  report({
    ...compared({
      name: 'bills.pdf',
      value: median((run) => pages(run.ours)),
      unit: 'pages/s',
      against: { what: 'text as unpdf extracts it', value: median((run) => pages(run.theirs)) },
    }),
    also: figuresOf(runs),
  });
}

type Runs = readonly { readonly ours: Reading; readonly theirs: Reading }[];

function readings(reader: string, parser: string, path: string): Runs {
  return Array.from({ length: ROUNDS }, () => ({ ours: read(reader, path), theirs: read(parser, path) }));
}

function figuresOf(runs: Runs): Record<string, number> {
  const cpu = (side: 'ours' | 'theirs') =>
    quantile(
      runs.map((run) => run[side].cpuSeconds),
      0.5,
    );
  const peak = (side: 'ours' | 'theirs') => Math.max(...runs.map((run) => run[side].peakBytes)) / 1e6;
  return {
    'ratio of processor time': cpu('theirs') / cpu('ours'),
    'peak MB': peak('ours'),
    'peak MB of the parser': peak('theirs'),
  };
}

function readerFigure(
  report: Report,
  { path, bytes }: MadeFile,
  reader: string,
  parser: string,
  also: Readonly<Record<string, number>> = {},
  { name = reader, target = '>= 0.5' }: { readonly name?: string; readonly target?: string } = {},
): void {
  const runs = readings(reader, parser, path);
  const median = (pick: (run: (typeof runs)[number]) => number) => quantile(runs.map(pick), 0.5);
  const ours = median((run) => run.ours.seconds);
  const theirs = median((run) => run.theirs.seconds);
  const { items } = (runs[0] as (typeof runs)[number]).ours;
  report({
    ...compared({
      name: `bills.${name.replaceAll(' ', '-')}`,
      value: bytes / 1e6 / ours,
      unit: 'MB/s',
      against: { what: `${parser} alone`, value: bytes / 1e6 / theirs },
      target,
    }),
    also: {
      'lines/s': items / ours,
      ...Object.fromEntries(Object.entries(also).map(([name, count]) => [`${name}/s`, count / ours])),
      ...figuresOf(runs),
    },
  });
}

function read(kind: string, path: string): Reading {
  const script = fileURLToPath(new URL('bill-reading.ts', import.meta.url));
  const reading = JSON.parse(execFileSync(process.execPath, [script, kind, path], { encoding: 'utf8' })) as Reading;
  if (reading.rejected > 0) throw new Error(`${kind} rejected ${reading.rejected} lines of the bench's own file`);
  return reading;
}
