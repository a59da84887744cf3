import { styleText } from 'node:util';
import type { ChannelError, ErrorReport } from '../emissions/index.ts';
import { faultLines } from './fault-lines.ts';

/** Prints the answer: JSON where asked, else as a person reads it. Nothing else ever goes to stdout. */
export function print(answer: unknown, json: boolean | undefined, render: () => string): void {
  process.stdout.write(`${json === true ? JSON.stringify(answer) : render()}\n`);
}

/** Prints an error: on stderr for a person, and as one JSON object on stdout where JSON was asked for. */
export function printError(error: ChannelError, json: boolean): void {
  if (json) process.stdout.write(`${JSON.stringify({ error: error.report() })}\n`);
  else process.stderr.write(`${renderError(error.report())}\n`);
  if (process.env.UEC_DEBUG !== undefined)
    process.stderr.write(`${(error.cause as Error | undefined)?.stack ?? error.stack}\n`);
}

function renderError(report: ErrorReport): string {
  const where = report.where === undefined ? '' : ` (${report.where})`;
  const lines = [
    `${styleText('red', report.code, { stream: process.stderr })}: ${report.message}${where}`,
    `  ${report.fix}`,
  ];
  return [...lines, ...faultLines(report.problems ?? [])].join('\n');
}

/** A table with aligned columns; numbers to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)));
  const numeric = head.map(
    (_, column) => rows.length > 0 && rows.every((row) => /^-?[\d .,]*$/.test(row[column] ?? '')),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => (numeric[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd();
  return [styleText('bold', line(head)), ...rows.map(line)].join('\n');
}
