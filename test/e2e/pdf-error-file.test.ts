// A line of a PDF that cannot be recorded is mended in the error file, and is proved by the PDF all the same.
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import type { BillProposal } from '../../src/bills/index.ts';
import { documentsFrom } from '../../src/cli/error-documents.ts';
import type { RecordAnswer } from '../../src/node/index.ts';
import { answerOf, command } from '../support/command.ts';
import { billFile, type Channel, newChannel, onNode, samples, temporaryFolder } from '../support/nodes.ts';
import { expectedBill } from '../support/pdf-bills.ts';

let channel: Channel;
let folder: string;
let digest: string;
const place = ['--zip', '77002'];
const { meter = '' } = expectedBill('us-electricity').lines[0] ?? {};

before(async () => {
  channel = await newChannel();
  folder = temporaryFolder();
  mkdirSync(join(folder, 'bills'));
  copyFileSync(join(samples, 'pdf/us-electricity.pdf'), join(folder, 'bills/march.pdf'));
  const shown = await answerOf<BillProposal>(['bills', 'read', join(folder, 'bills/march.pdf'), ...place]);
  digest = shown.digest as string;
});

test('the error file of a PDF names it by the way from the error file, and the mended row has it as its evidence', async () => {
  // The same meter has a bill for one of its days already.
  const other = billFile(join(folder, 'other.csv'), [`${meter},electricity,2022-02-13,2022-02-20,exclusive,5,kWh,US`]);
  await answerOf(['record', channel.acme, other, ...place]);
  const errors = join(folder, 'errors.csv');
  const bill = join(folder, 'bills/march.pdf');
  const run = await command(['record', channel.acme, bill, ...place, '--confirm', digest, '--errors', errors]);
  assert.equal(run.code, 2, run.stderr);
  const text = readFileSync(errors, 'utf8');
  assert.match(text, /PERIOD_OVERLAP/);
  assert.match(text, /bills\/march\.pdf/);
  writeFileSync(errors, text.replace('2022-02-14', '2022-02-13'));
  const { lines } = await answerOf<RecordAnswer>(['record', channel.acme, errors]);
  assert.deepEqual([lines[0]?.quantity, lines[0]?.end], ['12520', '2022-02-13']);
  await onNode(channel.acme, async (call) => {
    const { documents } = await call('documents', {});
    assert.deepEqual(documents.map(({ mediaType }) => mediaType).sort(), ['application/pdf', 'text/csv']);
    const shown = await call('show', { record: lines[0]?.recordId as string });
    const pdf = documents.find(({ mediaType }) => mediaType === 'application/pdf');
    assert.equal(shown.documents[0]?.commitment, pdf?.commitment);
  });
});

test('rows of any file name their documents anew where the error file lies elsewhere', () => {
  const row = (document: string, column = 'document') => ({
    rejected: {} as never,
    where: '',
    file: 0,
    raw: [{ [column]: document }],
  });
  const named = (document: string, to: string, column?: string) =>
    Object.values(documentsFrom([row(document, column)], ['/home/bills/2022/a.csv'], to)[0]?.raw?.[0] ?? {})[0];
  assert.equal(named('scan.pdf', '/home/bills/2022'), 'scan.pdf');
  assert.equal(named('scans/1.pdf', '/home/bills'), '2022/scans/1.pdf');
  assert.equal(named('scan.pdf', '/home/bills', 'Document '), '2022/scan.pdf');
  // It cannot be named from there: the row is refused until the document lies beside the error file.
  assert.equal(named('scans/1.pdf', '/home/errors'), '1.pdf');
  assert.equal(named('', '/home/bills'), '');
});
