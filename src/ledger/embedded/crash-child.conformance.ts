// Submits for as long as it lives and prints each acknowledged transaction; its parent kills it.
import { writeSync } from 'node:fs';
import { steps } from '../toy-contract.conformance.ts';
import { createTestLedger, openTestLedger } from './test-ledger.conformance.ts';

const [dir, start, size] = process.argv.slice(2) as [string, string, string];
const ledger = start === '0' ? await createTestLedger(dir) : await openTestLedger(dir);
const filler = 'x'.repeat(Number(size));

async function submitFrom(first: number): Promise<void> {
  for (let number = first; ; number += 3) {
    const key = String(number).padStart(9, '0');
    const puts = steps(['put', `left/${key}`, `"${filler}"`], ['put', `right/${key}`, `"${filler}"`]);
    const { transactionId } = await ledger.submit('steps', puts);
    writeSync(1, `${transactionId} ${key}\n`);
  }
}

await Promise.all([0, 1, 2].map((lane) => submitFrom(Number(start) + lane)));
