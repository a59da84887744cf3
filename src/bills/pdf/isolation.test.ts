import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bomb } from '../../../test/support/pdf/bombs.ts';
import { billPdf, shown } from '../../../test/support/pdf/pdf-case.ts';
import { billBytes } from '../../../test/support/pdf-bills.ts';
import { readProposal } from '../index.ts';
import { pdfLimits } from './pdf-text.ts';
import { readPdf } from './read-pdf.ts';
import { parseTemplate } from './template.ts';

/** A page whose content unpacks to so many bytes of one piece of text after another. */
function bombPdf(size: number): Buffer {
  const stream = bomb('(1 kWh) Tj\n', size, 'BT ');
  const objects = [
    Buffer.from('1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n'),
    Buffer.from('2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n'),
    Buffer.from('3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R >>\nendobj\n'),
    Buffer.concat([
      Buffer.from(`4 0 obj\n<< /Length ${stream.length} /Filter /FlateDecode >>\nstream\n`),
      stream,
      Buffer.from('\nendstream\nendobj\n'),
    ]),
  ];
  return Buffer.concat([Buffer.from('%PDF-1.4\n'), ...objects, Buffer.from('trailer << /Root 1 0 R >>\n%%EOF\n')]);
}

test('a file that takes too much memory ends its own process, and this one goes on', async () => {
  const before = process.memoryUsage().rss;
  await assert.rejects(readPdf(bombPdf(256 * 1024 ** 2)), { code: 'FILE_TOO_LARGE' });
  assert.ok(process.memoryUsage().rss - before < 128 * 1024 ** 2);
  const pages = await readPdf(billBytes('us-electricity'));
  assert.equal(pages.length, 2);
});

test('a file that takes too long is ended', async () => {
  // No process starts in a millisecond.
  await assert.rejects(readPdf(billBytes('us-electricity'), { ...pdfLimits, milliseconds: 1 }), {
    code: 'FILE_TOO_LARGE',
    message: /takes more than 0\.001 s/,
  });
});

test('a template whose pattern can be matched in endless ways, and a page full of labels, end with the same process', async () => {
  const template = parseTemplate(
    JSON.stringify({
      ...{ format: 'uec-pdf-template/1', name: 'slow', recognise: ['Usage'], fixed: { commodity: 'electricity' } },
      lines: [{ find: [{ label: 'Usage', relation: 'same-cell', pattern: `${'{skip}'.repeat(5)}{quantity}x` }] }],
    }),
  );
  const long = billPdf({ content: shown(20, 700, `Usage ${'1'.repeat(290)}`, 2) });
  const labels = billPdf({
    mediaBox: '[0 0 612 14400]',
    content: Array.from({ length: 6_000 }, (_, at) => shown(72, 14_000 - 2 * at, 'from', 1.9)).join(''),
  });
  let ticks = 0;
  const ticking = setInterval(() => {
    ticks += 1;
  }, 100).unref();
  const limits = { ...pdfLimits, milliseconds: 1_500 };
  for (const [file, options] of [
    [long, { template }],
    [labels, {}],
  ] as const)
    await assert.rejects(readProposal([file] as never, options, limits), {
      code: 'FILE_TOO_LARGE',
      message: /takes more than 1\.5 s/,
    });
  clearInterval(ticking);
  assert.ok(ticks > 10, 'the process that asked went on meanwhile');
});

test('limits of bytes, pages and words are told as what they are', async () => {
  const bill = billBytes('us-electricity');
  for (const [limit, most, message] of [
    ['bytes', 10_000, /more than .* MB/],
    ['pages', 1, /more than 1 pages/],
    ['words', 100, /more than 100 words/],
    ['megabytes', 20, /20 MB of memory/],
  ] as const) {
    await assert.rejects(readPdf(bill, { ...pdfLimits, [limit]: most }), { code: 'FILE_TOO_LARGE', message }, limit);
  }
});

test('a body that goes on beyond the limit is not taken in whole', async () => {
  let taken = 0;
  async function* endless(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('%PDF-1.7\n');
    for (;;) {
      taken += 1;
      yield Buffer.alloc(64 * 1024);
    }
  }
  await assert.rejects(readProposal(endless(), {}, { ...pdfLimits, bytes: 1024 ** 2 }), { code: 'FILE_TOO_LARGE' });
  assert.ok(taken <= 17);
});
