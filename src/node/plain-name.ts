/** Longest name that is kept of a file. */
const LONGEST = 200;

/** What a terminal obeys, and what turns the direction of what follows: a name with it shows other than it is. */
const UNSEEN = /[\p{Cc}\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu;

/** A file's name with its folders as it was sent, whatever system it comes from: it names, and never leads anywhere. */
export function sentName(name: string): string {
  return Array.from(name.replaceAll('\\', '/').replace(UNSEEN, '').normalize('NFC').toWellFormed())
    .slice(0, LONGEST)
    .join('');
}

/** The last part of a file's name, whatever system it comes from. */
export function plainName(name: string): string {
  return sentName(name.split(/[\\/]/).at(-1) ?? '');
}
