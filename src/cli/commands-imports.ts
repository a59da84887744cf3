import { ChannelError, defined } from '../emissions/index.ts';
import type { UseCaseResult } from '../node/index.ts';
import { reasonOf } from './correction-reason.ts';
import { withNode } from './node-client.ts';
import { print } from './output.ts';
import { progressLine } from './progress-line.ts';
import { renderImport, renderImports, renderUndo } from './render-imports.ts';

interface Paged {
  readonly json?: boolean;
  readonly limit?: number;
  readonly cursor?: string;
}

/** `dir`: the folder as it was typed, for commands that a person may copy. */
export async function list(folder: string, dir: string, { json, limit, cursor }: Paged): Promise<void> {
  const answer = await withNode(folder, 'uec imports list', (node) => node.call('imports', defined({ limit, cursor })));
  print(answer, json, () => renderImports(answer, dir));
}

export async function show(folder: string, dir: string, id: string, { json, limit, cursor }: Paged): Promise<void> {
  const answer = await withNode(folder, 'uec imports show', (node) =>
    node.call('showImport', { import: importId(id), ...defined({ limit, cursor }) }),
  );
  print(answer, json, () => renderImport(answer, dir));
}

interface UndoOptions {
  readonly json?: boolean;
  readonly reason: string;
  readonly note?: string;
  readonly dryRun?: boolean;
}

export async function undo(folder: string, dir: string, id: string, options: UndoOptions): Promise<void> {
  const { note, dryRun } = options;
  const request = { import: importId(id), reason: reasonOf(options.reason), ...defined({ note, dryRun }) };
  const { progress, end } = progressLine();
  const answer: UseCaseResult<'undoImport'> = await withNode(folder, 'uec imports undo', (node) =>
    node.call('undoImport', request, progress),
  ).finally(end);
  print(answer, options.json, () => renderUndo(answer, dir, options.reason));
}

/** Told here in words of the command: an id that is too short would be refused as a path of the API. */
function importId(text: string): string {
  if (/^[0-9a-f]{8,32}$/.test(text)) return text;
  throw new ChannelError('FIELD_INVALID', 'what was given is no id of an import', {
    where: 'import',
    fix: 'Give the id as uec imports list shows it, or at least its first 8 characters.',
  });
}
