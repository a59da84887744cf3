import { isUrl } from './paths.ts';
import { remoteOptions } from './remote-options.ts';
import { shellWord } from './words.ts';

/** A node in a command that a person may copy: as it was typed, and at a URL with the options without which it is not reached. */
export function nodeWords(dir: string): string {
  const { tokenFile, ca } = isUrl(dir) ? remoteOptions() : {};
  const token = tokenFile === undefined ? '' : ` --token-file ${shellWord(tokenFile)}`;
  return `${shellWord(dir)}${token}${ca === undefined ? '' : ` --ca ${shellWord(ca)}`}`;
}
