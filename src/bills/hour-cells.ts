/**
 * Cells of hours, one after the other, in words of 32 bits: the sum of an hour's readings (two words, 64 bits with sign), and
 * which of its minutes they cover (two words of 30, with two marks above each). One array without objects, because a large
 * file has millions of hours.
 */
export type Page = Uint32Array;

/** Words of a cell. */
export const CELL = 4;
const HIGH_WORD = 1;
const FIRST_HALF = 2;
const SECOND_HALF = 3;

const WORD = 2 ** 32;
const HALF = 2 ** 30 - 1;

export function pageOf(hours: number): Page {
  return new Uint32Array(CELL * hours);
}

/** A value in two words: `low` without sign, `high` with it. */
export function lowWord(value: number): number {
  return value >>> 0;
}

export function highWord(value: number): number {
  return Math.floor(value / WORD);
}

export function fromWords(low: number, high: number): bigint {
  return high === 0 ? BigInt(low) : (BigInt(high | 0) << 32n) | BigInt(low);
}

export function addValue(page: Page, at: number, low: number, high: number): void {
  const sum = (page[at] as number) + low;
  page[at] = sum;
  page[at + HIGH_WORD] = (page[at + HIGH_WORD] as number) + high + (sum >= WORD ? 1 : 0);
}

export function valueAt(page: Page, at: number): bigint {
  return fromWords(page[at] as number, page[at + HIGH_WORD] as number);
}

export function isEmptyAt(page: Page, at: number): boolean {
  return (((page[at + FIRST_HALF] as number) | (page[at + SECOND_HALF] as number)) & HALF) === 0;
}

/** True where some of the minutes are covered already. */
export function overlapsAt(page: Page, at: number, first: number, second: number): boolean {
  return ((page[at + FIRST_HALF] as number) & first) !== 0 || ((page[at + SECOND_HALF] as number) & second) !== 0;
}

export function coverAt(page: Page, at: number, first: number, second: number): void {
  page[at + FIRST_HALF] = (page[at + FIRST_HALF] as number) | first;
  page[at + SECOND_HALF] = (page[at + SECOND_HALF] as number) | second;
}

/** The minutes that are covered, as two words of 30 bits. */
export function minutesAt(page: Page, at: number): [first: number, second: number] {
  return [(page[at + FIRST_HALF] as number) & HALF, (page[at + SECOND_HALF] as number) & HALF];
}

/** The marks of a cell, four bits: those below 4 stand in its first word of minutes, the others in its second. */
export function marksAt(page: Page, at: number): number {
  return ((page[at + FIRST_HALF] as number) >>> 30) | (((page[at + SECOND_HALF] as number) >>> 30) << 2);
}

export function setMarks(page: Page, at: number, marks: number): void {
  page[at + FIRST_HALF] = ((page[at + FIRST_HALF] as number) & HALF) | (marks << 30);
  page[at + SECOND_HALF] = ((page[at + SECOND_HALF] as number) & HALF) | ((marks >>> 2) << 30);
}

/** True where both cells have the same value and minutes. */
export function sameCell(a: Page, b: Page, at: number): boolean {
  const [first, second] = minutesAt(a, at);
  const [otherFirst, otherSecond] = minutesAt(b, at);
  return a[at] === b[at] && a[at + HIGH_WORD] === b[at + HIGH_WORD] && first === otherFirst && second === otherSecond;
}

/** Bits of the minutes `[from, to)` of half an hour. */
export function minuteBits(from: number, to: number): number {
  return to <= from ? 0 : (HALF >>> (30 - (to - from))) << from;
}

/** Number of minutes that are covered, and where the last of them ends. */
export function covered(page: Page, at: number): { minutes: number; until: number } {
  const [first, second] = minutesAt(page, at);
  const until = second === 0 ? 32 - Math.clz32(first) : 62 - Math.clz32(second);
  return { minutes: bits(first) + bits(second), until };
}

function bits(word: number): number {
  let count = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}
