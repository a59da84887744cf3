import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { csvColumns } from './csv-columns.ts';
import { type BillItem, readBills, warningCodes } from './index.ts';

const guide = readFileSync(new URL('../../docs/bills.md', import.meta.url), 'utf8');

test('docs/bills.md names every column and lists every warning with its advice, and no others', () => {
  for (const column of csvColumns) assert.ok(guide.includes(`\`${column}\``), column);
  const listed = guide
    .slice(guide.indexOf('## Warnings'))
    .split('\n')
    .flatMap((line) => /^\| `([A-Z_]+)` \| (.*) \|$/.exec(line)?.slice(1, 3).join(' ') ?? []);
  assert.deepEqual(
    listed,
    Object.entries(warningCodes).map((entry) => entry.join(' ')),
  );
});

test('the CSV examples of docs/bills.md are read as they stand', async () => {
  const examples = [...guide.matchAll(/```csv\n([\s\S]*?)```/g)].map((match) => match[1] as string);
  assert.equal(examples.length, 2);
  const quantities: string[][] = [];
  for (const example of examples) {
    const body = (async function* () {
      yield Buffer.from(example);
    })();
    const items: BillItem[] = await Array.fromAsync(readBills({ body, options: {} }));
    quantities.push(items.map((item) => ('line' in item ? item.line.quantity : item.rejected.code)));
  }
  assert.deepEqual(quantities, [['12480.5', '11236.25', '412'], ['10600.5']]);
});
