import { gzipSync } from 'node:zlib';
import { ChannelError } from '../../../emissions/index.ts';

const BLOCK = 512;

/** Files as a gzipped tar archive (POSIX ustar): fixed times and owners, nothing compressed, so that equal files give equal bytes. */
export function tarGz(files: readonly (readonly [name: string, content: string | Uint8Array])[]): Buffer {
  const parts = files.flatMap(([name, content]) => {
    const bytes = Buffer.from(content);
    return [header(name, bytes.length), bytes, Buffer.alloc(-bytes.length & (BLOCK - 1))];
  });
  const archive = gzipSync(Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)]), { level: 0 });
  // RFC 1952: the operating system; 255 = unknown. Libraries write their own.
  archive[9] = 255;
  return archive;
}

function header(name: string, size: number): Buffer {
  if (Buffer.byteLength(name) > 100) throw new ChannelError('INTERNAL', `'${name}' is too long a name for an archive`);
  const block = Buffer.alloc(BLOCK);
  const number = (value: number, at: number, digits: number): void => {
    block.write(value.toString(8).padStart(digits, '0'), at);
  };
  block.write(name, 0);
  number(0o644, 100, 7);
  // Owner and group.
  number(0, 108, 7);
  number(0, 116, 7);
  number(size, 124, 11);
  // Time of change.
  number(0, 136, 11);
  block.write('0', 156);
  block.write('ustar\x0000', 257, 'latin1');
  // The checksum is taken with spaces in its own place.
  block.fill(' ', 148, 156);
  number(
    block.reduce((sum, byte) => sum + byte, 0),
    148,
    6,
  );
  block[154] = 0;
  return block;
}
