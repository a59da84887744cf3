import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ChannelError } from '../../emissions/index.ts';
import { plainName } from '../../node/index.ts';
import type { Principal } from '../access/principal.ts';
import { endingOf, newUploadId, type SpooledFile, spool, stored, writeAll } from './spool.ts';

/** What is noted beside an upload that comes in parts. */
interface Note {
  readonly principal: string;
  readonly length: number;
  readonly ending: string;
  /** What the sender calls the file. */
  readonly name: string;
  readonly expires: string;
}

export interface Upload {
  readonly id: string;
  readonly length: number;
  /** Bytes that have come. */
  readonly offset: number;
  /** Instant after which it is removed. */
  readonly expires: string;
}

const DAY = 86_400_000;
/** Uploads of one caller that are not used yet: an import takes a thousand bills and as many documents. */
const MOST = 2_000;
/** Bytes of them together, as they were announced: four times what a request may have at most. */
const MOST_BYTES = 16 * 2 ** 30;

/**
 * Files on their way in. They stand in the node's folder in the clear, for this user alone, until they are used: a bill is read
 * twice, to be tried and to be recorded. Names that a caller gives are never those of files here.
 */
export class Uploads {
  readonly #folder: string;
  readonly #now: () => Date;
  readonly #most: number;
  readonly #notes = new Map<string, Note>();
  /** Uploads to which bytes are being added. */
  readonly #busy = new Set<string>();

  constructor(folder: string, now: () => Date, most = MOST) {
    this.#folder = folder;
    this.#now = now;
    this.#most = most;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    // A note is written last: what has none was cut off by a crash, like everything that was only spooled.
    const names = readdirSync(folder);
    for (const name of names) {
      const note = /^[0-9a-f]{32}\.json$/.test(name) ? noteIn(join(folder, name)) : undefined;
      if (note !== undefined) this.#notes.set(name.slice(0, 32), note);
    }
    for (const name of names)
      if (!this.#notes.has(name.slice(0, 32)) || name.includes('.spool') || name.endsWith('.new'))
        rmSync(join(folder, name), { force: true });
  }

  receive(bytes: AsyncIterable<Uint8Array>, mediaType: string | undefined): Promise<SpooledFile> {
    return spool(this.#folder, bytes, mediaType);
  }

  /** @throws {ChannelError} BUSY when the caller has too many that are not used, or too large ones */
  async create(
    { id: principal }: Principal,
    length: number,
    { mediaType, name = '' }: { readonly mediaType?: string; readonly name?: string } = {},
  ): Promise<Upload> {
    await this.#removeExpired();
    this.#demandRoom(principal, length);
    const id = newUploadId();
    const expires = new Date(this.#now().getTime() + DAY).toISOString();
    const note: Note = { principal, length, ending: endingOf(mediaType), name: plainName(name), expires };
    // Before anything is waited for: what is asked at the same time counts too.
    this.#notes.set(id, note);
    try {
      await stored(async () => (await open(this.#dataPath(id, note), 'wx', 0o600)).close());
      await stored(async () => {
        const file = await open(`${this.#notePath(id)}.new`, 'wx', 0o600);
        await file.writeFile(JSON.stringify(note));
        await file.sync();
        await file.close();
        await rename(`${this.#notePath(id)}.new`, this.#notePath(id));
      });
    } catch (error) {
      await this.#remove(id, this.#dataPath(id, note));
      throw error;
    }
    return { id, length, offset: 0, expires };
  }

  /** @throws {ChannelError} UPLOAD_NOT_FOUND, also for an upload of somebody else */
  async find(
    id: string,
    { id: principal }: Principal,
  ): Promise<Upload & { readonly path: string; readonly name: string }> {
    const note = this.#notes.get(id);
    const path = note && this.#dataPath(id, note);
    const size = path && (await stat(path).catch(() => undefined))?.size;
    if (note?.principal !== principal || path === undefined || size === undefined)
      throw new ChannelError('UPLOAD_NOT_FOUND', 'there is no such upload of this caller');
    const { length, expires, name = '' } = note;
    return { id, length, offset: size as number, expires, path, name };
  }

  /**
   * Adds bytes at the end of what has come; what came before the connection broke stays.
   * @throws {ChannelError} UPLOAD_CONFLICT when `offset` is not that end, or another request adds; BODY_TOO_LARGE
   */
  async append(id: string, principal: Principal, offset: number, bytes: AsyncIterable<Uint8Array>): Promise<Upload> {
    const upload = await this.find(id, principal);
    if (this.#busy.has(id)) throw new ChannelError('UPLOAD_CONFLICT', 'another request adds to this upload');
    if (offset !== upload.offset)
      throw new ChannelError('UPLOAD_CONFLICT', `the upload has ${upload.offset} bytes, not ${offset}`);
    this.#busy.add(id);
    let at = offset;
    try {
      const file = await stored(() => open(upload.path, 'a', 0o600));
      try {
        for await (const chunk of bytes) {
          if (at + chunk.length > upload.length)
            throw new ChannelError('BODY_TOO_LARGE', `the upload was to have ${upload.length} bytes`);
          await writeAll(file, chunk);
          at += chunk.length;
        }
        await stored(() => file.sync());
      } finally {
        await file.close();
      }
    } finally {
      this.#busy.delete(id);
    }
    return { ...upload, offset: at };
  }

  /**
   * The file of an upload that is whole, and what its sender calls it.
   * @throws {ChannelError} UPLOAD_NOT_FOUND; UPLOAD_CONFLICT while bytes are missing
   */
  async whole(id: string, principal: Principal): Promise<{ readonly path: string; readonly name: string }> {
    const { offset, length, path, name } = await this.find(id, principal);
    if (offset !== length) throw new ChannelError('UPLOAD_CONFLICT', `the upload has ${offset} of ${length} bytes`);
    return { path, name };
  }

  async remove(id: string, principal: Principal): Promise<void> {
    const { path } = await this.find(id, principal);
    await this.#remove(id, path);
  }

  #demandRoom(principal: string, length: number): void {
    const own = [...this.#notes.values()].filter((note) => note.principal === principal);
    const bytes = own.reduce((sum, note) => sum + note.length, length);
    if (own.length < this.#most && bytes <= MOST_BYTES) return;
    const waiting = `${own.length} uploads of this caller wait to be used`;
    const details = { where: 'uploads', fix: 'Use the uploads that are whole, remove the others, or wait a day.' };
    if (own.length >= this.#most) throw new ChannelError('BUSY', waiting, details);
    throw new ChannelError(
      'BUSY',
      `${waiting}, with this one of ${bytes} bytes; at most ${MOST_BYTES} may wait`,
      details,
    );
  }

  async #remove(id: string, path: string): Promise<void> {
    this.#notes.delete(id);
    await rm(this.#notePath(id), { force: true });
    await rm(path, { force: true });
  }

  async #removeExpired(): Promise<void> {
    const now = this.#now().toISOString();
    for (const [id, note] of this.#notes)
      if (note.expires < now && !this.#busy.has(id)) await this.#remove(id, this.#dataPath(id, note));
  }

  #notePath(id: string): string {
    return join(this.#folder, `${id}.json`);
  }

  #dataPath(id: string, { ending }: Pick<Note, 'ending'>): string {
    return join(this.#folder, `${id}${ending === '' ? '.part' : ending}`);
  }
}

function noteIn(path: string): Note | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Note;
  } catch {
    return undefined;
  }
}
