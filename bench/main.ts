import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { progressLine } from '../src/cli/progress-line.ts';
import { benchApi } from './api.ts';
import { benchBills } from './bills.ts';
import { benchCalculation } from './calculation.ts';
import { benchDocuments } from './documents.ts';
import { benchFabric } from './fabric.ts';
import { type Figure, printer } from './figure.ts';
import { benchImports } from './imports.ts';
import { benchLedger } from './ledger.ts';

const USAGE = 'npm run bench -- [ledger] [calculation] [bills] [imports] [documents] [fabric] [api] [--json] [--full]';
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false }, full: { type: 'boolean', default: false } },
});
const { progress, end } = progressLine();
const print = printer(values.json);
const report = (figure: Figure): void => {
  end();
  print(figure);
};

const benches: Readonly<Record<string, (folder: string) => unknown>> = {
  ledger: (folder) => benchLedger(report, folder, values.full ? [200_000, 1_000_000] : [200_000], progress),
  calculation: () => benchCalculation(report),
  bills: (folder) => benchBills(report, folder, values.full ? 1_000_000 : 200_000),
  imports: (folder) => benchImports(report, folder, values.full ? 1_000_000 : 100_000),
  documents: (folder) => benchDocuments(report, folder, values.full ? 512 : 64),
  api: (folder) => benchApi(report, folder, values.full ? 1_000_000 : 200_000, progress),
  fabric: (folder) => benchFabric(report, folder, progress),
};

const unknown = positionals.find((name) => !Object.hasOwn(benches, name));
if (unknown !== undefined) {
  console.error(`there is no bench '${unknown}'; usage: ${USAGE}`);
  process.exit(2);
}

for (const name of positionals.length === 0 ? Object.keys(benches) : positionals) {
  const folder = mkdtempSync(join(tmpdir(), 'uec-bench-'));
  // Also when stopped by a person.
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  const stop = () => process.exit(130);
  process.once('SIGINT', stop);
  try {
    await benches[name]?.(folder);
  } finally {
    remove();
    process.off('exit', remove);
    process.off('SIGINT', stop);
  }
}
end();
