import { ChannelError } from '../emissions/index.ts';
import type { BillItem, BillReader, ReadOptions } from './bill.ts';
import { csvReader } from './csv.ts';
import { greenButtonReader } from './green-button.ts';
import { latePdfReader, pdfReader } from './pdf/pdf-reader.ts';
import { entriesCsvReader } from './portfolio-manager/entries-csv.ts';
import { portfolioManagerReader } from './portfolio-manager/portfolio-manager.ts';
import { decodeHead } from './text-encoding.ts';

/** A bill file as it comes in: from a disk, a socket or a test. */
export interface BillFile {
  readonly body: AsyncIterable<Uint8Array>;
  readonly options: ReadOptions;
  /** Has the name of the format before the first line. */
  readonly told?: (format: string) => void;
  /** Has the number of rows seen before the first line is given, now and then; what it throws ends the reading. */
  readonly looked?: (rows: number) => void;
}

const readers: readonly BillReader[] = [
  pdfReader,
  greenButtonReader,
  portfolioManagerReader,
  csvReader,
  entriesCsvReader,
  latePdfReader,
];
const HEAD = 65_536;

const OLD_WORKBOOK = 'an old workbook (xls)';
/** Name of the stream that holds a workbook with a password, in the same container (MS-OFFCRYPTO 2.3.4). */
const ENCRYPTED = Buffer.from('EncryptedPackage', 'utf16le');

/** What the first bytes of common files look like (their own specifications), for a message that says what was sent. */
const signatures: readonly (readonly [kind: string, bytes: string])[] = [
  ['an empty, split or damaged zip archive or workbook (xlsx)', 'PK'],
  [OLD_WORKBOOK, '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'],
  ['a gzip archive', '\x1f\x8b'],
  ['a PNG image', '\x89PNG'],
  ['a JPEG image', '\xff\xd8\xff'],
  ['a GIF image', 'GIF8'],
  ['a TIFF image', 'II*\x00'],
  ['a TIFF image', 'MM\x00*'],
];

/**
 * Lines and rejected rows of a bill file, in file order. The reader is chosen by what the file holds, never by its name.
 * Nothing is held but what the reader needs; a slow consumer slows the source.
 * @throws {ChannelError} FILE_KIND_UNKNOWN saying what was seen; COLUMN_MISSING; FILE_MALFORMED, also after lines were given
 */
export function readBills({ body, options, told, looked }: BillFile): AsyncIterableIterator<BillItem> {
  const source = body[Symbol.asyncIterator]();
  let items: AsyncIterator<BillItem> | undefined;
  const start = async (): Promise<IteratorResult<BillItem>> => {
    try {
      const { head, ended } = await readHead(source);
      const reader = readers.find((one) => one.recognises(head, options));
      if (reader === undefined) throw unknownKind(head, options);
      told?.(reader.format);
      items = reader.read(rest(head, source, ended), options, looked)[Symbol.asyncIterator]();
      return await items.next();
    } catch (error) {
      await source.return?.();
      throw error;
    }
  };
  // No generator of its own: each layer of generators costs every item several turns of the event loop.
  return {
    next: () => (items === undefined ? start() : items.next()),
    async return() {
      await items?.return?.();
      await source.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** The first 64 KiB of a file, by which its kind is known. */
export async function readHead(source: AsyncIterator<Uint8Array>): Promise<{ head: Uint8Array; ended: boolean }> {
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

/** The file from its beginning, after its head was looked at. */
export async function* rest(
  head: Uint8Array,
  source: AsyncIterator<Uint8Array>,
  ended: boolean,
): AsyncGenerator<Uint8Array> {
  try {
    yield head;
    while (!ended) {
      const { done, value } = await source.next();
      if (done === true) return;
      yield value;
    }
  } finally {
    await source.return?.();
  }
}

const UNKNOWN_TEXT = 'text in which no row names the columns of a layout that is known';
const MAP_IT = {
  fix: 'If it is a table of bills, uec bills map FILE proposes how to read it; then record it with --map.',
};

function unknownKind(head: Uint8Array, { mapping, ...options }: ReadOptions): ChannelError {
  const kind = kindOf(head);
  if (kind === UNKNOWN_TEXT && mapping !== undefined)
    return unmapped(readers.some((one) => one.recognises(head, options)));
  return new ChannelError(
    'FILE_KIND_UNKNOWN',
    `a bill file was expected, this is ${kind}`,
    kind === UNKNOWN_TEXT ? MAP_IT : {},
  );
}

/** A mapping was told, and the text has no row with its columns. It is never left out for that: it may hold what the file does not say. */
function unmapped(isKnown: boolean): ChannelError {
  const [also, fix] = isKnown
    ? ['; it is of a layout that is read without a mapping', 'Record the file without --map.']
    : ['', 'Use the mapping of this layout, or propose one: uec bills map FILE.'];
  return new ChannelError('FILE_KIND_UNKNOWN', `no row of the file names the columns of the mapping${also}`, { fix });
}

function kindOf(head: Uint8Array): string {
  if (head.length === 0) return 'an empty file';
  const start = Buffer.from(head.subarray(0, 8)).toString('latin1');
  const known = signatures.find(([, bytes]) => start.startsWith(bytes));
  if (known?.[0] === OLD_WORKBOOK && Buffer.from(head).includes(ENCRYPTED)) return 'a workbook with a password';
  if (known !== undefined) return known[0];
  const text = decodeHead(head).trimStart();
  if (text.includes('\u0000')) return 'a binary file of an unknown kind';
  if (text === '') return 'an empty file';
  if (/^(<!doctype html|<html)/i.test(text)) return 'a web page (HTML)';
  if (text.startsWith('<')) return 'XML that is not Green Button';
  if (/^[{[]/.test(text)) return 'JSON';
  return UNKNOWN_TEXT;
}
