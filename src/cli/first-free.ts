import { access } from 'node:fs/promises';

/** The first of these paths at which nothing is; undefined where something is at each. */
export async function firstFree(paths: Iterable<string>): Promise<string | undefined> {
  for (const path of paths) {
    const isTaken = await access(path).then(
      () => true,
      () => false,
    );
    if (!isTaken) return path;
  }
  return undefined;
}
