import { createReadStream } from 'node:fs';
import type { ReadOptions } from '../bills/index.ts';
import { ChannelError, isChannelError } from '../emissions/index.ts';
import { headOf } from './file-head.ts';
import { print } from './output.ts';
import { renderProposal } from './render-proposal.ts';

/** Shows what a PDF bill seems to say, or with `lines` its text as it stands on the pages. Needs no node and keeps nothing. */
export async function readBill(
  file: string,
  read: ReadOptions,
  { json, lines }: { readonly json?: boolean; readonly lines?: boolean },
): Promise<void> {
  const { readPageLines, readProposal } = await import('../bills/index.ts');
  const body = fileBytes(file);
  if (lines === true) {
    const found = await readPageLines(body);
    print(found, json, () => found.map(({ where, cells }) => `${where}: ${cells.join(' | ')}`).join('\n'));
    return;
  }
  const proposal = await readProposal(body, read);
  print(proposal, json, () => renderProposal(proposal));
}

async function* fileBytes(path: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const piece of createReadStream(path)) yield piece as Uint8Array;
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? 'unknown error';
    const message = reason === 'ENOENT' ? 'there is no such file (ENOENT)' : `the bill file cannot be read (${reason})`;
    throw new ChannelError('FILE_UNREADABLE', message, { cause });
  }
}

/**
 * Asks at the terminal for each PDF among the files whether what was read of it agrees with the bill, and gives the digests of those that
 * do. Where nobody can be asked, or a proposal is open or confirmed already, nothing is asked: recording says what is missing.
 */
export async function askedDigests(files: readonly string[], read: ReadOptions): Promise<readonly string[]> {
  if (process.stdin.isTTY !== true || process.stderr.isTTY !== true) return [];
  const digests: string[] = [];
  for (const file of files) {
    if (!(await startsAsPdf(file))) continue;
    const { readProposal } = await import('../bills/index.ts');
    const proposal = await readProposal(fileBytes(file), read).catch((error: unknown) => {
      // Told by the recording itself, which knows what else is to be said of the file.
      if (isChannelError(error)) return undefined;
      throw error;
    });
    if (proposal === undefined || proposal.digest === null || read.confirm?.includes(proposal.digest)) continue;
    process.stderr.write(`${renderProposal(proposal)}\n\n`);
    if (await isAgreed(proposal.lines.length)) digests.push(proposal.digest);
  }
  return digests;
}

async function startsAsPdf(path: string): Promise<boolean> {
  const { isPdf } = await import('../bills/index.ts');
  const head = await headOf(path, 1_024);
  return head !== undefined && isPdf(head);
}

/** @throws {ChannelError} CANCELLED at Ctrl-C; the end of input is no yes */
async function isAgreed(lines: number): Promise<boolean> {
  const { createInterface } = await import('node:readline/promises');
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const stop = new AbortController();
  let cancelled = false;
  terminal
    .once('SIGINT', () => {
      cancelled = true;
      stop.abort();
    })
    .once('close', () => stop.abort());
  try {
    const what = lines === 1 ? 'this line' : `these ${lines} lines`;
    const answer = await terminal.question(`Does the bill say the same? Record ${what}? (yes or no) `, stop);
    return /^y(es)?$/i.test(answer.trim());
  } catch (error) {
    if ((error as Error).name !== 'AbortError') throw error;
    process.stderr.write('\n');
    if (!cancelled) return false;
    throw new ChannelError('CANCELLED', 'it was ended at the question, before anything was recorded', {
      fix: 'The same command asks again.',
    });
  } finally {
    terminal.close();
  }
}
