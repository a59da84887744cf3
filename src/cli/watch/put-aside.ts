import { mkdir, rename, writeFile } from 'node:fs/promises';
import { basename, join, parse } from 'node:path';
import { firstFree } from '../first-free.ts';

export type Aside = 'done' | 'refused';

/** Moves a file into a folder beside it, under a name that nothing there has; nothing is ever replaced or removed. */
export async function putAside(folder: string, name: string, aside: Aside): Promise<void> {
  await mkdir(join(folder, aside), { recursive: true, mode: 0o700 });
  await rename(join(folder, name), join(folder, aside, await freeName(join(folder, aside), name)));
}

/** Writes a text beside refused files, whole or not at all: one of an earlier try of the same file is replaced. */
export async function writeAside(folder: string, name: string, pieces: string | Iterable<string>): Promise<void> {
  const to = join(folder, 'refused');
  await mkdir(to, { recursive: true, mode: 0o700 });
  await writeFile(join(to, `.${name}.tmp`), pieces, { mode: 0o600 });
  await rename(join(to, `.${name}.tmp`), join(to, name));
}

/** `bill.csv`, or `bill-2.csv` where that is taken, and so on. */
export async function freeName(folder: string, name: string): Promise<string> {
  return basename((await firstFree(namesLike(folder, name))) as string);
}

function* namesLike(folder: string, name: string): Generator<string> {
  const { name: stem, ext } = parse(name);
  yield join(folder, name);
  for (let count = 2; ; count += 1) yield join(folder, `${stem}-${count}${ext}`);
}
