import { dirname, resolve } from 'node:path';
import type { BillLine } from '../bills/index.ts';
import type { EvidenceCommitment } from '../channel/index.ts';
import type { Archive } from '../documents/index.ts';
import { defined } from '../emissions/index.ts';
import type { PreparedLine } from './bill-lines.ts';
import { checkFile, fileBytes, mediaTypeOf } from './files.ts';
import type { ImportEntry, ImportLog } from './import-log.ts';
import type { Node } from './node.ts';

// A commitment to each field of each line: useful for a bill, needless weight in the vault for a bulk file.
const MOST_LINES_WITH_FIELDS = 40;

/**
 * Keeps the evidence of one bill file: each document once, encrypted, whatever number of lines it proves. The document is the
 * one given for the file, else the one a row names, else the bill file itself.
 */
export class EvidenceKeeper {
  readonly #archive: Archive;
  readonly #imports: ImportLog;
  readonly #billFile: string;
  readonly #given: string | undefined;
  /** By the keyed digest of the document's name. */
  readonly #kept: Map<string, EvidenceCommitment>;
  readonly #new: string[] = [];

  constructor(
    { archive, imports }: Pick<Node, 'archive' | 'imports'>,
    billFile: string,
    given: string | undefined,
    kept: ImportEntry['evidence'] = [],
  ) {
    this.#archive = archive;
    this.#imports = imports;
    this.#billFile = billFile;
    this.#given = given;
    this.#kept = new Map(kept.map(([name, commitments]) => [name, JSON.parse(commitments) as EvidenceCommitment]));
  }

  /** @throws {ChannelError} FILE_UNREADABLE when the document of the line is not there */
  async check(line: BillLine): Promise<void> {
    if (this.known(line) !== undefined || this.#nameOf(line) === '') return;
    await checkFile(this.#pathOf(this.#nameOf(line)), this.#given === undefined ? 'column document' : '--document');
  }

  /** The commitment of the line's document where it is kept already. */
  known(line: BillLine): EvidenceCommitment | undefined {
    return this.#kept.get(this.#imports.digestOfName(this.#nameOf(line)));
  }

  /** The commitment of the line's document, which is kept now if it was not before. */
  async keepFor(line: BillLine, all: readonly PreparedLine[]): Promise<EvidenceCommitment> {
    const known = this.known(line);
    if (known !== undefined) return known;
    const name = this.#nameOf(line);
    const path = this.#pathOf(name);
    const { commitment, fieldsCommitment } = await this.#archive.keep(
      fileBytes(path),
      defined({
        mediaType: mediaTypeOf(path),
        fields: fieldsOf(all.filter((prepared) => this.#nameOf(prepared.line) === name)),
      }),
    );
    const evidence = defined({ document: commitment, fields: fieldsCommitment });
    this.#kept.set(this.#imports.digestOfName(name), evidence);
    this.#new.push(commitment);
    return evidence;
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
    return this.#given ?? line.document ?? '';
  }

  #pathOf(name: string): string {
    if (this.#given !== undefined) return this.#given;
    return name === '' ? this.#billFile : resolve(dirname(this.#billFile), name);
  }
}

/** What an auditor can be shown one by one, by line: never the whole bill. */
function fieldsOf(lines: readonly PreparedLine[]): Record<string, string> | undefined {
  if (lines.length > MOST_LINES_WITH_FIELDS) return undefined;
  const fields: Record<string, string> = {};
  lines.forEach(({ line }, at) => {
    const { utility, meter, commodity, flow, start, end, quantity, unit, readBasis } = line;
    const values = defined({
      utility,
      meter,
      account: line.account,
      site: line.site,
      commodity,
      flow,
      start,
      end,
      quantity,
      unit,
      readBasis,
    });
    for (const [name, value] of Object.entries(values)) fields[`${at + 1}.${name}`] = value as string;
  });
  return fields;
}
