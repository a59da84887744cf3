import type { SampleFont } from './fonts.ts';
import { flate, PdfWriter, type StreamBody } from './pdf-writer.ts';

// Pages of a sample bill: what stands where, apart from how a file says it.

/** How the content of a page is written. A reader must find the same words in the same places in each. */
export type Writing =
  /** Each text in one piece, in reading order. */
  | 'plain'
  /** Each word by itself, in an order that is not that of reading. */
  | 'scattered'
  /** In a form of tenths of a point, drawn at a tenth of its size. */
  | 'scaled-form';

export interface Fonts {
  readonly plain: SampleFont;
  readonly bold: SampleFont;
}

export interface TextStyle {
  readonly size?: number;
  readonly bold?: boolean;
  /** Which end of the text stands at `x`. */
  readonly align?: 'left' | 'right';
}

/** A column of a table: where it stands, and which end of its texts. */
export type Column = readonly [x: number, align: 'left' | 'right'];

interface Piece {
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly face: 'plain' | 'bold';
  readonly text: string;
}

/** A page: texts, lines and bars, in points from the upper left corner. */
export class Sheet {
  readonly width: number;
  readonly height: number;
  readonly #fonts: Fonts;
  readonly #pieces: Piece[] = [];
  readonly #drawn: string[] = [];

  constructor(fonts: Fonts, [width, height]: readonly [number, number]) {
    this.#fonts = fonts;
    this.width = width;
    this.height = height;
  }

  /** The texts as they were put, one a line: what a person sees. */
  get texts(): readonly string[] {
    return this.#pieces.map(({ text }) => text);
  }

  text(x: number, y: number, text: string, { size = 9, bold = false, align = 'left' }: TextStyle = {}): void {
    const face = bold ? 'bold' : 'plain';
    const shift = align === 'right' ? (this.#fonts[face].width(text) * size) / 1000 : 0;
    this.#pieces.push({ x: x - shift, y: this.height - y, size, face, text });
  }

  /** Rows of texts from `y` down, 13 points apart; the `y` below them. */
  rows(y: number, columns: readonly Column[], rows: readonly (readonly string[])[], style: TextStyle = {}): number {
    for (const [row, cells] of rows.entries())
      for (const [index, cell] of cells.entries()) {
        const [x, align] = columns[index] ?? [0, 'left'];
        if (cell !== '') this.text(x, y + row * 13, cell, { ...style, align });
      }
    return y + rows.length * 13;
  }

  rule(y: number, from = 50, to = this.width - 50): void {
    this.#drawn.push(`${from} ${point(this.height - y)} m ${to} ${point(this.height - y)} l S`);
  }

  bar(x: number, y: number, width: number, height: number): void {
    this.#drawn.push(`${point(x)} ${point(this.height - y)} ${width} ${point(height)} re f`);
  }

  /** Operators in points from the lower left corner, drawn before the texts; what they show is not among `texts`. */
  draw(operators: string): void {
    this.#drawn.push(operators);
  }

  /** The page's content, and the resources and form it needs. */
  addTo(writer: PdfWriter, pages: number, fonts: string, writing: Writing): number {
    const scale = writing === 'scaled-form' ? 10 : 1;
    const content = this.#content(writing === 'scattered' ? scattered(this.#pieces, this.#fonts) : this.#pieces, scale);
    const box = `/MediaBox [0 0 ${this.width} ${this.height}]`;
    const page = (contents: number, resources: string) =>
      writer.add(
        `<< /Type /Page /Parent ${pages} 0 R ${box} /Contents ${contents} 0 R /Resources << ${resources} >> >>`,
      );
    if (writing !== 'scaled-form') return page(writer.add(content), fonts);
    const bounds = `[0 0 ${this.width * scale} ${this.height * scale}]`;
    const form = writer.add({
      bytes: content.bytes,
      dictionary: `/Type /XObject /Subtype /Form /BBox ${bounds} /Resources << ${fonts} >> ${content.dictionary}`,
    });
    return page(writer.stream('q 0.1 0 0 0.1 0 0 cm /Bill Do Q'), `/XObject << /Bill ${form} 0 R >>`);
  }

  #content(pieces: readonly Piece[], scale: number): StreamBody {
    const lines = pieces.map(({ x, y, size, face, text }) => {
      const at = `1 0 0 1 ${point(x * scale)} ${point(y * scale)} Tm`;
      return `BT /${face === 'bold' ? 'F2' : 'F1'} ${size * scale} Tf ${at} ${this.#fonts[face].shown(text)} ET`;
    });
    const drawn =
      this.#drawn.length === 0 ? [] : [`q ${scale} 0 0 ${scale} 0 0 cm 0.6 G 0.6 g 0.5 w`, ...this.#drawn, 'Q'];
    return flate(Buffer.from([...drawn, ...lines].join('\n'), 'latin1'));
  }
}

/** Every word by itself, every seventh first. */
function scattered(pieces: readonly Piece[], fonts: Fonts): Piece[] {
  const words = pieces.flatMap((piece) =>
    [...piece.text.matchAll(/\S+/g)].map((word) => {
      const before = (fonts[piece.face].width(piece.text.slice(0, word.index)) * piece.size) / 1000;
      return { ...piece, x: piece.x + before, text: word[0] };
    }),
  );
  return Array.from({ length: 7 }, (_, step) => words.filter((_word, index) => index % 7 === 6 - step)).flat();
}

export interface BillFile {
  /** Of the file, without its ending. */
  readonly name: string;
  readonly fonts: Fonts;
  readonly sheets: readonly Sheet[];
  readonly writing: Writing;
  /** Whether objects are packed in an object stream. */
  readonly packed: boolean;
}

/** The file of a bill; the same bytes every time. */
export function pdfOf({ fonts, sheets, writing, packed }: BillFile): Buffer {
  const writer = new PdfWriter();
  const pages = writer.reserve();
  const plain = fonts.plain.addTo(writer);
  const bold = fonts.bold === fonts.plain ? plain : fonts.bold.addTo(writer);
  const resources = `/Font << /F1 ${plain} 0 R /F2 ${bold} 0 R >>`;
  const kids = sheets.map((sheet) => `${sheet.addTo(writer, pages, resources, writing)} 0 R`);
  writer.set(pages, `<< /Type /Pages /Kids [${kids.join(' ')}] /Count ${kids.length} >>`);
  const root = writer.add(`<< /Type /Catalog /Pages ${pages} 0 R >>`);
  return packed ? writer.packedFile({ root }) : writer.file({ root });
}

function point(value: number): string {
  return String(Math.round(value * 100) / 100);
}
