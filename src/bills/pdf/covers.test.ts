import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { billLines, billPdf, type PageParts, SEEN, shown, UNSEEN } from '../../../test/support/pdf/pdf-case.ts';
import type { PdfWriter } from '../../../tools/pdf/pdf-writer.ts';
import { pdfPages } from './pdf-pages.ts';
import { type PageText, pdfLimits } from './pdf-text.ts';
import { proposePages } from './propose-pages.ts';

// What hides text, by its shape and not by the box around it. The other amount stands at 200, 620, in letters of 10 points: its
// digits from 200 to 225, its unit to 248, from 618 to 627.5.

const OTHER = shown(200, 620, UNSEEN);

async function pagesOf(parts: PageParts | ((writer: PdfWriter) => PageParts)): Promise<readonly PageText[]> {
  const answer = await pdfPages(new Uint8Array(billPdf(parts)), pdfLimits);
  assert.ok('pages' in answer, JSON.stringify(answer));
  return answer.pages;
}

/** What is found of the other amount's number, `9,999`. */
async function other(parts: PageParts | ((writer: PdfWriter) => PageParts)): Promise<string> {
  const [page] = await pagesOf(parts);
  const one = page?.words.find(({ text }) => text === '9,999');
  assert.ok(
    page?.words.some(({ text }) => text === '1,250'),
    'the bill itself is seen',
  );
  return one === undefined ? 'unseen' : one.doubtful === true ? 'doubtful' : 'seen';
}

const after = (content: string, resources = '') => other({ content: billLines() + OTHER + content, resources });

describe('a shape hides what lies in it, and nothing beside it', () => {
  for (const [name, drawing, right] of [
    ['a triangle over the amount', 'q 1 g 130 608 m 400 608 l 200 637 l f Q', 'unseen'],
    [
      'the same triangle turned away: only its box covers',
      'q 1 g 150 640 m 195 640 l 150 600 l 300 600 m 300 640 l 299 640 l f Q',
      'seen',
    ],
    ['a round cover', 'q 1 g 190 623 m 190 640 260 640 260 623 c 260 606 190 606 190 623 c f Q', 'unseen'],
    [
      'a rectangle with round corners',
      'q 1 g 195 612 m 255 612 l 260 612 260 632 255 632 c 195 632 l 190 632 190 612 195 612 c f Q',
      'unseen',
    ],
    ['two rectangles in one path', 'q 1 g 100 100 20 20 re 190 610 80 25 re f Q', 'unseen'],
    ['a frame around the amount', 'q 1 g 190 610 80 25 re 195 614 70 17 re f* Q', 'seen'],
    ['the same frame, filled by its windings', 'q 1 g 190 610 80 25 re 195 614 70 17 re f Q', 'unseen'],
    ['a parallelogram', 'q 1 g 1 0 0.5 1 -310 0 cm 180 610 100 25 re f Q', 'unseen'],
    ['a thick line', 'q 1 G 20 w 190 623 m 270 623 l S Q', 'unseen'],
    ['an underline', 'q 0 G 1 w 190 617 m 270 617 l S Q', 'seen'],
    ['a frame of thin lines', 'q 0 G 1 w 190 610 80 25 re S Q', 'seen'],
    ['a line that ends before the amount', 'q 1 G 20 w 100 623 m 180 623 l S Q', 'seen'],
    [
      'a rectangle as far as its clip lets it',
      'q 190 600 m 195 640 l 190 640 l h W n 1 g 190 610 80 25 re f Q',
      'seen',
    ],
    ['a cover that is half transparent', 'q /Half gs 1 g 190 610 80 25 re f Q', 'seen'],
    ['a cover over the first digit alone', 'q 1 g 199 610 6.5 25 re f Q', 'doubtful'],
    ['a dashed thick line', 'q 1 G 20 w [4 4] 0 d 190 623 m 270 623 l S Q', 'doubtful'],
    ['a cover that is blended', 'q /Blend gs 1 g 190 610 80 25 re f Q', 'doubtful'],
  ] as const)
    test(name, async () => {
      const resources = '/ExtGState << /Half << /ca 0.5 >> /Blend << /BM /Multiply >> >>';
      assert.equal(await after(drawing, resources), right);
    });
});

describe('a clip shows what lies in it', () => {
  const clipped = (path: string) => other({ content: `${billLines()}q ${path} n ${OTHER}Q` });
  for (const [name, path, right] of [
    ['a triangle around the amount', '100 600 m 400 600 l 224 760 l W', 'seen'],
    ['a triangle whose box alone holds it', '100 600 m 400 900 l 100 900 l W', 'unseen'],
    ['a frame that leaves it out', '100 600 200 50 re 190 610 80 25 re W*', 'unseen'],
    ['nothing at all', 'W', 'unseen'],
    ['all but the last digit', '190 610 28 25 re W', 'doubtful'],
  ] as const)
    test(name, async () => assert.equal(await clipped(path), right));
});

describe('what is not followed makes what lies below doubtful', () => {
  const image = (writer: PdfWriter, about: string, bytes = '\xff') =>
    writer.stream(
      bytes,
      `/Type /XObject /Subtype /Image /Width 1 /Height 1 /BitsPerComponent 8 /ColorSpace /DeviceGray ${about}`,
    );
  const under = (make: (writer: PdfWriter) => number) =>
    other((writer) => ({
      content: `${billLines()}${OTHER}q 80 0 0 25 190 610 cm /X Do Q`,
      resources: `/XObject << /X ${make(writer)} 0 R >>`,
    }));

  test('a picture with transparency, and not one beside the amount', async () => {
    assert.equal(await under((writer) => image(writer, `/SMask ${image(writer, '', '\x80')} 0 R`)), 'doubtful');
    assert.equal(await under((writer) => image(writer, '')), 'unseen');
  });

  test('a stencil; one of a single point covers', async () => {
    const stencil = (writer: PdfWriter) =>
      writer.stream('\x55', '/Type /XObject /Subtype /Image /Width 8 /Height 1 /BitsPerComponent 1 /ImageMask true');
    assert.equal(await under(stencil), 'doubtful');
    assert.equal(await after('q 1 g 80 0 0 25 190 610 cm BI /W 1 /H 1 /IM true /BPC 1 ID \x00 EI Q'), 'unseen');
  });

  test('letters under a soft mask, and letters that are only the mask', async () => {
    const mask = (writer: PdfWriter, content: string, font = '') =>
      writer.stream(
        content,
        `/Type /XObject /Subtype /Form /BBox [0 0 612 792] /Resources << ${font} >> /Group << /S /Transparency /CS /DeviceGray >>`,
      );
    const soft = (group: number) => `/ExtGState << /Soft << /SMask << /S /Luminosity /G ${group} 0 R >> >> >>`;
    const masked = await other((writer) => ({
      content: `${billLines()}q /Soft gs ${OTHER}Q`,
      resources: soft(mask(writer, '1 g 0 0 5 5 re f')),
    }));
    assert.equal(masked, 'doubtful');
    const within = await other((writer) => {
      const font = writer.add('<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>');
      return {
        content: `${billLines()}q /Soft gs 0 0 5 5 re f Q`,
        resources: soft(mask(writer, OTHER, `/Font << /F1 ${font} 0 R >>`)),
      };
    });
    assert.equal(within, 'unseen');
  });

  test('what is painted through letters', async () => {
    assert.equal(await other({ content: `${billLines()}q 7 Tr ${shown(50, 50, 'X', 40)} 0 Tr ${OTHER}Q` }), 'doubtful');
  });

  test('letters in a group that is transparent as a whole', async () => {
    const found = await other((writer) => {
      const font = writer.add('<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>');
      const group = writer.stream(
        `/Full gs ${OTHER}`,
        `/Type /XObject /Subtype /Form /BBox [0 0 612 792] /Group << /S /Transparency >> /Resources << /Font << /F1 ${font} 0 R >> /ExtGState << /Full << /ca 1 >> >> >>`,
      );
      return {
        content: `${billLines()}q /Clear gs /G Do Q`,
        resources: `/ExtGState << /Clear << /ca 0 >> >> /XObject << /G ${group} 0 R >>`,
      };
    });
    assert.equal(found, 'unseen');
  });
});

test('white letters are seen on a dark shape of any form, and outlined ones by the colour of the line', async () => {
  const round = 'q 0 0 0.4 rg 190 623 m 190 640 260 640 260 623 c 260 606 190 606 190 623 c f 1 g ';
  assert.equal(await other({ content: `${billLines()}${round}${OTHER}Q` }), 'seen');
  assert.equal(await other({ content: `${billLines()}${round}${shown(200, 660, UNSEEN)}Q` }), 'unseen');
  assert.equal(await other({ content: `${billLines()}q 1 Tr 1 G ${OTHER}Q` }), 'unseen');
  assert.equal(await other({ content: `${billLines()}q 1 Tr 0 G 1 g ${OTHER}Q` }), 'seen');
});

test('doubtful words are asked about; the answer reads them or leaves them out', async () => {
  const hidden = billLines().replace(shown(200, 640, SEEN), '');
  const pages = await pagesOf({
    content: `${shown(300, 640, '1,250')}${hidden}${shown(200, 640, SEEN)}q /Blend gs 1 g 190 630 70 25 re f Q`,
    resources: '/ExtGState << /Blend << /BM /Multiply >> >>',
  });
  const open = proposePages(pages, { decimalSign: 'point' });
  const [question] = open.questions;
  assert.deepEqual([question?.field, question?.code], ['covered', 'PROPOSAL_OPEN']);
  assert.match(question?.question ?? '', /^2 words of page 1 may be hidden/);
  assert.deepEqual(
    question?.choices.map(({ pick, value, printed }) => [pick, value, printed]),
    [
      ['covered:1', 'seen', '1,250 kWh'],
      ['covered:2', 'unseen', '1,250 kWh'],
    ],
  );
  const seen = proposePages(pages, { decimalSign: 'point', pick: ['covered:1'] });
  assert.deepEqual([seen.questions, seen.lines[0]?.line?.quantity], [[], '1250']);
  const unseen = proposePages(pages, { decimalSign: 'point', pick: ['covered:2'] });
  assert.deepEqual(
    unseen.questions.map(({ field }) => field),
    ['quantity'],
  );
});
