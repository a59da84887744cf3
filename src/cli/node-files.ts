import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import type { ReadOptions } from '../bills/index.ts';
import { type NodeApiClient, upload } from '../client/index.ts';
import { ChannelError } from '../emissions/index.ts';
import { mediaTypeOf, type SentDocument } from '../node/index.ts';
import { billDocuments } from './bill-documents.ts';

/** A file as operations name it. */
export type GivenFile = { readonly path: string } | { readonly upload: string };

/** How files of this machine come to the node, and files of the node here. */
export interface NodeFiles {
  /** Makes a file known to the node. */
  give(path: string): Promise<GivenFile>;
  /** Documents that rows of bills name and that the node does not find by itself. @throws {ChannelError} OPTION_INVALID */
  documentsOf(bills: readonly string[], read: ReadOptions): Promise<readonly SentDocument[]>;
  /** Takes back what was given and not used. */
  takeBack(given: readonly GivenFile[]): Promise<void>;
  /**
   * Offers the document of a request, and writes its opening to a new file.
   * @throws {ChannelError} FILE_UNREADABLE when there is a file already
   */
  offer(request: string, path: string): Promise<unknown>;
}

/** A node on this machine reads and writes them itself. */
export function filesHere(api: NodeApiClient): NodeFiles {
  return {
    give: async (path) => ({ path }),
    documentsOf: async () => [],
    takeBack: async () => undefined,
    offer: (id, file) => api.call('POST /requests/{id}/answer', { params: { id }, body: { answer: 'offered', file } }),
  };
}

/** To a node elsewhere they are uploaded. */
export function filesFar(api: NodeApiClient): NodeFiles {
  return {
    give: async (path) => {
      const { size: length } = await stat(path).catch((cause) => {
        throw unreadable(path, 'cannot be read', cause);
      });
      const from = (start: number) => Readable.toWeb(createReadStream(path, { start })) as ReadableStream<Uint8Array>;
      return { upload: await upload(api, { length, from, name: basename(path), mediaType: mediaTypeOf(path) }) };
    },
    documentsOf: billDocuments,
    takeBack: async (given) => {
      const headers = { 'Tus-Resumable': '1.0.0' };
      for (const file of given)
        if ('upload' in file)
          // What was used is gone already; what cannot be reached the node removes after a day.
          await api.call('DELETE /uploads/{id}', { params: { id: file.upload }, headers }).catch(() => undefined);
    },
    offer: async (id, path) => {
      const file = await open(path, 'wx', 0o600).catch((cause) => {
        throw unreadable('--offer', 'cannot be written', cause, 'Name a file that does not exist yet.');
      });
      try {
        const answer = await api.call('POST /requests/{id}/answer', { params: { id }, body: { answer: 'offered' } });
        const { body } = await api.response('GET /requests/{id}/opening', { params: { id } });
        for await (const chunk of body as ReadableStream<Uint8Array>) await file.writeFile(chunk);
        return answer;
      } finally {
        await file.close();
      }
    },
  };
}

function unreadable(where: string, what: string, cause: NodeJS.ErrnoException, fix?: string): ChannelError {
  return new ChannelError('FILE_UNREADABLE', `the file ${what} (${cause.code ?? 'unknown error'})`, {
    where,
    cause,
    ...(fix === undefined ? {} : { fix }),
  });
}
