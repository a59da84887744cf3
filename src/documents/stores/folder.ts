import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readdir, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ChannelError, isChannelError } from '../../emissions/index.ts';
import type {
  DocumentStore,
  PutReceipt,
  StoreCapabilities,
  StoredHead,
  StoreErasure,
  StoreFinding,
} from '../document-store.ts';
import { syncFolder } from '../durable.ts';
import { type FileHeader, readHeader, readStored, storing, writeStored } from './folder-file.ts';
import { documentPaths, exists, isAbsence, storedFiles } from './folder-layout.ts';

/** An upload that nobody has touched for this long is left over from a process that died. */
const STALE_MS = 3_600_000;

/**
 * Documents in a folder of this machine: `ab/cd/ID` for the id `abcd...`, `ab/cd/ID.erased` for its tombstone, `uploads/`
 * for what is being written. Several processes may use one folder. The file system must have hard links.
 */
export class FolderStore implements DocumentStore {
  readonly #root: string;
  readonly #uploads: string;
  readonly #now: () => Date;

  private constructor(root: string, now: () => Date) {
    this.#root = root;
    this.#uploads = join(root, 'uploads');
    this.#now = now;
  }

  /** @throws {ChannelError} STORE_UNAVAILABLE when the folder cannot be made; DISK_FULL */
  static async open(root: string, now: () => Date = () => new Date()): Promise<FolderStore> {
    const store = new FolderStore(root, now);
    await store.#storing(() => mkdir(store.#uploads, { recursive: true, mode: 0o700 }));
    return store;
  }

  /** @throws {ChannelError} STORE_UNAVAILABLE when the folder does not do what custody needs; DISK_FULL */
  async capabilities(): Promise<StoreCapabilities> {
    const probe = this.#upload('0'.repeat(32));
    const conditionalPut = await this.#storing(async () => {
      try {
        const file = await open(probe, 'wx', 0o600);
        await file.sync();
        await file.close();
        return (await linked(probe, `${probe}.link`)) && !(await linked(probe, `${probe}.link`));
      } finally {
        for (const path of [`${probe}.link`, probe]) await unlink(path).catch(() => {});
      }
    });
    return {
      erasure: 'erase',
      replication: 'none',
      versioned: false,
      retention: 'none',
      conditionalPut,
      range: false,
      enumerable: true,
      durable: 'fsync',
    };
  }

  async put(id: string, body: AsyncIterable<Uint8Array>, signal?: AbortSignal): Promise<PutReceipt> {
    await this.#refuseErased(id);
    const upload = this.#upload(id);
    const file = await this.#storing(() => open(upload, 'wx', 0o600));
    try {
      const header = await writeStored(file, id, abortable(body, signal), basename(this.#root));
      const first = await this.#publish(id, upload);
      if (!first && (await this.#verified(id)).sha256 !== header.sha256) {
        throw new ChannelError('DOCUMENT_CONFLICT', `document ${id} is stored with other bytes`);
      }
      return { id, ...header };
    } finally {
      await file.close();
      await unlink(upload).catch(() => {});
    }
  }

  async get(id: string, signal?: AbortSignal): Promise<{ length: number; body: AsyncIterable<Uint8Array> }> {
    const header = await this.#header(id);
    return { length: header.length, body: abortable(this.#body(id, header), signal) };
  }

  async head(id: string): Promise<StoredHead | undefined> {
    try {
      return { ...(await this.#header(id)), versions: 1 };
    } catch (error) {
      if (isChannelError(error, 'DOCUMENT_LOST', 'DOCUMENT_ERASED')) return undefined;
      throw error;
    }
  }

  async erase(id: string): Promise<StoreErasure> {
    const { file, folder, tombstone } = documentPaths(this.#root, id);
    await this.#storing(async () => {
      await this.#makeFolder(folder);
      const mark = await open(tombstone, 'a', 0o600);
      await mark.sync();
      await mark.close();
      await syncFolder(folder);
    });
    let result: 'erased' | 'blocked' | 'unreachable' = 'erased';
    try {
      await this.#remove(id);
      if (await exists(file)) result = 'unreachable';
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? '';
      result = ['EPERM', 'EACCES', 'EROFS'].includes(code) ? 'blocked' : 'unreachable';
    }
    return { id, complete: result === 'erased', places: [{ place: 'folder', result }] };
  }

  async list(cursor = '', limit = 1000): Promise<{ ids: readonly string[]; cursor?: string }> {
    const ids: string[] = [];
    for await (const { id, erased } of storedFiles(this.#root, cursor)) {
      if (erased) continue;
      if (ids.length === limit) return { ids, cursor: ids.at(-1) as string };
      ids.push(id);
    }
    return { ids };
  }

  /** Also removes unfinished uploads older than an hour, each told as `stale-upload`; with `reportOnly` it only tells. */
  async *scrub(
    known: AsyncIterable<string> | Iterable<string>,
    { reportOnly = false }: { readonly reportOnly?: boolean } = {},
  ): AsyncGenerator<StoreFinding> {
    const expected = new Set<string>();
    for await (const id of known) {
      expected.add(id);
      const finding = await this.#check(id);
      if (finding !== undefined) yield finding;
    }
    for await (const { id, erased } of storedFiles(this.#root, '')) {
      if (erased) {
        // An erasure at work puts its tombstone first; a moment later the file is gone.
        if (!(await exists(documentPaths(this.#root, id).file))) continue;
        yield { id, finding: 'undeleted-version', message: `document ${id} was erased and its file is back` };
      } else if (!expected.has(id)) {
        yield { id, finding: 'orphan', message: `the file of document ${id} belongs to nothing known` };
      }
    }
    yield* this.#staleUploads(reportOnly);
  }

  async #check(id: string): Promise<StoreFinding | undefined> {
    try {
      await this.#verified(id);
      return undefined;
    } catch (error) {
      if (isChannelError(error, 'DOCUMENT_CORRUPT')) return { id, finding: 'corrupt', message: error.message };
      if (isChannelError(error, 'DOCUMENT_LOST', 'DOCUMENT_ERASED')) {
        return { id, finding: 'missing', message: error.message };
      }
      throw error;
    }
  }

  async *#staleUploads(reportOnly: boolean): AsyncGenerator<StoreFinding> {
    for (const name of await readdir(this.#uploads)) {
      const path = join(this.#uploads, name);
      const upload = await stat(path).catch(() => undefined);
      if (upload === undefined || this.#now().getTime() - upload.mtimeMs < STALE_MS) continue;
      if (!reportOnly) await unlink(path).catch(() => {});
      const id = name.slice(0, 32);
      const what = reportOnly ? 'is left over' : 'was removed';
      yield { id, finding: 'stale-upload', message: `an unfinished upload of document ${id} ${what}` };
    }
  }

  async #header(id: string): Promise<FileHeader> {
    const { file } = documentPaths(this.#root, id);
    return await this.#reading(id, () => readHeader(file, id));
  }

  async *#body(id: string, header: FileHeader): AsyncGenerator<Uint8Array> {
    const body = readStored(documentPaths(this.#root, id).file, id, header);
    try {
      for (;;) {
        const next = await this.#reading(id, () => body.next());
        if (next.done === true) return;
        yield next.value;
      }
    } finally {
      await body.return(undefined);
    }
  }

  /** The header of a file whose bytes were read to the end and found right. */
  async #verified(id: string): Promise<FileHeader> {
    const header = await this.#header(id);
    for await (const _ of this.#body(id, header));
    return header;
  }

  /** Reads; an absent file is told as erased or lost. */
  async #reading<T>(id: string, read: () => Promise<T>): Promise<T> {
    await this.#refuseErased(id);
    try {
      return await read();
    } catch (error) {
      if (!isAbsence(error)) return await this.#storing(() => Promise.reject(error));
      await this.#refuseErased(id);
      throw new ChannelError('DOCUMENT_LOST', `document ${id} is not in the document folder`);
    }
  }

  /** True when the upload is the document now; false when another was first. */
  async #publish(id: string, upload: string): Promise<boolean> {
    const { file, folder } = documentPaths(this.#root, id);
    try {
      return await this.#storing(async () => {
        await this.#makeFolder(folder);
        // A hard link appears whole or not at all and never replaces: the first of many writers wins.
        const first = await linked(upload, file);
        await syncFolder(folder);
        // An erasure that came in between has its tombstone standing before it looks for files.
        if (await this.#isErased(id)) await this.#remove(id);
        return first;
      });
    } finally {
      await this.#refuseErased(id);
    }
  }

  async #remove(id: string): Promise<void> {
    const { file, folder } = documentPaths(this.#root, id);
    const uploads = (await readdir(this.#uploads)).filter((name) => name.startsWith(id));
    for (const path of [file, ...uploads.map((name) => join(this.#uploads, name))]) {
      await unlink(path).catch((error: unknown) => {
        if (!isAbsence(error)) throw error;
      });
    }
    await syncFolder(folder);
  }

  async #refuseErased(id: string): Promise<void> {
    if (await this.#storing(() => this.#isErased(id))) {
      throw new ChannelError('DOCUMENT_ERASED', `document ${id} was erased`);
    }
  }

  #storing<T>(work: () => Promise<T>): Promise<T> {
    return storing(basename(this.#root), work);
  }

  async #isErased(id: string): Promise<boolean> {
    return await exists(documentPaths(this.#root, id).tombstone);
  }

  async #makeFolder(folder: string): Promise<void> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    // Another writer may have made a folder and not yet made it last, so both levels are synced every time.
    await syncFolder(dirname(folder));
    await syncFolder(this.#root);
  }

  #upload(id: string): string {
    return join(this.#uploads, `${id}.${randomBytes(8).toString('hex')}`);
  }
}

/** False when the name is taken. */
async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function* abortable(body: AsyncIterable<Uint8Array>, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  signal?.throwIfAborted();
  for await (const chunk of body) {
    signal?.throwIfAborted();
    yield chunk;
  }
}
