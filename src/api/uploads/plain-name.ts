/** Longest name that is kept of a file. */
const LONGEST = 200;

/** The last part of a file's name, whatever system it comes from. */
export function plainName(name: string): string {
  return (name.split(/[\\/]/).at(-1) ?? '').replace(/\p{Cc}/gu, '').slice(0, LONGEST);
}
