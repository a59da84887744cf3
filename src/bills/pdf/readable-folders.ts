import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What the process that reads PDFs loads beside this software itself: the test of the installed package finds what is missing here. */
const LIBRARIES = ['unpdf'];

/**
 * The folders that the process that reads PDFs may read: this software's code, and the libraries that it loads, each by itself. Installed in
 * another project the package has its libraries beside it, among those of others.
 */
export function readableFolders(): readonly string[] {
  const code = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
  return [code, ...LIBRARIES.map(folderOf)];
}

/** Where a library is, wherever it was installed. */
function folderOf(name: string): string {
  const url = import.meta.resolve(name);
  const folder = `/node_modules/${name}`;
  const at = url.lastIndexOf(`${folder}/`);
  return at < 0 ? dirname(fileURLToPath(url)) : fileURLToPath(url.slice(0, at + folder.length));
}
