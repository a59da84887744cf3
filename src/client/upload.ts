import { ChannelError, isChannelError } from '../emissions/index.ts';
import type { NodeApiClient } from './client.ts';
import type { Bytes } from './send.ts';

/** A file to be uploaded, from any byte on. */
export interface FileToSend {
  readonly length: number;
  /** Of a document the node keeps it. */
  readonly mediaType?: string;
  /** What the list of imports calls the file; kept encrypted. */
  readonly name?: string;
  from(offset: number): Bytes;
}

const VERSION = { 'Tus-Resumable': '1.0.0' };
const MOST_FAILURES = 5;
const FIRST_PAUSE_MS = 100;

/**
 * Uploads a file by tus, going on where a connection broke, and gives the id that operations take it by.
 * @throws {ChannelError} what the node answers; LEDGER_UNAVAILABLE when it cannot be reached
 */
export async function upload(api: NodeApiClient, file: FileToSend): Promise<string> {
  const { length } = file;
  const headers = { ...VERSION, ...metadataOf(file), 'Upload-Length': String(length) };
  const made = await api.response('POST /uploads', { headers });
  const id = made.headers.get('Location')?.split('/').at(-1) ?? '';
  let failures = 0;
  for (let offset = 0; offset < length; ) {
    try {
      // What came before the connection broke stands.
      if (failures > 0)
        offset = offsetOf(await api.response('HEAD /uploads/{id}', { params: { id }, headers: VERSION }));
      if (offset < length) offset = await append(api, id, file, offset);
    } catch (error) {
      failures += 1;
      if (!isChannelError(error, 'LEDGER_UNAVAILABLE') || failures > MOST_FAILURES) throw error;
      await new Promise((resolve) => setTimeout(resolve, FIRST_PAUSE_MS * 2 ** failures));
    }
  }
  return id;
}

function metadataOf({ mediaType, name }: FileToSend): { 'Upload-Metadata'?: string } {
  const pairs = Object.entries({ filetype: mediaType, filename: name }).flatMap(([key, value]) =>
    value === undefined || value === '' ? [] : [`${key} ${base64(value)}`],
  );
  return pairs.length === 0 ? {} : { 'Upload-Metadata': pairs.join(',') };
}

/** Of the text in UTF-8, as tus wants it. */
function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

async function append(api: NodeApiClient, id: string, file: FileToSend, offset: number): Promise<number> {
  const answer = await api.response('PATCH /uploads/{id}', {
    params: { id },
    headers: { ...VERSION, 'Upload-Offset': String(offset) },
    raw: { type: 'application/offset+octet-stream', bytes: file.from(offset) },
  });
  const reached = offsetOf(answer);
  if (reached > offset) return reached;
  throw new ChannelError('LEDGER_UNAVAILABLE', 'the node takes no bytes of the upload');
}

function offsetOf({ headers }: Response): number {
  return Number(headers.get('Upload-Offset'));
}
