import assert from 'node:assert/strict';
import { isChannelError } from '../../src/emissions/index.ts';
import type { PdfCase } from './pdf/pdf-case.ts';
import type { KnownLine, KnownPdf } from './pdf-cases.ts';

/** What a reader makes of a PDF. */
export interface PdfReading {
  /** Texts of the pages as seen, in any order. */
  readonly text: string;
  /** Every quantity that it proposes, as a plain decimal, with candidates among which a person chooses. */
  readonly quantities: readonly string[];
  /** The lines that it would record as they are, once a person confirms them. */
  readonly lines?: readonly KnownLine[];
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

/** A sound bill is read as its pages show it and no figure of another kind is proposed as usage, or it is refused by a code. */
export async function checkKnown(one: KnownPdf, read: PdfReader): Promise<'read' | 'refused'> {
  const found = await outcomeOf(read, one.file);
  if (typeof found === 'string') return 'refused';
  for (const text of one.printed) assert.ok(holds(found.text, text), `'${text}' was not read: ${one.style}`);
  only(found, one.usage, one);
  for (const line of found.lines ?? [])
    assert.ok(
      one.lines.some((known) => isLine(line, known)),
      wrong(line, one),
    );
  return 'read';
}

/** Of a bill whose structure was changed nothing is proposed that its pages do not print. */
export async function checkAltered(one: KnownPdf, read: PdfReader): Promise<void> {
  const found = await outcomeOf(read, one.file);
  if (typeof found !== 'string') only(found, [...one.usage, ...one.others], one);
}

function isLine(line: KnownLine, known: KnownLine): boolean {
  const same = line.meter === known.meter && line.start === known.start && line.end === known.end;
  return same && isSame(line.quantity, known.quantity);
}

function wrong(line: KnownLine, { lines, style }: KnownPdf): string {
  return `would record ${JSON.stringify(line)} of ${JSON.stringify(lines)}: ${style}`;
}

function only({ text, quantities }: PdfReading, right: readonly string[], { unseen, style }: KnownPdf): void {
  for (const hidden of unseen) assert.ok(!holds(text, hidden), `'${hidden}' is not seen: ${style}`);
  for (const quantity of quantities)
    assert.ok(
      right.some((other) => isSame(other, quantity)),
      `proposes ${quantity}, which is no usage of this bill: ${style}`,
    );
}

/** Whether a text holds another; where spaces stand is the reader's own. */
function holds(text: string, part: string): boolean {
  return text.replaceAll(/\s/gu, '').includes(part.replaceAll(/\s/gu, ''));
}

/** Whether two plain decimals are one number. */
function isSame(one: string, other: string): boolean {
  const plain = (text: string) => (text.includes('.') ? text.replace(/\.?0+$/, '') : text).replace(/^0+(?=\d)/, '');
  return plain(one) === plain(other);
}
