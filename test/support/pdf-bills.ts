import { readdirSync, readFileSync } from 'node:fs';

/** What a line of a sample bill must be read as. Worked out by hand from the printed bill; see `working` in the file. */
export interface ExpectedBillLine {
  readonly commodity: string;
  readonly flow: string;
  readonly meter: string;
  readonly start: string;
  readonly end: string;
  readonly statedEnd: string;
  readonly quantity: string;
  readonly unit: string;
  readonly readBasis: string;
  readonly calorific?: string;
  readonly parts?: readonly { readonly name: string; readonly quantity: string }[];
  /** Another figure of the same use: may be offered as a choice, and is never a line of its own. */
  readonly sameUse?: { readonly printed: string; readonly quantity: string; readonly unit: string };
  /** Where the period's and the quantity's text stand first or are best read. */
  readonly page: number;
  readonly printed: { readonly period: string; readonly quantity: string };
}

/** `samples/pdf/NAME.expected.json`. */
export interface ExpectedBill {
  readonly utility: string;
  readonly account: string | null;
  readonly dateOrder: 'day-first' | 'month-first' | null;
  readonly decimalSign: '.' | ',';
  readonly lines: readonly ExpectedBillLine[];
  readonly total: { readonly amount: string; readonly currency: string | null };
  /** What a person must tell before a line can be recorded. */
  readonly mustBeTold: readonly string[];
  /** Printed figures that are no quantity of a period. */
  readonly neverUsage: readonly { readonly printed: string; readonly page: number; readonly why: string }[];
}

const folder = new URL('../../samples/pdf/', import.meta.url);

export const billNames: readonly string[] = readdirSync(folder)
  .filter((name) => name.endsWith('.pdf'))
  .map((name) => name.slice(0, -4));

export function billBytes(name: string): Buffer {
  return readFileSync(new URL(`${name}.pdf`, folder));
}

export function expectedBill(name: string): ExpectedBill {
  return JSON.parse(readFileSync(new URL(`${name}.expected.json`, folder), 'utf8'));
}
