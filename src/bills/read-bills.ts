import { ChannelError } from '../emissions/index.ts';
import type { BillItem, BillReader, ReadOptions } from './bill.ts';
import { csvReader } from './csv.ts';
import { greenButtonReader } from './green-button.ts';

/** A bill file as it comes in: from a disk, a socket or a test. */
export interface BillFile {
  readonly body: AsyncIterable<Uint8Array>;
  readonly options: ReadOptions;
  /** Has the name of the format before the first line. */
  readonly told?: (format: string) => void;
}

const readers: readonly BillReader[] = [greenButtonReader, csvReader];
const HEAD = 65_536;

/** What the first bytes of common files look like (their own specifications), for a message that says what was sent. */
const signatures: readonly (readonly [kind: string, bytes: string])[] = [
  ['a PDF document', '%PDF-'],
  ['a zip archive or a workbook (xlsx)', 'PK\x03\x04'],
  ['an old workbook (xls)', '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'],
  ['a gzip archive', '\x1f\x8b'],
  ['a PNG image', '\x89PNG'],
  ['a JPEG image', '\xff\xd8\xff'],
  ['a GIF image', 'GIF8'],
  ['a TIFF image', 'II*\x00'],
  ['a TIFF image', 'MM\x00*'],
  ['text in UTF-16', '\xff\xfe'],
  ['text in UTF-16', '\xfe\xff'],
];

/**
 * Lines and rejected rows of a bill file, in file order. The reader is chosen by what the file holds, never by its name.
 * Nothing is held but what the reader needs; a slow consumer slows the source.
 * @throws {ChannelError} FILE_KIND_UNKNOWN saying what was seen; COLUMN_MISSING; FILE_MALFORMED, also after lines were given
 */
export async function* readBills({ body, options, told }: BillFile): AsyncGenerator<BillItem> {
  const source = body[Symbol.asyncIterator]();
  try {
    const { head, ended } = await readHead(source);
    const reader = readers.find((one) => one.recognises(head));
    if (reader === undefined) throw unknownKind(head);
    told?.(reader.format);
    yield* reader.read(rest(head, source, ended), options);
  } finally {
    await source.return?.();
  }
}

async function readHead(source: AsyncIterator<Uint8Array>): Promise<{ head: Uint8Array; ended: boolean }> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  while (length < HEAD) {
    const { done, value } = await source.next();
    if (done === true) return { head: Buffer.concat(pieces), ended: true };
    pieces.push(value);
    length += value.length;
  }
  return { head: Buffer.concat(pieces), ended: false };
}

async function* rest(head: Uint8Array, source: AsyncIterator<Uint8Array>, ended: boolean): AsyncGenerator<Uint8Array> {
  yield head;
  while (!ended) {
    const { done, value } = await source.next();
    if (done === true) return;
    yield value;
  }
}

function unknownKind(head: Uint8Array): ChannelError {
  return new ChannelError('FILE_KIND_UNKNOWN', `a bill file was expected, this is ${kindOf(head)}`);
}

function kindOf(head: Uint8Array): string {
  if (head.length === 0) return 'an empty file';
  const start = Buffer.from(head.subarray(0, 8)).toString('latin1');
  const known = signatures.find(([, bytes]) => start.startsWith(bytes));
  if (known !== undefined) return known[0];
  if (head.includes(0)) return 'a binary file of an unknown kind';
  const text = new TextDecoder().decode(head).trimStart();
  if (text === '') return 'an empty file';
  if (/^(<!doctype html|<html)/i.test(text)) return 'a web page (HTML)';
  if (text.startsWith('<')) return 'XML that is not Green Button';
  if (/^[{[]/.test(text)) return 'JSON';
  return 'text whose first line does not name the columns of the plain layout';
}
