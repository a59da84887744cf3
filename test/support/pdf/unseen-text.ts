import { literal } from '../../../tools/pdf/pdf-writer.ts';
import { billLines, billPdf, type PageParts, type PdfCase, SEEN, shown, UNSEEN } from './pdf-case.ts';

// Text that the file holds and nobody sees. The danger: it is read without a word, and the record says another amount than the
// bill that proves it.

const HIDDEN = shown(200, 620, UNSEEN);
const PLAIN_PLACE = `BT /F1 10 Tf 1 0 0 1 200 620 Tm`;

/** A case whose page shows the bill and holds another amount that is not seen. */
function hiding(name: string, parts: () => Uint8Array, right: string): PdfCase {
  return { name, make: parts, right, outcome: 'either', shows: [SEEN], unseen: [UNSEEN], neverProposed: ['9999'] };
}

const after = (content: string, parts: PageParts = {}) => billPdf({ ...parts, content: billLines() + content });

export const unseenText: readonly PdfCase[] = [
  hiding(
    'invisible text (render mode 3)',
    () => after(`q 3 Tr ${HIDDEN}Q`),
    'Leaves invisible text out: it is what a scanner believes to have read, or what somebody hid.',
  ),
  hiding('text that only clips (render mode 7)', () => after(`q 7 Tr ${HIDDEN}Q`), 'Leaves it out: it paints nothing.'),
  hiding('white text on white paper', () => after(`q 1 g ${HIDDEN}Q`), 'Leaves text of the colour of its ground out.'),
  hiding(
    'nearly white text on white paper',
    () => after(`q 0.995 0.995 1 rg ${HIDDEN}Q`),
    'Leaves out what a person cannot tell from the paper.',
  ),
  hiding(
    'white text in CMYK',
    () => after(`q 0 0 0 0 k ${HIDDEN}Q`),
    'Knows white in every colour space, or refuses a colour that it does not know.',
  ),
  hiding(
    'transparent text',
    () => after(`q /Clear gs ${HIDDEN}Q`, { resources: '/ExtGState << /Clear << /ca 0 /CA 0 >> >>' }),
    'Leaves text without opacity out.',
  ),
  hiding(
    'text under a white rectangle',
    () => after(`${HIDDEN}q 1 g 190 610 200 25 re f Q`),
    'Leaves text out that is painted over later: this is how amounts are "redacted".',
  ),
  hiding(
    'a whole page under a white one',
    () => billPdf({ content: `${billLines(UNSEEN)}q 1 g 0 0 612 792 re f Q ${billLines()}` }),
    'Reads the upper page only.',
  ),
  hiding(
    'text under a picture',
    () =>
      billPdf((writer) => ({
        content: `${billLines()}${HIDDEN}q 200 0 0 25 190 610 cm /White Do Q`,
        resources: `/XObject << /White ${writer.stream('\xff', '/Type /XObject /Subtype /Image /Width 1 /Height 1 /BitsPerComponent 8 /ColorSpace /DeviceGray')} 0 R >>`,
      })),
    'Leaves text out that a picture covers.',
  ),
  hiding('text off the page', () => after(shown(-300, 620, UNSEEN) + shown(200, 9_000, UNSEEN)), 'Leaves it out.'),
  hiding(
    'text outside the crop box',
    () => after(shown(200, 100, UNSEEN), { page: '/CropBox [0 300 612 792]' }),
    'Leaves out what lies outside the crop box, which is all that is shown or printed.',
  ),
  hiding('text outside the clip', () => after(`q 0 0 10 10 re W n ${HIDDEN}Q`), 'Leaves clipped text out.'),
  hiding('text too small to see', () => after(shown(200, 620, UNSEEN, 0.05)), 'Leaves out what no eye can read.'),
  hiding(
    'text of no width',
    () => after(`BT /F1 10 Tf 0 0 0 0 200 620 Tm ${literal(UNSEEN)} Tj ET`),
    'Leaves out text whose matrix makes it vanish, and does not divide by zero.',
  ),
  hiding(
    'a hidden layer',
    () =>
      billPdf((writer) => {
        const on = writer.add('<< /Type /OCG /Name (Bill) >>');
        const off = writer.add('<< /Type /OCG /Name (Other) >>');
        return {
          content: `/OC /Bill BDC ${billLines()} EMC /OC /Other BDC ${HIDDEN} EMC`,
          resources: `/Properties << /Bill ${on} 0 R /Other ${off} 0 R >>`,
          catalogue: `/OCProperties << /OCGs [${on} 0 R ${off} 0 R] /D << /OFF [${off} 0 R] /Order [] >> >>`,
        };
      }),
    'Reads the layers that are on, and not those that are off by default.',
  ),
  hiding(
    'a hidden layer around a form',
    () =>
      billPdf((writer) => {
        const off = writer.add('<< /Type /OCG /Name (Other) >>');
        const helvetica = writer.add('<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>');
        const about = `/Type /XObject /Subtype /Form /BBox [0 0 612 792] /Resources << /Font << /F1 ${helvetica} 0 R >> >>`;
        const form = writer.stream(HIDDEN, `${about} /OC ${off} 0 R`);
        return {
          content: `${billLines()}/Other Do`,
          resources: `/XObject << /Other ${form} 0 R >>`,
          catalogue: `/OCProperties << /OCGs [${off} 0 R] /D << /OFF [${off} 0 R] >> >>`,
        };
      }),
    'Leaves a form of a layer that is off out.',
  ),
  hiding(
    'text for the ear that differs from the page',
    () =>
      billPdf({
        content: billLines().replace(
          `${literal(SEEN)} Tj`,
          `/Span << /ActualText ${literal(UNSEEN)} >> BDC ${literal(SEEN)} Tj EMC`,
        ),
      }),
    'Reads what is painted, not the replacement text that the file states for it.',
  ),
  hiding(
    'a hidden note',
    () =>
      after('', {
        page: `/Annots [<< /Type /Annot /Subtype /FreeText /F 2 /Rect [200 610 300 630] /Contents ${literal(UNSEEN)} /DA (/F1 10 Tf) >>]`,
      }),
    'Leaves a hidden annotation out.',
  ),
  hiding(
    'an older state of the file',
    () => revised(billLines(UNSEEN), billLines()),
    'Reads the last revision, which is the one that is shown; older bytes are still in the file.',
  ),
  {
    name: 'white text on a dark bar',
    make: () => billPdf({ content: billLines().replace(shown(200, 640, SEEN), DARK_BAR) }),
    right:
      'Reads it: white on dark is seen, and many bills print their total so. Where it cannot be told, the page is refused.',
    outcome: 'either',
    shows: [SEEN],
  },
  {
    name: 'a scan with the text of the scanner behind it',
    make: () =>
      billPdf((writer) => ({
        content: `q 3 Tr ${billLines(UNSEEN)}Q q 612 0 0 792 0 0 cm /Scan Do Q`,
        resources: `/XObject << /Scan ${scan(writer)} 0 R >>`,
      })),
    right: 'Refuses it as a scan, or says that the text is a guess of a machine; what the picture shows is not known.',
    outcome: 'refused',
    unseen: [UNSEEN],
    neverProposed: ['9999'],
  },
  {
    name: 'a scan without text',
    make: () =>
      billPdf((writer) => ({
        content: 'q 612 0 0 792 0 0 cm /Scan Do Q',
        resources: `/XObject << /Scan ${scan(writer)} 0 R >>`,
      })),
    right: 'Refuses it with a code of its own, and says what to do: type it in, and keep the PDF as the document.',
    outcome: 'refused',
  },
  {
    name: 'two amounts printed over each other',
    make: () => after(`${PLAIN_PLACE.replace('620', '640')} (9,999 kWh) Tj ET`),
    right: 'Proposes neither: nobody can read it.',
    outcome: 'either',
    neverProposed: ['1250', '9999'],
  },
];

const DARK_BAR = `q 0 0 0.4 rg 190 632 120 20 re f 1 g ${shown(200, 640, SEEN)}Q `;

function scan(writer: { stream(bytes: string, dictionary: string): number }): number {
  const rows = Array.from({ length: 99 }, (_, row) => (row % 9 === 4 ? '\x00\x1f\xff' : '\xff\xff\xff')).join('');
  return writer.stream(
    rows,
    '/Type /XObject /Subtype /Image /Width 24 /Height 99 /BitsPerComponent 1 /ColorSpace /DeviceGray',
  );
}

/** A file of one state, and an appended one in which the content of the page is another (7.5.6). */
function revised(older: string, newer: string): Buffer {
  const first = billPdf((writer) => ({ contents: writer.stream(older) }));
  const previous = /startxref\n(\d+)/.exec(first.toString('latin1'))?.[1];
  const root = /\/Root (\d+)/.exec(first.toString('latin1'))?.[1];
  const size = /\/Size (\d+)/.exec(first.toString('latin1'))?.[1];
  const content = `2 0 obj\n<< /Length ${newer.length} >>\nstream\n${newer}\nendstream\nendobj\n`;
  const table = `xref\n2 1\n${String(first.length).padStart(10, '0')} 00000 n \n`;
  const trailer = `trailer\n<< /Size ${size} /Root ${root} 0 R /Prev ${previous} >>\nstartxref\n${first.length + content.length}\n%%EOF\n`;
  return Buffer.concat([first, Buffer.from(content + table + trailer, 'latin1')]);
}
