import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { isPdf, type ReadOptions, readBills } from '../bills/index.ts';
import { ChannelError } from '../emissions/index.ts';
import { fileBytes, type SentDocument, sentName } from '../node/index.ts';
import { headOf } from './file-head.ts';

/** The only format with a column for documents. */
const PLAIN = 'csv';
const HEAD = 65_536;

/**
 * The documents that rows of bill files name, each once, with where they lie on this machine. A row whose document is not there
 * is left to the node to refuse, as is a file that cannot be read.
 * @throws {ChannelError} OPTION_INVALID where two of the files mean different documents by one name
 */
export async function billDocuments(files: readonly string[], read: ReadOptions): Promise<SentDocument[]> {
  const paths = new Map<string, SentDocument>();
  for (const file of files) {
    for (const name of await namesIn(file, read)) {
      const path = resolve(dirname(file), name);
      // Also where it is missing: the other file's document is not this one's.
      const key = sentName(name);
      if ((paths.get(key)?.path ?? path) !== path)
        throw new ChannelError('OPTION_INVALID', 'two of the bill files name different documents by one name', {
          where: 'column document',
          fix: 'Record the files one after the other.',
        });
      paths.set(key, { name, path });
    }
  }
  const found = await Promise.all([...paths.values()].map(async (one) => ((await isFile(one.path)) ? [one] : [])));
  return found.flat();
}

async function namesIn(file: string, read: ReadOptions): Promise<ReadonlySet<string>> {
  const names = new Set<string>();
  if (!(await mayNameDocuments(file))) return names;
  let format: string | undefined;
  const told = (found: string): void => {
    format = found;
  };
  try {
    for await (const item of readBills({ body: fileBytes(file), options: read, told })) {
      if (format !== PLAIN) break;
      if ('line' in item && item.line.document !== undefined) names.add(item.line.document);
    }
  } catch {
    // What is wrong with the file is the node's to say.
  }
  return names;
}

/** Whether the word stands where a header can be, in any encoding: most bills need not be read to know that none is named. */
async function mayNameDocuments(path: string): Promise<boolean> {
  const head = await headOf(path, HEAD);
  if (head === undefined || isPdf(head)) return false;
  return /document/i.test(Buffer.from(head).toString('latin1').replaceAll('\0', ''));
}

function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
