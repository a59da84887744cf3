import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ChannelError } from '../../emissions/index.ts';

/** Where a document of a folder store lies: `ab/cd/ID`, its tombstone beside it. */
export interface DocumentPaths {
  readonly folder: string;
  readonly file: string;
  readonly tombstone: string;
}

/** @throws {ChannelError} FIELD_INVALID when the id is not 32 lower-case hex digits: it becomes a path */
export function documentPaths(root: string, id: string): DocumentPaths {
  if (!isId(id)) throw new ChannelError('FIELD_INVALID', 'a document id is 32 lower-case hex digits', { where: 'id' });
  const folder = join(root, id.slice(0, 2), id.slice(2, 4));
  return { folder, file: join(folder, id), tombstone: join(folder, `${id}.erased`) };
}

/** Ids of the files after `cursor` in byte order; `erased` are those with a tombstone, whose file should not be there. */
export async function* storedFiles(root: string, cursor: string): AsyncGenerator<{ id: string; erased: boolean }> {
  for (const outer of await folders(root, cursor.slice(0, 2))) {
    const from = outer === cursor.slice(0, 2) ? cursor.slice(2, 4) : '';
    for (const inner of await folders(join(root, outer), from)) {
      const names = new Set(await readdir(join(root, outer, inner)));
      for (const id of [...names].filter((name) => isId(name) && name > cursor).sort()) {
        yield { id, erased: names.has(`${id}.erased`) };
      }
    }
  }
}

/** False only where the path is known to be absent; any other trouble is thrown. */
export async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (isAbsence(error)) return false;
    throw error;
  }
}

export function isAbsence(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

function isId(text: string): boolean {
  return /^[0-9a-f]{32}$/.test(text);
}

async function folders(parent: string, from: string): Promise<string[]> {
  return (await readdir(parent)).filter((name) => /^[0-9a-f]{2}$/.test(name) && name >= from).sort();
}
