import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { sampleBills } from '../tools/pdf/bills/index.ts';
import { pdfOf } from '../tools/pdf/sheet.ts';
import { billBytes, billNames, expectedBill } from './support/pdf-bills.ts';

test('every sample bill is made by the tool', () => {
  const made = sampleBills().map(({ name }) => name);
  assert.deepEqual(made.toSorted(), billNames.toSorted());
});

for (const bill of sampleBills())
  suite(`the bill ${bill.name}`, () => {
    const expected = expectedBill(bill.name);
    const pages = bill.sheets.map(({ texts }) => texts.join('\n'));

    test('is the file that the tool writes, and is small', () => {
      const file = billBytes(bill.name);
      assert.ok(pdfOf(bill).equals(file), 'run node tools/sample-bills.ts, and look at what changed');
      assert.ok(file.length < 20_000);
    });

    test('prints what is expected of it where it is expected', () => {
      for (const { printed, page, why } of expected.neverUsage) assert.ok(holds(pages[page - 1], printed), why);
      for (const { printed, page, meter, sameUse } of expected.lines) {
        assert.ok(holds(pages[page - 1], printed.quantity));
        assert.ok(holds(pages[page - 1], sameUse?.printed ?? ''));
        assert.ok(pages.some((text) => holds(text, printed.period)));
        assert.ok(holds(pages[page - 1], meter));
      }
    });

    test('expects quantities as printed, and parts that add up', () => {
      for (const { printed, quantity, unit, parts } of expected.lines) {
        assert.equal(plain(printed.quantity, expected.decimalSign), `${quantity} ${unit}`);
        const sum = parts?.reduce((total, part) => total + BigInt(part.quantity), 0n);
        if (sum !== undefined) assert.equal(String(sum), quantity);
      }
    });
  });

function holds(text: string | undefined, part: string): boolean {
  return text?.includes(part) ?? false;
}

function plain(printed: string, sign: '.' | ','): string {
  return printed.replaceAll(sign === '.' ? ',' : '.', '').replace(',', '.');
}
