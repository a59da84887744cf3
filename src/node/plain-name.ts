/** Longest name that is kept of a file. */
const LONGEST = 200;

/** What a terminal obeys, and what turns the direction of what follows: a name with it shows other than it is. */
const UNSEEN = /[\p{Cc}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu;

/** A text of the owner's as it may be shown at a terminal. */
export function shownText(text: string): string {
  return text.replace(UNSEEN, '').toWellFormed();
}

/** A file's name with its folders as it was sent, whatever system it comes from: it names, and never leads anywhere. */
export function sentName(name: string): string {
  return Array.from(shownText(name.replaceAll('\\', '/')).normalize('NFC'))
    .slice(0, LONGEST)
    .join('');
}

/** The last part of a file's name, whatever system it comes from. */
export function plainName(name: string): string {
  return sentName(name.split(/[\\/]/).at(-1) ?? '');
}
