import { ChannelError, isChannelError } from '../../emissions/index.ts';
import type { Call } from '../operation.ts';
import type { FileRef } from '../schemas/common.ts';

type Caller = Pick<Call, 'api' | 'principal'>;

/** Files of one call: their paths, and what is to be removed once they were used. */
export interface CallFiles {
  readonly paths: readonly string[];
  /** What the sender calls each file, without folders; blank where it did not say. A path's own name is absent. */
  readonly names: readonly (string | undefined)[];
  remove(): Promise<void>;
}

/**
 * The files that a body names. A path is a right of the command on this machine, which has it anyway.
 * @throws {ChannelError} LOCAL_ONLY, UPLOAD_NOT_FOUND, UPLOAD_CONFLICT
 */
export async function namedFiles({ api, principal }: Caller, refs: readonly FileRef[]): Promise<CallFiles> {
  const paths: string[] = [];
  const names: (string | undefined)[] = [];
  const uploads: string[] = [];
  for (const ref of refs) {
    if ('upload' in ref) {
      const { path, name } = await api.uploads.whole(ref.upload, principal);
      paths.push(path);
      names.push(name);
      uploads.push(ref.upload);
    } else {
      paths.push(localPath(principal, ref.path));
      names.push(undefined);
    }
  }
  const remove = async () => {
    // What the caller, or another request that named it, removed meanwhile does not undo what was done with it.
    for (const id of uploads)
      await api.uploads.remove(id, principal).catch((error) => {
        if (!isChannelError(error, 'UPLOAD_NOT_FOUND')) throw error;
      });
  };
  return { paths, names, remove };
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
