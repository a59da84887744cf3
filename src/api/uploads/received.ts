import { ChannelError, type Json, sha256 } from '../../emissions/index.ts';
import { plainName, type SentDocument, sentName } from '../../node/index.ts';
import type { RawBody } from '../operation.ts';
import { textValues } from '../validate.ts';
import { type FilePart, readForm } from './multipart.ts';
import type { SpooledFile } from './spool.ts';
import type { Uploads } from './uploads.ts';

/** What came in a body that is a file, or a form of files. */
export interface Received<Fields = unknown> {
  readonly paths: readonly string[];
  /** What the sender calls each file, without folders; blank where it did not say. */
  readonly names: readonly string[];
  /** Files that a form has in the field `document`, with the names that rows give them. */
  readonly documents: readonly SentDocument[];
  readonly fields: Fields;
  /** The form's text parts, by name. */
  readonly texts: Readonly<Record<string, string>>;
  /** Stands for all of it: the same for the same content, whatever boundary a form has and wherever the files lie. */
  readonly content: Json;
  remove(): Promise<void>;
}

const MOST_TEXT = 1_048_576;

/**
 * Takes the files of a body in: one as it is, or those of a form. A form's fields are read like a query.
 * @throws {ChannelError} REQUEST_INVALID when there is no file; BODY_TOO_LARGE for a long text part; what `uploads` throws
 */
export async function receive(
  uploads: Pick<Uploads, 'receive'>,
  { type, bytes }: { readonly type: string; readonly bytes: ReadableStream<Uint8Array> },
  { form, texts: textParts = {} }: Pick<RawBody, 'form' | 'texts'>,
): Promise<Received> {
  const spooled: SpooledFile[] = [];
  const paths: string[] = [];
  const names: string[] = [];
  const documents: SentDocument[] = [];
  const texts: Record<string, string> = {};
  const content: Json[] = [];
  const remove = async () => {
    for (const file of spooled) await file.remove();
  };
  const take = async ({
    field,
    name,
    mediaType,
    bytes: part,
  }: Omit<FilePart, 'bytes'> & { bytes: AsyncIterable<Uint8Array> }) => {
    if (Object.hasOwn(textParts, field)) {
      texts[field] = await textOf(part, field);
      return;
    }
    const file = await uploads.receive(part, mediaType);
    spooled.push(file);
    if (field === 'document') {
      if (documents.some((one) => one.name === sentName(name)))
        throw new ChannelError('REQUEST_INVALID', 'two documents have one name', { where: 'form/document' });
      documents.push({ name: sentName(name), path: file.path });
    } else {
      paths.push(file.path);
      names.push(plainName(name));
    }
    content.push([field === 'document' ? sentName(name) : '', mediaType, file.sha256]);
  };
  try {
    let fields = new URLSearchParams();
    if (type.toLowerCase().startsWith('multipart/form-data')) fields = await readForm(type, bytes, take);
    else await take({ field: '', name: '', mediaType: type, bytes });
    for (const name of Object.keys(textParts)) {
      const value = fields.get(name);
      if (value !== null) texts[name] = value;
      fields.delete(name);
    }
    if (paths.length === 0) throw new ChannelError('REQUEST_INVALID', 'the form holds no file', { where: 'body' });
    const values = form === undefined ? {} : textValues(form, fields, 'form');
    const said = Object.entries(texts).map(([name, text]) => [name, sha256(text)]);
    return { documents, paths, names, texts, remove, fields: values, content: [content, values as Json, said] };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function textOf(bytes: AsyncIterable<Uint8Array>, field: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let count = 0;
  for await (const chunk of bytes) {
    count += chunk.length;
    if (count > MOST_TEXT)
      throw new ChannelError('BODY_TOO_LARGE', `the part has more than ${MOST_TEXT} bytes`, { where: `form/${field}` });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
