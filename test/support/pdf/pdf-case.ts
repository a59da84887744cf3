import { literal, PdfWriter } from '../../../tools/pdf/pdf-writer.ts';

/** A PDF made to mislead, to break or to tire a reader, and what a right reader does with it. */
export interface PdfCase {
  readonly name: string;
  make(): Uint8Array;
  /** What a right reader does, in a sentence. */
  readonly right: string;
  /** Whether it may, or must, be read or refused. Refused is with a stable code; either way it ends in time and memory. */
  readonly outcome: 'read' | 'refused' | 'either';
  /** What a person sees on the page; where the file is read, this is found. Compared without spaces. */
  readonly shows?: readonly string[];
  /** What the file says and nobody sees: a right reader does not give it as text of the page. Compared without spaces. */
  readonly unseen?: readonly string[];
  /** Quantities as plain decimals that a right reader never proposes, although the file might lead there. */
  readonly neverProposed?: readonly string[];
  /** Reading it would take more than anybody has: only the reader's limits end it. */
  readonly limited?: true;
}

/** The quantity on the page of every case that has one. */
export const SEEN = '1,250 kWh';
/** The quantity that some cases hide. */
export const UNSEEN = '9,999 kWh';

/** Text at a place, in points from the lower left corner. */
export function shown(x: number, y: number, text: string, size = 10): string {
  return `BT /F1 ${size} Tf 1 0 0 1 ${x} ${y} Tm ${literal(text)} Tj ET\n`;
}

/** The lines of a small bill; the quantity stands at 200, 640. */
export function billLines(quantity = SEEN): string {
  return [
    shown(72, 740, 'Example Power & Light', 14),
    shown(72, 720, 'Sample bill, made for tests'),
    shown(72, 700, 'Electricity'),
    shown(72, 680, 'Meter number'),
    shown(200, 680, 'EX-100'),
    shown(72, 660, 'Service period'),
    shown(200, 660, '2022-01-01 to 2022-01-31 (31 days)'),
    shown(72, 640, 'Usage'),
    shown(200, 640, quantity),
    shown(72, 600, 'Amount due'),
    shown(200, 600, '$187.50'),
  ].join('');
}

/** What differs from the small bill of one page. */
export interface PageParts {
  /** Content of the page; the bill's lines where it is not given. */
  readonly content?: string;
  /** Number of the content stream, where it is not made from `content`. */
  readonly contents?: number;
  /** Further entries of the page, the catalogue, the resources and the list of fonts. */
  readonly page?: string;
  readonly mediaBox?: string;
  readonly catalogue?: string;
  readonly resources?: string;
  readonly fonts?: string;
}

export interface WrittenBill {
  readonly writer: PdfWriter;
  readonly root: number;
  readonly pages: number;
  readonly page: number;
}

/** The objects of a bill of one page in Helvetica, before they are a file. */
export function billObjects(parts: PageParts | ((writer: PdfWriter) => PageParts) = {}): WrittenBill {
  const writer = new PdfWriter();
  const pages = writer.reserve();
  const given = typeof parts === 'function' ? parts(writer) : parts;
  const font = writer.add('<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>');
  const contents = given.contents ?? writer.stream(given.content ?? billLines());
  const page = writer.add(
    `<< /Type /Page /Parent ${pages} 0 R /MediaBox ${given.mediaBox ?? '[0 0 612 792]'} /Contents ${contents} 0 R ` +
      `/Resources << /Font << /F1 ${font} 0 R ${given.fonts ?? ''} >> ${given.resources ?? ''} >> ${given.page ?? ''} >>`,
  );
  writer.set(pages, `<< /Type /Pages /Kids [${page} 0 R] /Count 1 >>`);
  const root = writer.add(`<< /Type /Catalog /Pages ${pages} 0 R ${given.catalogue ?? ''} >>`);
  return { writer, root, pages, page };
}

export function billPdf(parts: PageParts | ((writer: PdfWriter) => PageParts) = {}): Buffer {
  const { writer, root } = billObjects(parts);
  return writer.file({ root });
}
