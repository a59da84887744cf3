import { fstatSync, readSync } from 'node:fs';
import { ChannelError } from '../../emissions/index.ts';
import { FRAME_HEAD_BYTES, frameSize, LOG_MAGIC } from './frame.ts';

export interface LogScan {
  /** Byte offset of each block. */
  readonly offsets: number[];
  /** Where the last whole block ends. */
  readonly end: number;
  readonly size: number;
  /** Why what follows `end` is a write that never finished; absent when nothing follows. */
  readonly torn?: string;
}

const WINDOW = 4096;

/**
 * Finds the blocks of a log by their frame heads, without reading their bodies. A tail counts as torn only when it is
 * incomplete: shorter than its head says, or ending in the zeros of a file that grew before its data came. Anything else
 * that is not a frame is corruption: it may be a block that was acknowledged.
 * @throws {ChannelError} LEDGER_CORRUPT with the place; nothing is changed
 */
export function scanLog(fd: number): LogScan {
  const { size } = fstatSync(fd);
  const window = new Window(fd, size);
  if (!window.at(0, LOG_MAGIC.length).equals(LOG_MAGIC)) {
    throw new ChannelError('LEDGER_CORRUPT', 'the file does not start as a block log does', { where: 'byte 0' });
  }
  const offsets: number[] = [];
  let end = LOG_MAGIC.length;
  while (end < size) {
    const length = frameSize(window.at(end, FRAME_HEAD_BYTES));
    if (length === undefined || end + length > size) {
      const torn = tornTail(fd, offsets.at(-1), end, length, size);
      if (torn !== undefined) return { ...torn, offsets: offsets.filter((offset) => offset < torn.end), size };
      throw new ChannelError('LEDGER_CORRUPT', `block ${offsets.length}: the frame head is not what was written`, {
        where: `block ${offsets.length}, byte ${end}`,
      });
    }
    offsets.push(end);
    end += length;
  }
  const torn = endsInZeros(fd, end, size);
  if (torn && offsets.length > 0) {
    const last = offsets.pop() as number;
    return { offsets, end: last, size, torn: UNFILLED };
  }
  return { offsets, end, size };
}

const UNFILLED = 'a block that ends in zeros';

function tornTail(
  fd: number,
  last: number | undefined,
  end: number,
  length: number | undefined,
  size: number,
): { readonly end: number; readonly torn: string } | undefined {
  // The block before may have come without its end while the file was already longer.
  if (last !== undefined && endsInZeros(fd, end, size)) return { end: last, torn: UNFILLED };
  if (length !== undefined) return { end, torn: `${size - end} of ${length} bytes of a block` };
  if (size - end < FRAME_HEAD_BYTES) return { end, torn: `${size - end} bytes of a frame head` };
  // A head of which not even the last byte came.
  return isZero(fd, end + FRAME_HEAD_BYTES - 1, size) ? { end, torn: 'a frame head that ends in zeros' } : undefined;
}

// A hash that ends in eight zero bytes does not occur: the file grew to its length and its data did not come.
function endsInZeros(fd: number, end: number, size: number): boolean {
  return isZero(fd, end - 8, size);
}

function isZero(fd: number, from: number, size: number): boolean {
  const buffer = Buffer.alloc(WINDOW);
  for (let at = from; at < size; ) {
    const read = readSync(fd, buffer, 0, WINDOW, at);
    if (read === 0 || buffer.subarray(0, read).some((byte) => byte !== 0)) return false;
    at += read;
  }
  return true;
}

// Small blocks share a read, large ones are stepped over.
class Window {
  readonly #fd: number;
  readonly #size: number;
  readonly #buffer = Buffer.alloc(WINDOW);
  #start = 0;
  #length = 0;

  constructor(fd: number, size: number) {
    this.#fd = fd;
    this.#size = size;
  }

  /** `length` bytes from `offset`, fewer at the end of the file. */
  at(offset: number, length: number): Buffer {
    const wanted = Math.min(length, this.#size - offset);
    if (offset < this.#start || offset + wanted > this.#start + this.#length) {
      this.#length = readSync(this.#fd, this.#buffer, 0, WINDOW, offset);
      this.#start = offset;
    }
    return this.#buffer.subarray(offset - this.#start, offset - this.#start + wanted);
  }
}
