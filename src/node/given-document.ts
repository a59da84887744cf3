import { ChannelError } from '../emissions/index.ts';
import { fileSha256 } from './files.ts';

/** The document that a command gives as the evidence of every line, whatever number of files it proves. */
export class GivenDocument {
  readonly path: string;
  #name: Promise<string> | undefined;

  constructor(path: string) {
    this.path = path;
  }

  /**
   * Its name by what it holds: the same wherever it lies when an import goes on. It is read once, for the first file: else every
   * line would be rejected for the same reason.
   * @throws {ChannelError} FILE_UNREADABLE
   */
  name(): Promise<string> {
    this.#name ??= nameOf(this.path);
    return this.#name;
  }
}

async function nameOf(path: string): Promise<string> {
  const sha256 = await fileSha256(path, '--document').catch((cause) => {
    throw new ChannelError('FILE_UNREADABLE', 'the file given with --document cannot be read', {
      where: '--document',
      cause,
    });
  });
  return `given ${sha256}`;
}
