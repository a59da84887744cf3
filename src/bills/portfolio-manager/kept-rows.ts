import { ChannelError } from '../../emissions/index.ts';
import type { Cell, CellKind, SheetRow } from '../workbook/sheet-rows.ts';
import { openSpool, type Spool } from '../workbook/spool.ts';

interface KeptRow {
  readonly sheet: number;
  readonly row: SheetRow;
}

/** Rows that wait to be taken grow old, and what is old is cleared up late: so a piece is small. */
const PIECE = 32_768;
/** Most characters of all rows: a text that cells share stands here once for each. */
const MAX_CHARACTERS = 2_147_483_648;
const kinds: Readonly<Record<CellKind, string>> = {
  text: 't',
  number: 'n',
  percent: 'p',
  scaled: 's',
  date: 'd',
  boolean: 'b',
  error: 'e',
  unreadable: 'u',
};
const byLetter = new Map(Object.entries(kinds).map(([kind, letter]) => [letter, kind as CellKind]));

/** Rows of sheets on disk, one JSON text a line: written once, then read once in the same order. */
export class KeptRows {
  readonly #spool: Spool;
  #text = '';
  #characters = 0;
  #count = 0;

  private constructor(spool: Spool) {
    this.#spool = spool;
  }

  static async open(): Promise<KeptRows> {
    return new KeptRows(await openSpool());
  }

  get count(): number {
    return this.#count;
  }

  /**
   * Gives a promise only when a piece is written, so that most rows cost no turn of the event loop.
   * @throws {ChannelError} FILE_TOO_LARGE
   */
  push(sheet: number, { number, hidden, cells }: SheetRow): Promise<void> | undefined {
    this.#count += 1;
    // One letter a cell: its kind, upper case where a formula gave it, a dot where it is blank.
    let letters = '';
    const texts: string[] = [];
    for (let at = 0; at < cells.length; at += 1) {
      const cell = cells[at];
      if (cell === undefined) letters += '.';
      else {
        const letter = kinds[cell.kind];
        letters += cell.formula ? letter.toUpperCase() : letter;
        texts.push(cell.text);
      }
    }
    const line = JSON.stringify([sheet, number, hidden ? 1 : 0, letters, texts]);
    this.#characters += line.length;
    if (this.#characters > MAX_CHARACTERS)
      throw new ChannelError('FILE_TOO_LARGE', 'the rows of meter entries hold more text than is read of one file', {
        fix: 'Split the workbook by property.',
      });
    this.#text += `${line}\n`;
    return this.#text.length > PIECE ? this.#write() : undefined;
  }

  async *read(): AsyncGenerator<KeptRow[]> {
    await this.#write();
    let rest = '';
    const decoder = new TextDecoder();
    const bytes = new Uint8Array(PIECE);
    for (let at = 0; ; ) {
      const { bytesRead } = await this.#spool.file.read(bytes, 0, PIECE, at);
      if (bytesRead === 0) return;
      at += bytesRead;
      const lines = (rest + decoder.decode(bytes.subarray(0, bytesRead), { stream: true })).split('\n');
      rest = lines.pop() as string;
      yield lines.map(rowOf);
    }
  }

  close(): Promise<void> {
    return this.#spool.close();
  }

  async #write(): Promise<void> {
    const text = this.#text;
    this.#text = '';
    await this.#spool.file.writeFile(text);
  }
}

function rowOf(line: string): KeptRow {
  const [sheet, number, hidden, letters, texts] = JSON.parse(line) as [number, number, 0 | 1, string, string[]];
  const cells: (Cell | undefined)[] = [];
  let next = 0;
  for (let at = 0; at < letters.length; at += 1) {
    const letter = letters[at] as string;
    if (letter === '.') continue;
    const kind = byLetter.get(letter.toLowerCase()) as CellKind;
    cells[at] = { kind, text: texts[next] as string, formula: letter !== letter.toLowerCase() };
    next += 1;
  }
  return { sheet, row: { number, hidden: hidden === 1, cells } };
}
