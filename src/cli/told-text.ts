import type { ToldLines } from '../node/index.ts';

/** Settings by the names of their options. */
const OPTIONS: Readonly<Record<string, string>> = { statedEnd: 'end convention', utility: 'utility name' };

/** What lines have as the options of the command say it: `place, unit on 2 of 3 lines`; blank where nothing is. */
export function toldText(told: ToldLines | undefined, lines: number): string {
  return Object.entries(told ?? {})
    .map(([name, count]) => [OPTIONS[name] ?? name, count] as const)
    .map(([name, count]) => (count === lines ? name : `${name} on ${count} of ${lines} lines`))
    .join(', ');
}

/** The counts of several files together. */
export function toldTogether(files: readonly { readonly told?: ToldLines }[]): ToldLines {
  const sums: Record<string, number> = {};
  for (const { told = {} } of files)
    for (const [name, count] of Object.entries(told)) sums[name] = (sums[name] ?? 0) + count;
  return sums;
}
