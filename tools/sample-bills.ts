// Writes the PDF bills of samples/pdf: node tools/sample-bills.ts
import { writeFileSync } from 'node:fs';
import { sampleBills } from './pdf/bills/index.ts';
import { pdfOf } from './pdf/sheet.ts';

for (const bill of sampleBills()) {
  const file = pdfOf(bill);
  writeFileSync(new URL(`../samples/pdf/${bill.name}.pdf`, import.meta.url), file);
  console.log(`samples/pdf/${bill.name}.pdf: ${file.length} bytes`);
}
