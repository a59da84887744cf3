import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { billDocuments } from './bill-documents.ts';

const HEAD = 'meter,commodity,start,end,end_convention,quantity,unit,document';
const row = (meter: string) => `${meter},electricity,2022-01-01,2022-02-01,exclusive,1,kWh,bill.pdf`;

test('a document of one bill file is never sent for another, also where that one’s own is missing', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'uec-test-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const bill = (name: string) => {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'bills.csv'), `${HEAD}\n${row(name)}\n`);
    return join(folder, name, 'bills.csv');
  };
  const [one, other] = [bill('one'), bill('other')];
  writeFileSync(join(folder, 'one', 'bill.pdf'), 'x');
  assert.deepEqual(await billDocuments([one], {}), [{ name: 'bill.pdf', path: join(folder, 'one', 'bill.pdf') }]);
  assert.deepEqual(await billDocuments([other], {}), []);
  await assert.rejects(billDocuments([one, other], {}), { code: 'OPTION_INVALID' });
  await assert.rejects(billDocuments([other, one], {}), { code: 'OPTION_INVALID' });
});
