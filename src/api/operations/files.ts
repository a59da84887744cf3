import { ChannelError } from '../../emissions/index.ts';
import type { Call } from '../operation.ts';
import type { FileRef } from '../schemas/common.ts';
import { readForm } from '../uploads/multipart.ts';
import type { SpooledFile } from '../uploads/spool.ts';
import { textValues } from '../validate.ts';

type Caller = Pick<Call, 'api' | 'principal'>;

/** Files of one call: their paths, and what is to be removed once they were used. */
export interface CallFiles {
  readonly paths: readonly string[];
  remove(): Promise<void>;
}

/**
 * The files that a body names. A path is a right of the command on this machine, which has it anyway.
 * @throws {ChannelError} LOCAL_ONLY, UPLOAD_NOT_FOUND, UPLOAD_CONFLICT
 */
export async function namedFiles({ api, principal }: Caller, refs: readonly FileRef[]): Promise<CallFiles> {
  const paths: string[] = [];
  const uploads: string[] = [];
  for (const ref of refs) {
    if ('upload' in ref) {
      paths.push(await api.uploads.whole(ref.upload, principal));
      uploads.push(ref.upload);
    } else paths.push(localPath(principal, ref.path));
  }
  const remove = async () => {
    for (const id of uploads) await api.uploads.remove(id, principal);
  };
  return { paths, remove };
}

/** @throws {ChannelError} LOCAL_ONLY */
export function localPath({ kind }: Call['principal'], path: string): string {
  if (kind === 'local') return path;
  throw new ChannelError('LOCAL_ONLY', 'a path of the node was given over the network', { where: 'path' });
}

/** The one file that a body names, if any. */
export async function namedFile(
  call: Caller,
  ref: FileRef | undefined,
): Promise<{ readonly path: string | undefined; remove(): Promise<void> }> {
  const { paths, remove } = await namedFiles(call, ref === undefined ? [] : [ref]);
  return { path: paths[0], remove };
}

/** Files that a form has in the field `document`, by their names without folders. */
export type NamedDocuments = ReadonlyMap<string, string>;

/** The last part of a name, whatever system it comes from. */
export function plainName(name: string): string {
  return name.split(/[\\/]/).at(-1) ?? '';
}

/**
 * Files that come in the body itself: one as it is, or those of a form. A form's fields are read like a query and win over it.
 * @throws {ChannelError} REQUEST_INVALID when there is no file
 */
export async function receivedFiles<T>(
  call: Pick<Call, 'api' | 'stream'>,
  form: Parameters<typeof textValues>[0],
): Promise<CallFiles & { readonly documents: NamedDocuments; readonly fields: T }> {
  const { api, stream } = call;
  const { type, bytes } = stream as NonNullable<Call['stream']>;
  const spooled: SpooledFile[] = [];
  const bills: string[] = [];
  const documents = new Map<string, string>();
  const remove = async () => {
    for (const file of spooled) await file.remove();
  };
  try {
    let fields = new URLSearchParams();
    if (type.toLowerCase().startsWith('multipart/form-data'))
      fields = await readForm(type, bytes, async ({ field, name, mediaType, bytes: part }) => {
        const file = await api.uploads.receive(part, mediaType);
        spooled.push(file);
        if (field === 'document') documents.set(plainName(name), file.path);
        else bills.push(file.path);
      });
    else {
      const file = await api.uploads.receive(bytes, type);
      spooled.push(file);
      bills.push(file.path);
    }
    if (bills.length === 0) throw new ChannelError('REQUEST_INVALID', 'the form holds no file', { where: 'body' });
    return { documents, paths: bills, remove, fields: textValues(form, fields, 'form') as T };
  } catch (error) {
    await remove();
    throw error;
  }
}
