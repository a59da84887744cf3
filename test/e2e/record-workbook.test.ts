// A workbook of Portfolio Manager on its way onto the ledger, by the command. It was made by another program (test/data/workbooks/make.py);
// totals are its kWh, added by hand, times 316 g CO2e a kWh (EEA 2025, Germany 2023).
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { RecordAnswer, UseCaseResult } from '../../src/node/index.ts';
import { answerOf, command, jsonCommand, refusalOf } from '../support/command.ts';
import { newChannel, onNode, temporaryFolder } from '../support/nodes.ts';

const workbook = fileURLToPath(new URL('../data/workbooks/germany-2023.xlsx', import.meta.url));
const folder = temporaryFolder();
let node: string;
before(async () => {
  node = (await newChannel()).acme;
});

test('a workbook is recorded with its totals; the row that nothing explains is told, and recorded when it is', async () => {
  const errors = join(folder, 'left.csv');
  const { code, answer } = await jsonCommand<RecordAnswer>([
    ...['record', node, workbook, '--country', 'DE', '--errors', errors],
  ]);
  assert.equal(code, 2);
  assert.deepEqual(
    answer.lines.map(({ where, flow, start, end, kWh, readBasis, warnings }) => [
      ...[where, flow, start, end, kWh ?? null, readBasis],
      ...warnings.map((one) => one.code),
    ]),
    [
      ['sheet 1, row 2', 'delivered', '2023-01-10', '2023-02-09', '1000', 'actual', 'COLUMN_HIDDEN'],
      ['sheet 1, row 3', 'delivered', '2023-02-09', '2023-03-11', '2500', 'estimated'],
      ['sheet 1, row 4', 'delivered', '2023-04-01', '2023-05-01', '640', 'actual', 'END_ASSUMED'],
      ['sheet 1, row 5', 'self-consumed', '2023-06-01', '2023-07-01', '75.5', 'actual', 'END_ASSUMED'],
      ['sheet 1, row 5', 'exported', '2023-06-01', '2023-07-01', '24.5', 'actual', 'END_ASSUMED'],
    ],
  );
  // (1000 + 2500 + 640) kWh of 0.316 kg.
  assert.equal(answer.totals.location, '1308.24');
  assert.deepEqual(
    answer.rejected.map(({ where, rejected }) => [where, rejected.code]),
    [['sheet 1, row 6', 'END_CONVENTION_UNKNOWN']],
  );

  const again = ['record', node, errors, '--country', 'DE'];
  assert.equal((await refusalOf(again)).problems?.[0]?.code, 'END_CONVENTION_UNKNOWN');
  const mended = await answerOf<RecordAnswer>([...again, '--end-convention', 'shared-day']);
  assert.deepEqual(
    mended.lines.map(({ start, end, kWh }) => [start, end, kWh]),
    [['2023-05-15', '2023-06-15', '310']],
  );
  // 310 kWh more: 4450 kWh in all.
  const inventory = await answerOf<UseCaseResult<'inventory'>>(['inventory', node, '--year', '2023']);
  assert.equal(inventory.scope2.location.co2e.kg, '1406.2');
  const { items } = await onNode(node, (call) => call('imports', {}));
  assert.deepEqual(items.map(({ records }) => records.active).toReversed(), [5, 1]);
});

test('a workbook that is cut off or changed says so, and nothing of it is recorded', async () => {
  const bytes = readFileSync(workbook);
  const cut = join(folder, 'cut.xlsx');
  writeFileSync(cut, bytes.subarray(0, bytes.length / 2));
  const { stderr } = await command(['record', node, cut, '--country', 'DE']);
  assert.match(
    stderr,
    /FILE_MALFORMED: the file is a zip archive, as a workbook \(xlsx\) is one, and it is damaged, cut off/,
  );
  const changed = Buffer.from(bytes);
  const sheet = bytes.indexOf('xl/worksheets/sheet1.xml') + 60;
  changed[sheet] = (changed[sheet] as number) ^ 1;
  const file = join(folder, 'changed.xlsx');
  writeFileSync(file, changed);
  assert.equal((await refusalOf(['record', node, file, '--country', 'DE'])).code, 'FILE_MALFORMED');
  const { items } = await onNode(node, (call) => call('imports', {}));
  assert.equal(items.length, 2);
});
