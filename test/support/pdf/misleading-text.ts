import { embeddedSans, toUnicode } from '../../../tools/pdf/fonts.ts';
import { literal, PdfWriter } from '../../../tools/pdf/pdf-writer.ts';
import { billLines, billPdf, type PdfCase, SEEN, shown, UNSEEN } from './pdf-case.ts';

// Text that is seen, in forms that are easily read as something else.

const NORMAL = shown(200, 640, SEEN);
const instead = (content: string) => billLines().replace(NORMAL, content);
const reads = (name: string, content: () => Uint8Array, right: string, more: Partial<PdfCase> = {}): PdfCase => ({
  name,
  make: content,
  right,
  outcome: 'either',
  shows: [SEEN],
  ...more,
});

export const misleadingText: readonly PdfCase[] = [
  reads(
    'a number in pieces, the last first',
    () => billPdf({ content: instead(shown(213.9, 640, '50 kWh') + shown(205.56, 640, ',2') + shown(200, 640, '1')) }),
    'Puts pieces that touch together by where they stand: one number.',
    { neverProposed: ['50', '2', '1'] },
  ),
  reads(
    'a number spread by kerning',
    () =>
      billPdf({
        content: instead(`BT /F1 10 Tf 1 0 0 1 200 640 Tm [(1) -60 (,) -60 (2) -60 (5) -60 (0) -60 ( kWh)] TJ ET\n`),
      }),
    'Takes small gaps between letters for what they are: one number.',
    { neverProposed: ['1', '250', '50', '0'] },
  ),
  reads(
    'figures grouped by a gap without a space',
    () => billPdf({ content: instead(`BT /F1 10 Tf 1 0 0 1 200 640 Tm [(12) -170 (520) -280 (kWh)] TJ ET\n`) }),
    'Reads 12 520 as one number, as French and Swiss bills print it, or refuses it; never 520.',
    { shows: ['12 520 kWh'], neverProposed: ['520', '12'] },
  ),
  reads(
    'numbers of two columns close together',
    () => billPdf({ content: instead(shown(150.2, 640, '48216') + shown(180, 640, '1,250 kWh')) }),
    'Keeps numbers apart that stand two points from each other: 48216 and 1,250.',
    { neverProposed: ['482161250', '482161', '250'] },
  ),
  reads(
    'a note sign behind the number',
    () =>
      billPdf({
        content: instead(`${shown(200, 640, '1,250')}${shown(225.3, 644, '1', 6)}${shown(230, 640, ' kWh')}`),
      }),
    'Leaves the small raised figure out of the number, or refuses: 1,250 with note 1 is not 12501.',
    { shows: [], neverProposed: ['12501', '1.2501', '1', '2501'] },
  ),
  reads(
    'bold by printing twice',
    () => billPdf({ content: instead(NORMAL + shown(200.3, 640, SEEN)) }),
    'Knows the second print of the same letters, a third of a point aside: one quantity, once.',
    { neverProposed: ['2500', '11250', '112500', '11'] },
  ),
  reads(
    'a credit with its minus apart',
    () => billPdf({ content: instead(shown(193, 640, '-') + NORMAL) }),
    'Does not lose the minus: refuses the quantity or shows it as negative.',
    { shows: ['-1,250 kWh'], neverProposed: ['1250'] },
  ),
  reads(
    'a quantity struck through',
    () => billPdf({ content: `${billLines()}q 1 w 198 643 m 250 643 l S Q${shown(260, 640, '1,300 kWh')}` }),
    'Proposes both or none: which one holds is for a person to say.',
    { shows: [SEEN, '1,300 kWh'] },
  ),
  reads(
    'unlike letters that look alike',
    () => lying([[0x4f, '0']], shown(200, 640, '1,25O kWh')),
    'Refuses, or shows it: the page has the letter O where the map of the font says the figure 0.',
    { shows: [], neverProposed: ['1250'] },
  ),
  reads(
    'a map of letters that lies about a known font',
    () =>
      lying(
        [...'1250'].map((letter) => [letter.charCodeAt(0), '9'] as const),
        shown(200, 640, SEEN),
      ),
    'Refuses: WinAnsiEncoding says which letters are painted, and ToUnicode says others.',
    { shows: [], unseen: [UNSEEN], neverProposed: ['9999', '9.999'] },
  ),
  {
    name: 'a map of letters that lies about an embedded font',
    make: () => embedded((letter) => ('1250'.includes(letter) ? '9' : letter)),
    right:
      'Cannot know it from the text: the page is seen as 1,250 and reads as 9,999. This is why a person confirms each proposal against the page.',
    outcome: 'either',
  },
  {
    name: 'a font without a map of letters',
    make: () => embedded(null),
    right: 'Refuses: glyph numbers are not letters. The garbage of it is never searched for quantities.',
    outcome: 'refused',
  },
  {
    name: 'a map of letters to private use',
    make: () => embedded((letter) => String.fromCodePoint(0xe000 + (letter.codePointAt(0) ?? 0))),
    right: 'Refuses, as without a map.',
    outcome: 'refused',
  },
  reads(
    'control characters in the text',
    () =>
      lying(
        [
          [0x7e, '\u001b[2J'],
          [0x7c, '\u202e'],
        ],
        shown(200, 640, SEEN) + shown(72, 560, 'Note ~ and |'),
      ),
    'Never sends them on to a terminal or a page of the console: they could hide or turn what is shown for confirmation.',
    { unseen: ['\u001b', '\u202e'] },
  ),
  reads(
    'a page turned by a quarter, upright when shown',
    () => billPdf({ page: '/Rotate 90', mediaBox: '[0 0 792 612]', content: `q 0 1 -1 0 792 0 cm ${billLines()}Q` }),
    'Reads it as shown, or says that the page is turned.',
  ),
  reads(
    'a page lying on its side when shown',
    () => billPdf({ page: '/Rotate 90' }),
    'Reads it along its lines, or says that the page is turned.',
  ),
  reads(
    'an upside-down page',
    () => billPdf({ content: `q -1 0 0 -1 612 792 cm ${billLines()}Q` }),
    'Reads it along its lines, or says that the page is turned.',
  ),
  reads(
    'a form number up the margin',
    () => billPdf({ content: `${billLines()}BT /F1 10 Tf 0 1 -1 0 196 600 Tm (Form 7731 rev. 2020 kWh) Tj ET` }),
    'Keeps text of another direction out of the lines it crosses.',
    { neverProposed: ['2020', '7731'] },
  ),
  reads(
    'a page that does not begin at zero',
    () => billPdf({ mediaBox: '[-300 -500 312 292]', content: `q 1 0 0 1 -300 -500 cm ${billLines()}Q` }),
    'Takes places from the corner of the page, wherever its zero is.',
  ),
  {
    name: 'two bills in one file',
    make: twoBills,
    right:
      'Gives two lines, each with its own meter and period; never one with the period of the one and the quantity of the other.',
    outcome: 'either',
    shows: [SEEN, '1,310 kWh'],
    neverProposed: ['2560'],
  },
];

/** A bill in Helvetica whose ToUnicode map says other letters for some codes than its encoding. */
function lying(pairs: readonly (readonly [number, string])[], quantity: string): Buffer {
  const rest = Array.from({ length: 95 }, (_, index) => index + 32).filter((code) =>
    pairs.every(([one]) => one !== code),
  );
  const all = [...pairs, ...rest.map((code) => [code, String.fromCharCode(code)] as const)];
  const map = toUnicode(all)
    .replaceAll(/<00(..)> </g, '<$1> <')
    .replace('<0000> <ffff>', '<00> <ff>');
  return billPdf((writer) => {
    const number = writer.stream(map);
    const font = writer.add(
      `<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding /ToUnicode ${number} 0 R >>`,
    );
    return { content: instead(quantity.replaceAll('/F1', '/F2')), fonts: `/F2 ${font} 0 R` };
  });
}

/** A bill in an embedded font, with the map of letters changed or left out. */
function embedded(changed: ((letter: string) => string) | null): Buffer {
  const sans = embeddedSans(changed);
  return billPdf((writer) => ({
    fonts: `/F2 ${sans.addTo(writer)} 0 R`,
    content: billLines().replace(/\/F1 (.*?) \((.*?)\) Tj/g, (_all, place: string, text: string) => {
      return `/F2 ${place} ${sans.shown(text.replace(/\\(.)/g, '$1'))}`;
    }),
  }));
}

function twoBills(): Buffer {
  const writer = new PdfWriter();
  const pages = writer.reserve();
  const font = writer.add('<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>');
  const second = billLines('1,310 kWh')
    .replace(literal('EX-100'), '(EX-200)')
    .replace('2022-01-01 to 2022-01-31 \\(31', '2022-02-01 to 2022-02-28 \\(28');
  const kids = [billLines(), second].map((content) => {
    const about = `/Type /Page /Parent ${pages} 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 ${font} 0 R >> >>`;
    return `${writer.add(`<< ${about} /Contents ${writer.stream(content)} 0 R >>`)} 0 R`;
  });
  writer.set(pages, `<< /Type /Pages /Kids [${kids.join(' ')}] /Count 2 >>`);
  return writer.file({ root: writer.add(`<< /Type /Catalog /Pages ${pages} 0 R >>`) });
}
