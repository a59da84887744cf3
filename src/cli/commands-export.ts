import { ChannelError, defined } from '../emissions/index.ts';
import type { UseCaseResult } from '../node/index.ts';
import { exitCodes } from './exit-code.ts';
import { withNode } from './node-client.ts';
import { print } from './output.ts';
import { resolvePath } from './paths.ts';
import { progressLine } from './progress-line.ts';
import { stopSignal } from './stop-signal.ts';
import { demandPlace, writeWhole } from './whole-file.ts';

interface ExportOptions {
  readonly portfolioManager?: string;
  readonly year?: number;
  readonly from?: string;
  readonly to?: string;
  readonly overwrite?: boolean;
  readonly json?: boolean;
}

/** Writes the node's own records to a file that other software takes. */
export async function exportRecords(folder: string, options: ExportOptions): Promise<void> {
  const { portfolioManager: file, year, from, to, overwrite = false, json } = options;
  if (file === undefined)
    throw new ChannelError('OPTION_INVALID', 'nothing says what to export to', {
      fix: 'Give --portfolio-manager FILE.xlsx, the workbook for uploading bills to ENERGY STAR Portfolio Manager.',
    });
  const target = { path: resolvePath(file), option: '--portfolio-manager', overwrite };
  await demandPlace(target);
  const { progress, end } = progressLine();
  const stop = stopSignal();
  const { workbook, ...answer } = await withNode(folder, 'uec export', (node) =>
    node.call('exportUpload', defined({ year, from, to }), progress, stop.signal),
  ).finally(() => {
    end();
    stop.end();
  });
  const bytes = workbook === undefined ? undefined : Buffer.from(workbook, 'base64');
  if (bytes === undefined) process.exitCode = exitCodes.absent;
  else await writeWhole(target, bytes);
  print({ ...answer, file: bytes === undefined ? null : file, bytes: bytes?.length ?? null }, json, () =>
    renderExport(answer, bytes === undefined ? undefined : file),
  );
}

type Answer = Omit<UseCaseResult<'exportUpload'>, 'workbook'>;

function renderExport({ rows, records, meters, leftOut, notes }: Answer, file: string | undefined): string {
  const head =
    file === undefined
      ? 'No record of the period has a place in the workbook: no file was written.'
      : `${plural(records, 'record')} of ${plural(meters, 'meter')} in ${plural(rows, 'row')}: ${file}`;
  const list = (title: string, items: Answer['notes']) =>
    items.length === 0
      ? []
      : [title, ...items.map(({ what, records: count }) => `  ${plural(count, 'record')}: ${what}`)];
  const next = file === undefined ? [] : ['Fill in the ids that Portfolio Manager gives; the node does not know them.'];
  return [head, ...list('Left out:', leftOut), ...list('To know:', notes), ...next].join('\n');
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
