import { crc32, createDeflateRaw } from 'node:zlib';

/** A part of an archive: its name and its text, piece by piece. */
export interface PartText {
  readonly name: string;
  readonly text: Iterable<string> | AsyncIterable<string>;
}

// APPNOTE.TXT 6.3.10: version 2.0, sizes in a descriptor after the data (bit 3), UTF-8 names (bit 11), deflate.
const VERSION = 20;
const FLAGS = 0x0808;
const DEFLATE = 8;
/** 1 January 1980: the file says nothing of when it was made, and the same content is the same file. */
const DOS_DATE = 0x0021;
const LIMIT = 0xffff_ffff;

/** The bytes of a zip archive with these parts, in order; nothing is held but the directory. At most 4 GiB. */
export async function* zipArchive(parts: Iterable<PartText>): AsyncGenerator<Uint8Array> {
  const directory: Buffer[] = [];
  let at = 0;
  for (const { name, text } of parts) {
    const from = at;
    const header = localHeader(name);
    yield header;
    at += header.length;
    const sizes = { crc: 0, packed: 0, unpacked: 0 };
    for await (const piece of packed(text, sizes)) {
      at += piece.length;
      yield piece;
    }
    if (at > LIMIT || sizes.unpacked > LIMIT) throw new RangeError('the archive is larger than 4 GiB');
    const descriptor = Buffer.alloc(16);
    descriptor.writeUInt32LE(0x0807_4b50, 0);
    writeSizes(descriptor, 4, sizes);
    yield descriptor;
    at += descriptor.length;
    directory.push(directoryEntry(name, from, sizes));
  }
  const entries = Buffer.concat(directory);
  yield entries;
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x0605_4b50, 0);
  end.writeUInt16LE(directory.length, 8);
  end.writeUInt16LE(directory.length, 10);
  end.writeUInt32LE(entries.length, 12);
  end.writeUInt32LE(at, 16);
  yield end;
}

interface Sizes {
  crc: number;
  packed: number;
  unpacked: number;
}

async function* packed(text: PartText['text'], sizes: Sizes): AsyncGenerator<Uint8Array> {
  const deflate = createDeflateRaw();
  const feed = async (): Promise<void> => {
    for await (const piece of text) {
      const bytes = Buffer.from(piece);
      sizes.crc = crc32(bytes, sizes.crc);
      sizes.unpacked += bytes.length;
      if (!deflate.write(bytes)) await new Promise((resolve) => deflate.once('drain', resolve));
    }
    deflate.end();
  };
  const fed = feed().catch((error: unknown) => deflate.destroy(error as Error));
  for await (const piece of deflate) {
    sizes.packed += (piece as Uint8Array).length;
    yield piece as Uint8Array;
  }
  await fed;
}

function localHeader(name: string): Buffer {
  const bytes = Buffer.from(name);
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x0403_4b50, 0);
  header.writeUInt16LE(VERSION, 4);
  header.writeUInt16LE(FLAGS, 6);
  header.writeUInt16LE(DEFLATE, 8);
  header.writeUInt16LE(DOS_DATE, 12);
  header.writeUInt16LE(bytes.length, 26);
  return Buffer.concat([header, bytes]);
}

function directoryEntry(name: string, from: number, sizes: Sizes): Buffer {
  const bytes = Buffer.from(name);
  const entry = Buffer.alloc(46);
  entry.writeUInt32LE(0x0201_4b50, 0);
  entry.writeUInt16LE(VERSION, 4);
  entry.writeUInt16LE(VERSION, 6);
  entry.writeUInt16LE(FLAGS, 8);
  entry.writeUInt16LE(DEFLATE, 10);
  entry.writeUInt16LE(DOS_DATE, 14);
  writeSizes(entry, 16, sizes);
  entry.writeUInt16LE(bytes.length, 28);
  entry.writeUInt32LE(from, 42);
  return Buffer.concat([entry, bytes]);
}

function writeSizes(buffer: Buffer, at: number, { crc, packed: size, unpacked }: Sizes): void {
  buffer.writeUInt32LE(crc, at);
  buffer.writeUInt32LE(size, at + 4);
  buffer.writeUInt32LE(unpacked, at + 8);
}
