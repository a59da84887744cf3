import { flate, type PdfWriter } from '../../../tools/pdf/pdf-writer.ts';
import { billLines, billObjects, billPdf, type PdfCase, SEEN, shown, UNSEEN } from './pdf-case.ts';

// Files whose structure does not hold: cut, circular, or untrue about themselves.

const PLAIN = '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>';
const text = (file: Uint8Array) => Buffer.from(file).toString('latin1');
const bytes = (file: string) => Buffer.from(file, 'latin1');

export const damagedFiles: readonly PdfCase[] = [
  {
    name: 'cut off in the middle',
    make: () => billPdf().subarray(0, 700),
    right: 'Refuses it as incomplete: the lines that are missing would not be missed.',
    outcome: 'refused',
  },
  {
    name: 'cut off before the end mark',
    make: () => billPdf().subarray(0, -30),
    right: 'Refuses it, or reads all of the page.',
    outcome: 'either',
    shows: [SEEN],
  },
  {
    name: 'zeros from the middle on, as of a broken download',
    make: () => Buffer.concat([billPdf().subarray(0, 500), Buffer.alloc(4_000)]),
    right: 'Refuses it.',
    outcome: 'refused',
  },
  {
    name: 'a table of objects that points to itself as the older one',
    make: () => selfReferring(),
    right: 'Ends: reads the page or refuses.',
    outcome: 'either',
    shows: [SEEN],
  },
  {
    name: 'a table of objects with wrong places',
    make: () => bytes(text(billPdf()).replaceAll(/(\d{10}) 00000 n/g, '0000000007 00000 n')),
    right: 'Finds the objects itself, or refuses.',
    outcome: 'either',
    shows: [SEEN],
  },
  {
    name: 'a table that claims four thousand million objects',
    make: () =>
      bytes(
        text(billPdf())
          .replace(/xref\n0 \d+/, 'xref\n0 4294967295')
          .replace(/\/Size \d+/, '/Size 4294967295'),
      ),
    right: 'Makes no room for what a file claims: reads or refuses.',
    outcome: 'either',
    shows: [SEEN],
  },
  {
    name: 'a length that ends within the quantity',
    make: () => lengthOf((content) => String(content.indexOf(SEEN) + 3)),
    right: 'Reads the whole content or refuses; never a number that was cut.',
    outcome: 'either',
    shows: [SEEN],
    neverProposed: ['1', '1.2', '12'],
  },
  {
    name: 'a length beyond the end of the file',
    make: () => lengthOf(() => '99999999'),
    right: 'Reads the content as far as it goes to endstream, or refuses.',
    outcome: 'either',
    shows: [SEEN],
  },
  {
    name: 'a negative length',
    make: () => lengthOf(() => '-1'),
    right: 'As with any untrue length.',
    outcome: 'either',
    shows: [SEEN],
  },
  {
    name: 'a length that is the stream itself',
    make: () => lengthOf(() => '2 0 R'),
    right: 'Ends: reads or refuses.',
    outcome: 'either',
    shows: [SEEN],
  },
  {
    name: 'compressed content that breaks off',
    make: () =>
      billPdf((writer) => {
        const { bytes: whole, dictionary = '' } = flate(Buffer.from(billLines()));
        return { contents: writer.stream(whole.subarray(0, Math.floor(whole.length * 0.7)), dictionary) };
      }),
    right: 'Refuses, or says that the page is not whole; it does not give the half as the page.',
    outcome: 'refused',
  },
  {
    name: 'content that breaks off within an operation',
    make: () => billPdf({ content: billLines().slice(0, billLines().indexOf(SEEN) + 3) }),
    right: 'Refuses, or gives no number of the broken piece.',
    outcome: 'either',
    neverProposed: ['1', '1.2', '12'],
  },
  {
    name: 'a page tree that goes round',
    make: () =>
      altered(({ writer, pages, page }) =>
        writer.set(pages, `<< /Type /Pages /Kids [${page} 0 R ${pages} 0 R] /Count 2 >>`),
      ),
    right: 'Ends: refuses, or reads the page once.',
    outcome: 'either',
    neverProposed: ['2500'],
  },
  {
    name: 'one page counted a million times by shared branches',
    make: () =>
      altered(({ writer, pages, page }) => {
        const again = (number: number) => `${number} 0 R `.repeat(1_000);
        const branch = writer.add(`<< /Type /Pages /Parent ${pages} 0 R /Count 1000 /Kids [${again(page)}] >>`);
        writer.set(pages, `<< /Type /Pages /Count 1000000 /Kids [${again(branch)}] >>`);
      }),
    right: 'Refuses more pages than a bill has, before it reads them.',
    outcome: 'refused',
  },
  {
    name: 'a page that is its own parent',
    make: () =>
      altered(({ writer, page }) => writer.set(page, `<< /Type /Page /Parent ${page} 0 R /Contents 3 0 R >>`)),
    right: 'Ends its search for resources and the size of the page.',
    outcome: 'either',
  },
  {
    name: 'a count of pages that is not true',
    make: () =>
      altered(({ writer, pages, page }) => writer.set(pages, `<< /Type /Pages /Kids [${page} 0 R] /Count -7 >>`)),
    right: 'Reads the page or refuses.',
    outcome: 'either',
    shows: [SEEN],
  },
  {
    name: 'a form that draws itself',
    make: () =>
      billPdf((writer) => {
        const form = writer.reserve();
        const about = '/Type /XObject /Subtype /Form /BBox [0 0 612 792]';
        writer.set(form, {
          bytes: bytes('/Loop Do /Loop Do'),
          dictionary: `${about} /Resources << /XObject << /Loop ${form} 0 R >> >>`,
        });
        return { content: `${billLines()}/Loop Do`, resources: `/XObject << /Loop ${form} 0 R >>` };
      }),
    right: 'Ends: reads the page without the form, or refuses.',
    outcome: 'either',
    shows: [SEEN],
  },
  {
    name: 'forms that draw the next one ten times, nine deep',
    make: () =>
      billPdf((writer) => ({
        content: `${billLines()}/Next Do`,
        resources: `/XObject << /Next ${tower(writer)} 0 R >>`,
      })),
    right: 'Ends at its limit of words or time: ten thousand million texts are drawn.',
    outcome: 'either',
    limited: true,
  },
  {
    name: 'arrays a hundred thousand deep in the page',
    make: () => billPdf({ page: `/Annots ${'['.repeat(100_000)}${']'.repeat(100_000)}` }),
    right: 'Refuses, or reads the page: no stack overflow that ends the node.',
    outcome: 'either',
    shows: [SEEN],
  },
  {
    name: 'arrays a hundred thousand deep in the content',
    make: () => billPdf({ content: `${billLines()}${'['.repeat(100_000)}${']'.repeat(100_000)} TJ` }),
    right: 'As above.',
    outcome: 'either',
    shows: [SEEN],
  },
  {
    name: 'a hundred thousand states that are never given back',
    make: () => billPdf({ content: `${'q '.repeat(100_000)}${billLines()}` }),
    right: 'Reads or refuses.',
    outcome: 'either',
    limited: true,
    shows: [SEEN],
  },
  {
    name: 'states given back that were never kept',
    make: () => billPdf({ content: `${'Q '.repeat(1_000)}${billLines()}` }),
    right: 'Reads or refuses.',
    outcome: 'either',
    shows: [SEEN],
  },
  {
    name: 'a font that is not there',
    make: () => billPdf({ content: `${billLines()}${shown(200, 620, UNSEEN).replace('/F1', '/F9')}` }),
    right: 'Reads the rest or refuses.',
    outcome: 'either',
    shows: [SEEN],
  },
  {
    name: 'numbers beyond all measure',
    make: () => billPdf({ content: `1e308 0 0 1e308 ${'9'.repeat(400)} -0 cm ${billLines()} Q` }),
    right: 'Reads or refuses; no place that is not a number reaches the grouping of lines.',
    outcome: 'either',
  },
  {
    name: 'a page as large as a country',
    make: () => billPdf({ mediaBox: '[0 0 1e12 1e12]' }),
    right: 'Reads or refuses; allots nothing by the size of the page.',
    outcome: 'either',
    shows: [SEEN],
  },
  {
    name: 'a font whose description goes round',
    make: () =>
      billPdf((writer) => {
        const font = writer.reserve();
        writer.set(
          font,
          `<< /Type /Font /Subtype /Type0 /BaseFont /A /Encoding /Identity-H /DescendantFonts [${font} 0 R] >>`,
        );
        return { fonts: `/F2 ${font} 0 R`, content: `${billLines()}${shown(72, 560, 'x').replace('/F1', '/F2')}` };
      }),
    right: 'Ends: reads the rest or refuses.',
    outcome: 'either',
    shows: [SEEN],
  },
];

function altered(change: (bill: ReturnType<typeof billObjects>) => void): Buffer {
  const bill = billObjects();
  change(bill);
  return bill.writer.file({ root: bill.root });
}

/** The small bill with another length of its content, which is object 2. */
function lengthOf(length: (content: string) => string): Buffer {
  return billPdf((writer) => ({
    contents: writer.add({ bytes: bytes(billLines()), length: length(billLines()) }),
  }));
}

function selfReferring(): Buffer {
  const file = text(billPdf());
  const at = /startxref\n(\d+)/.exec(file)?.[1];
  return bytes(file.replace('trailer\n<<', `trailer\n<< /Prev ${at}`));
}

function tower(writer: PdfWriter): number {
  const font = writer.add(PLAIN);
  let below = 0;
  for (let height = 0; height < 9; height += 1) {
    const content = height === 0 ? shown(72, 560, '1 kWh').repeat(10) : '/Next Do '.repeat(10);
    const inner = height === 0 ? `/Font << /F1 ${font} 0 R >>` : `/XObject << /Next ${below} 0 R >>`;
    below = writer.stream(content, `/Type /XObject /Subtype /Form /BBox [0 0 612 792] /Resources << ${inner} >>`);
  }
  return below;
}
