import { createReadStream } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { type BillMapping, type ProposedMapping, parseMapping, proposeMapping } from '../bills/index.ts';
import { ChannelError, isChannelError } from '../emissions/index.ts';
import { print } from './output.ts';
import { resolvePath } from './paths.ts';
import { shellWord } from './words.ts';

/**
 * Proposes a mapping for a file, and prints it or writes it. It names columns and rows, and holds nothing else of the bill.
 * Of a layout that needs none it says so; with --json the proposal is there all the same.
 */
export async function mapBills(
  file: string,
  options: { readonly out?: string; readonly json?: boolean },
): Promise<void> {
  const proposal = await proposeMapping(createReadStream(file)).catch((cause: unknown) => {
    if (isChannelError(cause)) throw cause;
    throw new ChannelError('FILE_UNREADABLE', 'the bill file cannot be read', { cause });
  });
  const { layout } = proposal.evidence;
  if (layout !== undefined) {
    print(proposal, options.json, () => notNeeded(layout, options.out));
    return;
  }
  const text = `${JSON.stringify(proposal, undefined, 2)}\n`;
  if (options.out === undefined) {
    print(proposal, options.json, () => text.trimEnd());
    return;
  }
  await writeFile(resolvePath(options.out), text, { flag: 'wx' }).catch((cause: NodeJS.ErrnoException) => {
    const exists = cause.code === 'EEXIST';
    throw new ChannelError(
      'OPTION_INVALID',
      exists
        ? 'a file of this name exists already'
        : `the mapping cannot be written (${cause.code ?? 'unknown error'})`,
      {
        where: '--out',
        fix: exists
          ? 'Name another file: what was filled in by hand is never replaced.'
          : 'Name a new file in a folder that you can write to.',
        cause,
      },
    );
  });
  const written = options.out;
  print(proposal, options.json, () => summaryOf(proposal, written));
}

/** What a mapping leaves open of a known layout is no question: the layout's own reader asks for what the file does not say. */
function notNeeded(layout: string, out: string | undefined): string {
  return [
    `No mapping is needed${out === undefined ? '' : ', and none was written'}: ${layout}.`,
    'Record it as it is: uec record DIR FILE --dry-run',
  ].join('\n');
}

function summaryOf({ open }: ProposedMapping, written: string): string {
  const next = `uec record DIR FILE --map ${shellWord(written)} --dry-run`;
  if (open.length === 0) return `Mapping written; nothing is open.\nCheck it against one bill, then: ${next}`;
  return [
    `Mapping written; ${open.length} question${open.length === 1 ? '' : 's'} open:`,
    ...open.map((one) => `  ${one}`),
    `Write the answers into ${written}, check the rest against one bill, then: ${next}`,
  ].join('\n');
}

/** @throws {ChannelError} MAPPING_INVALID, FILE_UNREADABLE */
export async function readMapping(path: string): Promise<BillMapping> {
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new ChannelError('FILE_UNREADABLE', `the mapping cannot be read (${cause.code ?? 'unknown error'})`, {
      where: '--map',
      cause,
    });
  });
  return parseMapping(text);
}
