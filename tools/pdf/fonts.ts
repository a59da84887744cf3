import { readFileSync } from 'node:fs';
import { flate, literal, type PdfWriter } from './pdf-writer.ts';

/** A font of a sample: how its letters are written in a content stream, and how wide they are. */
export interface SampleFont {
  /** Adds the font's objects; the number of its dictionary. */
  addTo(writer: PdfWriter): number;
  /** The operator that shows the text. */
  shown(text: string): string;
  /** Width in thousandths of the size. */
  width(text: string): number;
}

// Widths of Helvetica, U+0020 to U+007E (Adobe Core 14 metrics). Other letters count as wide as a figure.
const WIDTHS = (
  '278 278 355 556 556 889 667 191 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556 556 556 278 278 584 584 ' +
  '584 556 1015 667 667 722 722 667 611 778 722 278 500 667 556 833 722 778 667 778 722 667 611 722 667 944 667 667 611 278 ' +
  '278 278 469 556 333 556 556 500 556 556 278 556 556 222 222 500 222 833 556 556 556 556 333 500 278 556 500 722 500 500 ' +
  '500 334 260 334 584'
)
  .split(' ')
  .map(Number);

// Where WinAnsiEncoding is not Latin-1 (ISO 32000-1, annex D).
const WIN_ANSI: Readonly<Record<string, string>> = { '€': '\x80', '–': '\x96', '—': '\x97', '’': '\x92', '•': '\x95' };

/** Text of Windows-1252 with a character for each byte. */
function winAnsi(text: string): string {
  return text.replace(/[€–—’•]/g, (letter) => WIN_ANSI[letter] ?? letter);
}

/** Helvetica, which every viewer has: nothing is embedded. Letters of Windows-1252. */
export function helvetica(face: 'Helvetica' | 'Helvetica-Bold' = 'Helvetica'): SampleFont {
  // The bold face is wider by about this much; nothing of the samples stands closer than that.
  const stretch = face === 'Helvetica-Bold' ? 1.07 : 1;
  return {
    addTo: (writer) => writer.add(`<< /Type /Font /Subtype /Type1 /BaseFont /${face} /Encoding /WinAnsiEncoding >>`),
    shown: (text) => `${literal(winAnsi(text))} Tj`,
    width: (text) => stretch * sum(text, (letter) => WIDTHS[letter.charCodeAt(0) - 32] ?? 556),
  };
}

/**
 * Embedded letters of a TrueType font, named by glyph number: what is written is text only by the font's ToUnicode map, and
 * every letter is placed by itself, as bills from print streams have it. `unicode` says what the map gives for a letter; with null
 * there is none.
 */
export function embeddedSans(unicode: ((letter: string) => string) | null = (letter) => letter): SampleFont {
  const folder = new URL('./font/', import.meta.url);
  const glyphs: Readonly<Record<string, readonly [number, number]>> = JSON.parse(
    readFileSync(new URL('sans.json', folder), 'utf8'),
  );
  const of = (letter: string) => {
    const glyph = glyphs[letter];
    if (glyph === undefined) throw new Error(`the font of the samples has no letter ${JSON.stringify(letter)}`);
    return glyph;
  };
  return {
    addTo: (writer) => addSans(writer, readFileSync(new URL('sans.ttf', folder)), Object.entries(glyphs), unicode),
    shown: (text) =>
      `[${[...text].map((letter, index) => `${hex(of(letter)[0])} ${(index % 3) * 4 - 4}`).join(' ')}] TJ`,
    width: (text) => sum(text, (letter) => of(letter)[1]),
  };
}

function addSans(
  writer: PdfWriter,
  program: Uint8Array,
  glyphs: [string, readonly [number, number]][],
  unicode: ((letter: string) => string) | null,
): number {
  const name = '/UECSMP+DejaVuSansCondensed';
  const file = writer.add(flate(program, `/Length1 ${program.length}`));
  const descriptor = writer.add(
    `<< /Type /FontDescriptor /FontName ${name} /Flags 32 /FontBBox [-918 -463 1614 1232] /ItalicAngle 0 ` +
      `/Ascent 928 /Descent -236 /CapHeight 729 /StemV 80 /FontFile2 ${file} 0 R >>`,
  );
  const widths = glyphs.map(([, [glyph, width]]) => `${glyph} [${width}]`).join(' ');
  const descendant = writer.add(
    `<< /Type /Font /Subtype /CIDFontType2 /BaseFont ${name} /CIDToGIDMap /Identity /FontDescriptor ${descriptor} 0 R ` +
      `/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /DW 600 /W [${widths}] >>`,
  );
  const letters = (map: (letter: string) => string) =>
    writer.add(flate(Buffer.from(toUnicode(glyphs.map(([letter, [glyph]]) => [glyph, map(letter)])))));
  const map = unicode === null ? '' : `/ToUnicode ${letters(unicode)} 0 R`;
  return writer.add(
    `<< /Type /Font /Subtype /Type0 /BaseFont ${name} /Encoding /Identity-H ` +
      `/DescendantFonts [${descendant} 0 R] ${map} >>`,
  );
}

/** A ToUnicode map (ISO 32000-1, 9.10.3) of two-byte codes. */
export function toUnicode(pairs: readonly (readonly [number, string])[]): string {
  const rows = pairs.map(
    ([code, letter]) => `${hex(code)} <${Buffer.from(letter, 'utf16le').swap16().toString('hex')}>`,
  );
  const blocks: string[] = [];
  for (let at = 0; at < rows.length; at += 100) {
    const block = rows.slice(at, at + 100);
    blocks.push(`${block.length} beginbfchar\n${block.join('\n')}\nendbfchar\n`);
  }
  return (
    '/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n' +
    `1 begincodespacerange\n<0000> <ffff>\nendcodespacerange\n${blocks.join('')}endcmap\n` +
    'CMapName currentdict /CMap defineresource pop\nend\nend\n'
  );
}

function hex(code: number): string {
  return `<${code.toString(16).padStart(4, '0')}>`;
}

function sum(text: string, width: (letter: string) => number): number {
  return [...text].reduce((total, letter) => total + width(letter), 0);
}
