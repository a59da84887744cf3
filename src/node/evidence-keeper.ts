import { dirname, resolve } from 'node:path';
import type { BillLine } from '../bills/index.ts';
import { ownText } from '../bills/own-text.ts';
import type { EvidenceCommitment } from '../channel/index.ts';
import type { Archive } from '../documents/index.ts';
import { ChannelError, defined } from '../emissions/index.ts';
import { checkFile, digestingBytes, mediaTypeOf } from './files.ts';
import type { ImportEntry, ImportLog } from './import-log.ts';
import type { Node } from './node.ts';
import type { SentDocuments } from './sent-documents.ts';

// A commitment to each field of each line: useful for a bill, needless weight in the vault for a bulk file.
const MOST_LINES_WITH_FIELDS = 40;

/** What can be the evidence of a bill file's lines. */
export interface EvidenceFiles {
  readonly billFile: string;
  /** For every line. The name is the same for the same document, wherever it lies when an import goes on. */
  readonly given?: { readonly path: string; readonly name: string } | undefined;
  /** What came with a bill from elsewhere; absent: documents lie beside the bill file. */
  readonly sent?: SentDocuments | undefined;
}

/**
 * Keeps the evidence of one bill file: each document once, encrypted, whatever number of lines it proves. The document is the
 * one given for the file, else the one a row names, else the bill file itself.
 */
export class EvidenceKeeper {
  readonly #archive: Archive;
  readonly #imports: ImportLog;
  readonly #files: EvidenceFiles;
  /** By the keyed digest of the document's name. */
  readonly #kept: Map<string, EvidenceCommitment>;
  readonly #new: string[] = [];
  /**
   * The documents of the lines that will be recorded, with the fields of the first lines as JSON: lines would keep their pieces of
   * the file in memory, and every row can name a document of its own.
   */
  readonly #wanted = new Map<string, Wanted>();

  constructor(
    { archive, imports }: Pick<Node, 'archive' | 'imports'>,
    files: EvidenceFiles,
    kept: ImportEntry['evidence'] = [],
  ) {
    this.#archive = archive;
    this.#imports = imports;
    this.#files = files;
    this.#kept = new Map(kept.map(([name, commitments]) => [name, JSON.parse(commitments) as EvidenceCommitment]));
  }

  /** @throws {ChannelError} FILE_UNREADABLE when the document of the line is not there; LOCAL_ONLY when it was not sent */
  async check(line: BillLine): Promise<void> {
    const name = this.#nameOf(line);
    if (name === '' || this.#wanted.has(name) || this.known(line) !== undefined) return;
    await checkFile(this.#pathOf(name), this.#files.given === undefined ? 'column document' : '--document');
  }

  /** The commitment of the line's document where it is kept already. */
  known(line: BillLine): EvidenceCommitment | undefined {
    return this.#kept.get(this.#imports.digestOfName(this.#nameOf(line)));
  }

  /** Notes a line that will be recorded: its document is one to be kept. */
  want(line: BillLine): void {
    const name = this.#nameOf(line);
    let wanted = this.#wanted.get(name);
    if (wanted === undefined) {
      wanted = { lines: 0, fields: [] };
      this.#wanted.set(ownText(name), wanted);
    }
    wanted.lines += 1;
    if (wanted.lines <= MOST_LINES_WITH_FIELDS) wanted.fields.push(JSON.stringify(fieldsOf(line)));
    else wanted.fields = [];
  }

  /**
   * Keeps the documents of the lines that were noted. `unchanged` is told the SHA-256 of the bill file, where it is kept.
   * @throws {ChannelError} what `unchanged` throws; nothing is kept then
   */
  async keepAll(unchanged: (sha256: string) => void): Promise<void> {
    for (const [name, wanted] of this.#wanted) {
      const digest = this.#imports.digestOfName(name);
      if (this.#kept.has(digest)) continue;
      const path = this.#pathOf(name);
      const told = name === '' ? unchanged : () => undefined;
      const { commitment, fieldsCommitment } = await this.#archive.keep(
        digestingBytes(path, told),
        defined({ mediaType: mediaTypeOf(path), fields: numberedFields(wanted) }),
      );
      this.#kept.set(digest, defined({ document: commitment, fields: fieldsCommitment }));
      this.#new.push(commitment);
    }
  }

  /** What an interrupted import needs to go on with the same commitments. */
  kept(): ImportEntry['evidence'] {
    return [...this.#kept].map(([name, commitments]): [string, string] => [name, JSON.stringify(commitments)]);
  }

  /** Removes what was kept here, because nothing on the ledger refers to it. */
  async discard(): Promise<void> {
    for (const commitment of this.#new)
      await this.#archive.erase(commitment, { order: 'import not recorded', reason: 'never-recorded' });
  }

  /** The document's name as the row gives it; blank where the bill file is its own evidence. */
  #nameOf(line: BillLine): string {
    return this.#files.given?.name ?? line.document ?? '';
  }

  #pathOf(name: string): string {
    const { billFile, given, sent } = this.#files;
    if (given !== undefined) return given.path;
    if (name === '') return billFile;
    if (sent === undefined) return resolve(dirname(billFile), name);
    const path = sent.pathOf(name);
    if (path !== undefined) return path;
    throw new ChannelError('LOCAL_ONLY', 'the document that the row names was not sent with the bill', {
      where: 'column document',
      fix: 'Send it along under the name that the row gives it; for the command, put it where the column says. Or empty the column and attach the document afterwards.',
    });
  }
}

/** What lines of a document say: how many there are, and the fields of each as JSON where they are few. */
interface Wanted {
  lines: number;
  fields: string[];
}

/** What an auditor can be shown one by one, by line: never the whole bill. */
function numberedFields({ lines, fields }: Wanted): Record<string, string> | undefined {
  if (lines > MOST_LINES_WITH_FIELDS) return undefined;
  const numbered: Record<string, string> = {};
  for (const [at, text] of fields.entries())
    for (const [name, value] of Object.entries(JSON.parse(text) as Record<string, string>))
      numbered[`${at + 1}.${name}`] = value;
  return numbered;
}

function fieldsOf(line: BillLine): Record<string, string> {
  const { utility, meter, account, site, commodity, flow, start, end, quantity, unit, readBasis } = line;
  return defined({ utility, meter, account, site, commodity, flow, start, end, quantity, unit, readBasis });
}
