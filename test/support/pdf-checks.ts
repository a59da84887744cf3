import assert from 'node:assert/strict';
import { isChannelError } from '../../src/emissions/index.ts';
import type { PdfCase } from './pdf/pdf-case.ts';

/** What a reader makes of a PDF. */
export interface PdfReading {
  /** Texts of the pages as seen, in any order. */
  readonly text: string;
  /** Every quantity that it proposes, as a plain decimal, with candidates among which a person chooses. */
  readonly quantities: readonly string[];
}

/** A reader under test: a reading, or an error with a code. */
export type PdfReader = (file: Uint8Array) => Promise<PdfReading>;

/** What was read, or the code of the refusal. Any other error is thrown: a reader does not fall over. */
export async function outcomeOf(read: PdfReader, file: Uint8Array): Promise<PdfReading | string> {
  try {
    return await read(file);
  } catch (error) {
    if (!isChannelError(error)) throw error;
    return error.code;
  }
}

/** A hostile or odd file is read or refused as its case says, and nothing comes out of it that must not. */
export async function checkPdfCase(one: PdfCase, read: PdfReader): Promise<void> {
  const found = await outcomeOf(read, one.make());
  if (typeof found === 'string') {
    assert.notEqual(one.outcome, 'read', `refused with ${found}, and it can be read: ${one.right}`);
    return;
  }
  assert.notEqual(one.outcome, 'refused', `it was read: ${one.right}`);
  for (const part of one.shows ?? []) assert.ok(holds(found.text, part), `'${part}' is on the page and was not read`);
  for (const part of one.unseen ?? []) assert.ok(!holds(found.text, part), `'${part}' is not seen: ${one.right}`);
  for (const quantity of one.neverProposed ?? [])
    assert.ok(!found.quantities.some((other) => isSame(other, quantity)), `proposes ${quantity}: ${one.right}`);
}

/** Whether a text holds another; where spaces stand is the reader's own. */
export function holds(text: string, part: string): boolean {
  return text.replaceAll(/\s/gu, '').includes(part.replaceAll(/\s/gu, ''));
}

/** Whether two plain decimals are one number. */
export function isSame(one: string, other: string): boolean {
  const plain = (text: string) => (text.includes('.') ? text.replace(/\.?0+$/, '') : text).replace(/^0+(?=\d)/, '');
  return plain(one) === plain(other);
}
