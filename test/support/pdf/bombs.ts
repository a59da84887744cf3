import { constants, deflateRawSync, deflateSync } from 'node:zlib';
import { embeddedSans } from '../../../tools/pdf/fonts.ts';
import { objectBytes, PdfWriter } from '../../../tools/pdf/pdf-writer.ts';
import { billLines, billObjects, billPdf, type PdfCase, SEEN } from './pdf-case.ts';

// Small files that become large. What is asked of all of them: the node's memory stays within its bounds, the reader ends in
// time, and the answer is a coded refusal or what the page shows.

const GIGABYTE = 1024 ** 3;
const FLATE = '/Filter /FlateDecode';

const files: readonly PdfCase[] = [
  {
    name: 'a gigabyte of spaces after the content',
    make: () => billPdf((writer) => ({ contents: writer.stream(bomb(' ', GIGABYTE, billLines()), FLATE) })),
    right: 'Stops at its limit of bytes, not when memory is used up.',
    outcome: 'either',
    shows: [SEEN],
  },
  {
    name: 'fifty million texts',
    make: () =>
      billPdf((writer) => ({
        contents: writer.stream(bomb('(1 kWh) Tj\n', GIGABYTE / 2, `${billLines()}BT /F1 9 Tf\n`), FLATE),
      })),
    right: 'Stops at its limit of words.',
    outcome: 'refused',
  },
  {
    name: 'content compressed twice, a thousand times each',
    make: () =>
      billPdf((writer) => {
        const twice = deflateSync(bomb(' ', GIGABYTE, billLines()));
        return { contents: writer.stream(twice, '/Filter [/FlateDecode /FlateDecode]') };
      }),
    right: 'Counts what comes out of the last filter.',
    outcome: 'either',
    shows: [SEEN],
  },
  {
    name: 'a filter named a hundred thousand times',
    make: () =>
      billPdf((writer) => ({
        contents: writer.stream(billLines(), `/Filter [${'/ASCIIHexDecode '.repeat(100_000)}]`),
      })),
    right: 'Refuses.',
    outcome: 'either',
  },
  {
    name: 'an object stream of a gigabyte',
    make: objectStreamBomb,
    right: 'Stops at its limit before the catalogue is found.',
    outcome: 'either',
  },
  {
    name: 'a map of letters of a gigabyte',
    make: () =>
      billPdf((writer) => {
        const map = writer.stream(bomb('<0041> <0042>\n', GIGABYTE, '1 beginbfchar\n'), FLATE);
        const font = writer.add(
          `<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding /ToUnicode ${map} 0 R >>`,
        );
        return { fonts: `/F2 ${font} 0 R`, content: `${billLines()}BT /F2 9 Tf 72 500 Td (A) Tj ET` };
      }),
    right: 'Stops at its limit.',
    outcome: 'either',
    shows: [SEEN],
  },
  {
    name: 'a map of one range over all letters',
    make: () =>
      billPdf((writer) => {
        const range =
          '1 begincodespacerange\n<00000000> <ffffffff>\nendcodespacerange\n1 beginbfrange\n<00000000> <ffffffff> <0041>\nendbfrange\n';
        const map = writer.stream(range.repeat(20));
        const font = writer.add(
          `<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding /ToUnicode ${map} 0 R >>`,
        );
        return { fonts: `/F2 ${font} 0 R`, content: `${billLines()}BT /F2 9 Tf 72 500 Td (A) Tj ET` };
      }),
    right: 'Does not fill a table of four thousand million letters.',
    outcome: 'either',
    shows: [SEEN],
  },
  {
    name: 'a picture of sixty thousand points square',
    make: () =>
      billPdf((writer) => {
        const about =
          '/Type /XObject /Subtype /Image /Width 60000 /Height 60000 /BitsPerComponent 8 /ColorSpace /DeviceGray';
        const picture = writer.stream(bomb('\xff', GIGABYTE, ''), `${about} ${FLATE}`);
        return {
          content: `${billLines()}q 10 0 0 10 0 0 cm /Large Do Q`,
          resources: `/XObject << /Large ${picture} 0 R >>`,
        };
      }),
    right: 'Does not unpack pictures.',
    outcome: 'either',
    shows: [SEEN],
  },
  {
    name: 'rows of two thousand million columns',
    make: () =>
      billPdf((writer) => ({
        contents: writer.stream(
          deflateSync(Buffer.from(billLines())),
          `${FLATE} /DecodeParms << /Predictor 12 /Columns 2000000000 >>`,
        ),
      })),
    right: 'Does not make room for a row that the data does not fill.',
    outcome: 'either',
  },
  {
    name: 'a font program of a gigabyte',
    make: fontBomb,
    right: 'Does not unpack font programs, or stops at its limit.',
    outcome: 'either',
  },
  {
    name: 'two hundred thousand objects, all of them notes on the page',
    make: () =>
      billPdf((writer) => {
        const first = writer.add('<< /Type /Annot /Subtype /Text /Rect [0 0 1 1] /Contents (1 kWh) >>');
        for (let count = 1; count < 200_000; count += 1) writer.add('<< /Subtype /Text /Rect [0 0 1 1] >>');
        return { page: `/Annots [${Array.from({ length: 200_000 }, (_, index) => `${first + index} 0 R`).join(' ')}]` };
      }),
    right: 'Ends in time.',
    outcome: 'either',
    shows: [SEEN],
  },
];
export const bombs: readonly PdfCase[] = files.map((one) => ({ ...one, limited: true }));

/**
 * A compressed stream of `first` and then `unit` over and over until it has `length` bytes. A megabyte is compressed once and
 * repeated as it is, so that a gigabyte costs no more.
 */
export function bomb(unit: string, length: number, first: string): Buffer {
  const block = Buffer.from(unit.repeat(Math.floor(1024 ** 2 / unit.length)), 'latin1');
  const flush = { level: 9, finishFlush: constants.Z_FULL_FLUSH };
  const packed = deflateRawSync(block, flush);
  const times = Math.floor(length / block.length);
  const head = Buffer.from(first, 'latin1');
  const pieces = [
    deflateRawSync(head, flush),
    ...Array.from({ length: times }, () => packed),
    deflateRawSync(Buffer.alloc(0)),
  ];
  const check = Buffer.alloc(4);
  check.writeUInt32BE(adler32(head, block, times));
  return Buffer.concat([Buffer.from([0x78, 0xda]), ...pieces, check]);
}

/** The checksum of zlib (RFC 1950) of a head and a block that is repeated. */
function adler32(head: Uint8Array, block: Uint8Array, times: number): number {
  const PRIME = 65_521;
  const run = (bytes: Uint8Array, a: number, b: number) => {
    let [low, high] = [a, b];
    for (const byte of bytes) {
      low = (low + byte) % PRIME;
      high = (high + low) % PRIME;
    }
    return [low, high] as const;
  };
  let [a, b] = run(head, 1, 0);
  // A block adds a fixed amount to the low sum, and to the high one its own amount and its length times the low sum.
  const [added, own] = run(block, 0, 0);
  for (let count = 0; count < times; count += 1) {
    b = (b + (((block.length % PRIME) * a) % PRIME) + own) % PRIME;
    a = (a + added) % PRIME;
  }
  return b * 65_536 + a;
}

/** A file whose catalogue lies in an object stream that unpacks to a gigabyte. */
function objectStreamBomb(): Buffer {
  const writer = new PdfWriter();
  const stream = writer.stream(
    bomb(' ', GIGABYTE, '2 0 << /Type /Catalog /Pages 9 0 R >>'),
    `/Type /ObjStm /N 1 /First 4 ${FLATE}`,
  );
  const head = Buffer.from('%PDF-1.7\n');
  const file = writer.file({ root: 2 });
  const body = file.subarray(file.indexOf('1 0 obj'), file.indexOf('xref\n'));
  const rows = Buffer.from([0, 0, 0, 0xff, 1, 0, 9, 0, 2, 0, stream, 0]);
  const table = objectBytes(3, { bytes: rows, dictionary: '/Type /XRef /Size 3 /W [1 2 1] /Root 2 0 R' });
  return Buffer.concat([head, body, table, Buffer.from(`startxref\n${head.length + body.length}\n%%EOF\n`)]);
}

function fontBomb(): Buffer {
  const sans = embeddedSans();
  const { writer, root } = billObjects((inner) => ({
    fonts: `/F2 ${sans.addTo(inner)} 0 R`,
    content: `${billLines()}BT /F2 9 Tf 72 500 Td ${sans.shown('Thank you')} ET`,
  }));
  // The program is the first object that the font adds.
  writer.set(2, { bytes: bomb('\x00', GIGABYTE, ''), dictionary: `/Length1 ${GIGABYTE} ${FLATE}` });
  return writer.file({ root });
}
