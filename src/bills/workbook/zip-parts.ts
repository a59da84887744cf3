import type { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { type Entry, fromFdPromise, type ZipFile } from 'yauzl';
import { ChannelError, isChannelError } from '../../emissions/index.ts';

/** Most parts of a workbook: far beyond what a spreadsheet writes. */
const MAX_PARTS = 2_000;
/** Most bytes of one part once it is unpacked: a full sheet of a million rows. */
const MAX_PART = 1_073_741_824;
/** Most bytes of all parts that are unpacked, one after the other. */
const MAX_UNPACKED = 2_147_483_648;
/** Most that a part may grow on unpacking, beyond its first 16 MiB. Deflate itself ends at about 1032. */
const MAX_RATIO = 200;
const FREE_BYTES = 16_777_216;

/** The parts of a zip archive, by name. Only the parts asked for are ever unpacked, so an archive within it stays closed. */
export interface ZipParts {
  has(name: string): boolean;
  /** The unpacked bytes of a part. @throws {ChannelError} FILE_MALFORMED */
  read(name: string): AsyncIterable<Uint8Array>;
}

/**
 * Looks through the whole directory of an archive before anything is unpacked.
 * @throws {ChannelError} FILE_MALFORMED for what is no whole zip archive, has more than 2,000 parts, parts that share bytes or a name, a
 * name that leads out of the archive, an encrypted part, or a part that would unpack to more than 1 GiB or 200 times its size; and on
 * reading where all parts read so far unpack to more than 2 GiB
 */
export async function openZip(fd: number): Promise<ZipParts> {
  const parts = new Map<string, Entry>();
  const zip = await told(fromFdPromise(fd, { autoClose: false, lazyEntries: true, strictFileNames: false }));
  if (zip.entryCount > MAX_PARTS) throw fault(`the archive has more than ${MAX_PARTS} parts`);
  const spans: { from: number; to: number }[] = [];
  for (;;) {
    const { done, value: entry } = await told(entries(zip).next());
    if (done === true) break;
    if (spans.length >= MAX_PARTS) throw fault(`the archive has more than ${MAX_PARTS} parts`);
    checkPart(entry);
    const name = entry.fileName.toLowerCase();
    if (parts.has(name)) throw fault('two parts of the archive have one name');
    parts.set(name, entry);
    spans.push({
      from: entry.relativeOffsetOfLocalHeader,
      to: entry.relativeOffsetOfLocalHeader + 30 + entry.compressedSize,
    });
  }
  spans.sort((a, b) => a.from - b.from);
  if (spans.some(({ from }, at) => at > 0 && from < (spans[at - 1] as { to: number }).to)) {
    throw fault('parts of the archive overlap: it was made to unpack without end');
  }
  const budget = { left: MAX_UNPACKED };
  return {
    has: (name) => parts.has(name.toLowerCase()),
    read: (name) => unpacked(zip, parts.get(name.toLowerCase()), budget),
  };
}

// One iterator a file: yauzl keeps its place.
const iterators = new WeakMap<ZipFile, AsyncIterator<Entry>>();
function entries(zip: ZipFile): AsyncIterator<Entry> {
  const known = iterators.get(zip) ?? zip.eachEntry()[Symbol.asyncIterator]();
  iterators.set(zip, known);
  return known;
}

function checkPart(entry: Entry): void {
  if (entry.isEncrypted()) {
    throw fault('parts of the archive are encrypted', 'Save the workbook without a password.');
  }
  if (entry.uncompressedSize > MAX_PART) throw fault('a part of the archive unpacks to more than 1 GiB');
  if (entry.uncompressedSize > FREE_BYTES && entry.uncompressedSize > entry.compressedSize * MAX_RATIO) {
    throw fault(`a part of the archive unpacks to more than ${MAX_RATIO} times its size`);
  }
}

async function* unpacked(zip: ZipFile, entry: Entry | undefined, budget: { left: number }): AsyncGenerator<Uint8Array> {
  if (entry === undefined) throw fault('a part that the workbook names is not in it');
  const stream = (await told(zip.openReadStreamPromise(entry))) as Readable;
  let length = 0;
  let checksum = 0;
  try {
    for await (const piece of stream) {
      length += (piece as Uint8Array).length;
      // The directory may lie; yauzl compares, and so do we.
      if (length > MAX_PART) throw fault('a part of the archive unpacks to more than 1 GiB');
      budget.left -= (piece as Uint8Array).length;
      if (budget.left < 0) throw fault('the archive unpacks to more than 2 GiB', 'Split the workbook by property.');
      checksum = crc32(piece as Uint8Array, checksum);
      yield piece as Uint8Array;
    }
    // The library leaves this to its caller; without it a damaged figure would be read as another.
    if (checksum !== entry.crc32) throw fault('a part of the archive does not match its checksum');
  } catch (error) {
    throw isChannelError(error) ? error : broken(error);
  } finally {
    stream.destroy();
  }
}

function told<T>(promise: Promise<T>): Promise<T> {
  return promise.catch((error: unknown) => {
    throw isChannelError(error) ? error : broken(error);
  });
}

// The library's own words may repeat the name of a part.
function broken(cause: unknown): ChannelError {
  return new ChannelError(
    'FILE_MALFORMED',
    'the file is a zip archive, as a workbook (xlsx) is one, and it is damaged, cut off or made by hand',
    {
      fix: 'Download or save the workbook again.',
      cause: cause as Error,
    },
  );
}

function fault(message: string, fix = 'Save the workbook again from the program that made it.'): ChannelError {
  return new ChannelError('FILE_MALFORMED', message, { fix });
}
