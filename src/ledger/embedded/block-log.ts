import { type FileHandle, open, rename, unlink } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { ChannelError } from '../../emissions/index.ts';
import { FRAME_TAIL_BYTES, LOG_MAGIC } from './frame.ts';
import { scanLog } from './log-scan.ts';

/** What was cut from the end of a log when it was opened. */
export interface TornTail {
  readonly offset: number;
  readonly bytes: number;
  readonly what: string;
}

/** A frame as the log holds it; `bytes` is valid until the next one is asked for. */
export interface LoggedFrame {
  readonly height: number;
  readonly offset: number;
  readonly bytes: Buffer;
}

const READ_AHEAD = 1024 * 1024;

/**
 * The append-only file of blocks: one write and one fdatasync a block. The file is not rotated: blocks are never removed,
 * reading steps by the index of offsets, and a backup copies what was appended since the last one.
 */
export class BlockLog {
  readonly #file: FileHandle;
  readonly #name: string;
  readonly #offsets: number[];
  #end: number;
  #broken: unknown;

  private constructor(file: FileHandle, name: string, offsets: number[], end: number) {
    this.#file = file;
    this.#name = name;
    this.#offsets = offsets;
    this.#end = end;
  }

  /** Makes a log with its first block; it appears whole or not at all. */
  static async create(path: string, genesis: Buffer): Promise<void> {
    const fresh = `${path}.new`;
    const file = await open(fresh, 'w', 0o600);
    try {
      await writeAll(file, Buffer.concat([LOG_MAGIC, genesis]), 0);
      await file.sync();
    } catch (error) {
      await unlink(fresh);
      throw writeError(error, basename(path));
    } finally {
      await file.close();
    }
    await rename(fresh, path);
    const folder = await open(dirname(path), 'r');
    await folder.sync().finally(() => folder.close());
  }

  /**
   * Opens a log and cuts a torn tail. `known` blocks were acknowledged for certain: a tail that tears one of them is damage.
   * @throws {ChannelError} LEDGER_CORRUPT when a frame head or an acknowledged block is damaged; then nothing is cut
   */
  static async open(path: string, known = 0): Promise<{ readonly log: BlockLog; readonly torn?: TornTail }> {
    const file = await open(path, 'r+');
    try {
      const { offsets, end, size, torn } = scanLog(file.fd);
      if (offsets.length === 0) {
        throw new ChannelError('LEDGER_CORRUPT', 'block 0: the genesis block is incomplete', {
          where: `block 0, byte ${LOG_MAGIC.length}`,
        });
      }
      const log = new BlockLog(file, basename(path), offsets, end);
      if (torn === undefined) return { log };
      if (offsets.length < known) {
        const message = `block ${offsets.length}: ${torn}, and ${known} blocks were acknowledged`;
        throw new ChannelError('LEDGER_CORRUPT', message, { where: `block ${offsets.length}, byte ${end}` });
      }
      await file.truncate(end);
      await file.datasync();
      return { log, torn: { offset: end, bytes: size - end, what: torn } };
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Number of blocks. */
  get height(): number {
    return this.#offsets.length;
  }

  /** Size in bytes. */
  get size(): number {
    return this.#end;
  }

  offsetOf(height: number): number {
    return this.#offsets[height] ?? this.#end;
  }

  /**
   * Appends a frame; durable when this resolves. After a failed write the log is as it was before.
   * @throws {ChannelError} DISK_FULL, LEDGER_UNAVAILABLE; LEDGER_CLOSED when a failed write could not be taken back
   */
  async append(frame: Buffer): Promise<void> {
    if (this.#broken !== undefined) {
      throw new ChannelError('LEDGER_CLOSED', `the log takes no more blocks: ${(this.#broken as Error).message}`, {
        cause: this.#broken,
      });
    }
    try {
      await writeAll(this.#file, frame, this.#end);
      await this.#file.datasync();
    } catch (error) {
      // What stays behind would be read as a block at the next start, or be overwritten in part.
      await this.#file.truncate(this.#end).catch((cause) => {
        this.#broken = cause;
      });
      throw writeError(error, this.#name);
    }
    this.#offsets.push(this.#end);
    this.#end += frame.length;
  }

  /** False when the file's first bytes or its size are no longer what they were. */
  async isFramed(): Promise<boolean> {
    const magic = Buffer.alloc(LOG_MAGIC.length);
    await readAll(this.#file, magic, 0);
    return magic.equals(LOG_MAGIC) && (await this.#file.stat()).size >= this.#end;
  }

  /** The block hash that stands at the end of a block's frame, unchecked. */
  async hashAt(height: number): Promise<string> {
    const hash = Buffer.alloc(FRAME_TAIL_BYTES);
    await readAll(this.#file, hash, this.offsetOf(height + 1) - FRAME_TAIL_BYTES);
    return hash.toString('hex');
  }

  /** One block's frame, unchecked. */
  async frame(height: number): Promise<LoggedFrame> {
    const offset = this.offsetOf(height);
    const bytes = Buffer.allocUnsafe(this.offsetOf(height + 1) - offset);
    await readAll(this.#file, bytes, offset);
    return { height, offset, bytes };
  }

  /** Frames of heights from <= h < to, read ahead in large pieces, unchecked. */
  async *frames(from: number, to: number): AsyncGenerator<LoggedFrame> {
    const buffers: [Buffer, Buffer] = [Buffer.alloc(0), Buffer.alloc(0)];
    let next = this.#readPiece(from, to, buffers[0]);
    for (let turn = 1; ; turn ^= 1) {
      const piece = await next;
      if (piece === undefined) return;
      buffers[turn ^ 1] = piece.buffer;
      next = this.#readPiece(piece.to, to, buffers[turn] as Buffer);
      // A failed read ahead is told when its piece is asked for.
      next.catch(() => undefined);
      for (let height = piece.from; height < piece.to; height += 1) {
        const offset = this.offsetOf(height);
        yield {
          height,
          offset,
          bytes: piece.buffer.subarray(offset - piece.start, this.offsetOf(height + 1) - piece.start),
        };
      }
    }
  }

  async #readPiece(
    from: number,
    limit: number,
    spare: Buffer,
  ): Promise<{ from: number; to: number; start: number; buffer: Buffer } | undefined> {
    if (from >= limit) return undefined;
    const start = this.offsetOf(from);
    let to = from + 1;
    while (to < limit && this.offsetOf(to + 1) - start <= READ_AHEAD) to += 1;
    const length = this.offsetOf(to) - start;
    const buffer = spare.length >= length ? spare : Buffer.allocUnsafeSlow(length);
    await readAll(this.#file, buffer.subarray(0, length), start);
    return { from, to, start, buffer };
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

async function readAll(file: FileHandle, into: Buffer, position: number): Promise<void> {
  for (let done = 0; done < into.length; ) {
    const { bytesRead } = await file.read(into, done, into.length - done, position + done);
    if (bytesRead === 0) {
      throw new ChannelError('LEDGER_CORRUPT', `the log ends at byte ${position + done}, before its last block`, {
        where: `byte ${position + done}`,
      });
    }
    done += bytesRead;
  }
}

const NO_SPACE = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** A failed write in the channel's words. */
function writeError(error: unknown, where: string): ChannelError {
  const { code, message } = error as NodeJS.ErrnoException;
  const told = code !== undefined && NO_SPACE.has(code) ? 'DISK_FULL' : 'LEDGER_UNAVAILABLE';
  return new ChannelError(told, `the block could not be written: ${message}`, { where, cause: error });
}
