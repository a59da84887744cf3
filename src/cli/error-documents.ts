import { basename, dirname, relative, resolve, sep } from 'node:path';
import type { RejectedRow } from '../bills/index.ts';

/** The row with its document named another way. */
export function withDocument<R extends RejectedRow>(row: R, named: (document: string) => string): R {
  if (row.raw?.some((cells) => Object.entries(cells).some(isDocument)) !== true) return row;
  const raw = row.raw.map((cells) =>
    Object.fromEntries(Object.entries(cells).map((one) => (isDocument(one) ? [one[0], named(one[1])] : one))),
  );
  return { ...row, raw };
}

function isDocument([column, cell]: readonly [column: string, cell: string]): boolean {
  return column.trim().toLowerCase() === 'document' && cell.trim() !== '';
}

/**
 * Rows of bill files for an error file in `folder`. A row names its document by the way from its own file, and the error file is read from
 * where it lies. A document that lies neither beside nor below it keeps its bare name: reading the error file says that it is missing.
 */
export function documentsFrom<R extends RejectedRow & { readonly file: number }>(
  rejected: readonly R[],
  files: readonly string[],
  folder: string,
): R[] {
  return rejected.map((row) =>
    withDocument(row, (document) => {
      const path = relative(folder, resolve(dirname(files[row.file] ?? ''), document));
      return path.startsWith('..') ? basename(document) : path.split(sep).join('/');
    }),
  );
}
