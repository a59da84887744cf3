import { literal, type PdfWriter } from '../../../tools/pdf/pdf-writer.ts';
import { billLines, billObjects, billPdf, type PageParts, type PdfCase, SEEN, shown, UNSEEN } from './pdf-case.ts';

// Files that want to do something, files that are something else besides, and files that are not what their name says.

/** What a request from inside a file would be sent to. Nothing listens there; a test can listen and see that nothing comes. */
export const CALLED = 'http://127.0.0.1:9';

const SCRIPT = `app.launchURL('${CALLED}/script'); this.getField('usage').value = '9,999 kWh';`;
const FORM = '/Type /XObject /Subtype /Form /BBox [0 0 100 20]';

const harmless = (name: string, parts: PageParts | ((writer: PdfWriter) => PageParts), right: string): PdfCase => ({
  name,
  make: () => billPdf(parts),
  right,
  outcome: 'either',
  shows: [SEEN],
  unseen: [UNSEEN],
  neverProposed: ['9999'],
});

export const activeFiles: readonly PdfCase[] = [
  harmless(
    'a script when it is opened',
    { catalogue: `/OpenAction << /S /JavaScript /JS ${literal(SCRIPT)} >>` },
    'Runs nothing; reads the page, or refuses files with scripts.',
  ),
  harmless(
    'scripts by name and on the page',
    {
      catalogue: `/Names << /JavaScript << /Names [(a) << /S /JavaScript /JS ${literal(SCRIPT)} >>] >> >>`,
      page: `/AA << /O << /S /JavaScript /JS ${literal(SCRIPT)} >> >>`,
    },
    'As above.',
  ),
  harmless(
    'a program to be started',
    { catalogue: '/OpenAction << /S /Launch /F (/bin/sh) /Win << /F (cmd.exe) /P (/c calc) >> >>' },
    'Starts nothing.',
  ),
  harmless(
    'addresses to be called',
    {
      catalogue: `/OpenAction << /S /URI /URI (${CALLED}/open) >>`,
      page: `/Annots [<< /Subtype /Link /Rect [0 0 612 792] /A << /S /URI /URI (${CALLED}/link) >> >>] /AA << /O << /S /SubmitForm /F (${CALLED}/form) >> >>`,
    },
    'Calls nothing.',
  ),
  harmless(
    'another document to go to',
    { catalogue: '/OpenAction << /S /GoToR /F (//127.0.0.1/share/other.pdf) /D [0 /Fit] >>' },
    'Opens nothing: a path to a share would hand over the name of the user.',
  ),
  {
    name: 'content kept in another file',
    make: () => billPdf((writer) => ({ contents: writer.stream('', '/F (/etc/passwd) /FFilter /ASCIIHexDecode') })),
    right: 'Reads no file but the one it was given.',
    outcome: 'either',
    unseen: ['root:'],
  },
  harmless(
    'an attached file',
    (writer) => {
      const file = writer.stream(billLines(UNSEEN), '/Type /EmbeddedFile /Subtype /application#2Fpdf');
      const about = `<< /Type /Filespec /F (../../evil.pdf) /EF << /F ${file} 0 R >> >>`;
      return { catalogue: `/Names << /EmbeddedFiles << /Names [(evil) ${about}] >> >>` };
    },
    'Reads the page and not what is attached; writes no file by a name from inside.',
  ),
  {
    name: 'a portfolio whose page is only a cover',
    make: () =>
      billPdf((writer) => {
        const file = writer.stream(billPdf(), '/Type /EmbeddedFile');
        const about = `<< /Type /Filespec /F (bill.pdf) /EF << /F ${file} 0 R >> >>`;
        return {
          content: shown(72, 700, 'Open this portfolio in a newer viewer.'),
          catalogue: `/Collection << /View /D >> /Names << /EmbeddedFiles << /Names [(bill) ${about}] >> >>`,
        };
      }),
    right: 'Says that no bill is on the page; it may say that files are attached.',
    outcome: 'either',
    neverProposed: ['1250'],
  },
  {
    name: 'an XFA form that shows nothing without its program',
    make: () =>
      billPdf((writer) => {
        const form = writer.stream(`<xdp:xdp xmlns:xdp="http://ns.adobe.com/xdp/"><usage>${UNSEEN}</usage></xdp:xdp>`);
        return {
          content: shown(
            72,
            700,
            'Please wait... If this message is not replaced, your viewer cannot show this document.',
          ),
          catalogue: `/AcroForm << /XFA ${form} 0 R /Fields [] >>`,
        };
      }),
    right: 'Says that no bill is on the page; XFA is not run and its data is not read.',
    outcome: 'either',
    unseen: [UNSEEN],
    neverProposed: ['9999'],
  },
  {
    name: 'the quantity in a form field',
    make: () => fieldBill(UNSEEN, UNSEEN),
    right: 'Says that fields lie over the page and proposes no quantity, or reads what the field shows.',
    outcome: 'either',
    neverProposed: ['187.5'],
  },
  {
    name: 'a form field whose value differs from what it shows',
    make: () => fieldBill(SEEN, UNSEEN),
    right: 'Never takes the value for what is seen.',
    outcome: 'either',
    unseen: [UNSEEN],
    neverProposed: ['9999'],
  },
  {
    name: 'a note that covers the quantity with another',
    make: () =>
      billPdf((writer) => {
        const font = writer.add('<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>');
        const look = writer.stream(
          `1 g 0 0 100 20 re f 0 g ${shown(4, 6, UNSEEN)}`,
          `${FORM} /Resources << /Font << /F1 ${font} 0 R >> >>`,
        );
        const note = `/Type /Annot /Subtype /FreeText /Rect [196 634 296 654] /Contents ${literal(UNSEEN)} /DA (/F1 10 Tf)`;
        return { page: `/Annots [<< ${note} /AP << /N ${look} 0 R >> >>]` };
      }),
    right: 'Says that a note lies over the page, and does not propose what it covers as if it were seen.',
    outcome: 'either',
    neverProposed: ['1250'],
  },
  {
    name: 'a ZIP archive besides',
    make: () => Buffer.concat([billPdf(), Buffer.from('504b0506000000000000000000000000000000000000', 'hex')]),
    right:
      'Is one thing only, by the first bytes: reads it as a PDF or refuses. The document that is kept is the bytes as given.',
    outcome: 'either',
    shows: [SEEN],
  },
  {
    name: 'a page of the web besides',
    make: () => Buffer.concat([Buffer.from('<html><script>alert(1)</script><!--\n'), billPdf()]),
    right: 'Refuses, or reads it; a node never serves it as HTML.',
    outcome: 'either',
    shows: [SEEN],
  },
  {
    name: 'the header not at the first byte',
    make: () => Buffer.concat([Buffer.from('\r\n\r\nContent of a mail\r\n'), billPdf()]),
    right: 'Reads it (viewers allow a kilobyte before it) or refuses by name.',
    outcome: 'either',
    shows: [SEEN],
  },
  {
    name: 'a table of bills named .pdf',
    make: () => Buffer.from('meter,start,end,quantity,unit\nEX-1,2022-01-01,2022-02-01,1250,kWh\n'),
    right: 'Goes by the content, not by the name: not a PDF.',
    outcome: 'refused',
  },
  {
    name: 'a sign-in page saved as .pdf',
    make: () => Buffer.from('<!DOCTYPE html><html><body>Please sign in to see your bill of 1,250 kWh.</body></html>'),
    right: 'Refuses and says what it is: web portals give this when the session is over.',
    outcome: 'refused',
  },
  { name: 'nothing', make: () => Buffer.alloc(0), right: 'Refuses.', outcome: 'refused' },
  { name: 'a header and no more', make: () => Buffer.from('%PDF-1.7\n%%EOF\n'), right: 'Refuses.', outcome: 'refused' },
  {
    name: 'a document without pages',
    make: () => {
      const { writer, root, pages } = billObjects();
      writer.set(pages, '<< /Type /Pages /Kids [] /Count 0 >>');
      return writer.file({ root });
    },
    right: 'Refuses.',
    outcome: 'refused',
  },
];

/** A bill whose quantity is in a form field: what it shows, and its value. */
function fieldBill(look: string, value: string): Buffer {
  return billPdf((writer) => {
    const font = writer.add('<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>');
    const shape = writer.stream(
      `/Tx BMC ${shown(4, 6, look)} EMC`,
      `${FORM} /Resources << /Font << /F1 ${font} 0 R >> >>`,
    );
    const field = writer.add(
      `<< /Type /Annot /Subtype /Widget /FT /Tx /T (usage) /F 4 /V ${literal(value)} /Rect [196 634 296 654] ` +
        `/DA (/F1 10 Tf) /AP << /N ${shape} 0 R >> >>`,
    );
    return {
      content: billLines().replace(shown(200, 640, SEEN), ''),
      page: `/Annots [${field} 0 R]`,
      catalogue: `/AcroForm << /Fields [${field} 0 R] /DR << /Font << /F1 ${font} 0 R >> >> >>`,
    };
  });
}
