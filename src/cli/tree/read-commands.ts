import type { Command } from 'commander';
import { resolvePath } from '../paths.ts';
import { command, whole, year } from './leaf.ts';

/** What the ledger says. */
export function addReadCommands(program: Command): void {
  command(program, 'inventory <dir>', 'emissions of a year by scope and method, with completeness and data quality')
    .requiredOption('--year <year>', 'calendar year', year)
    .option('--member <id>', "another member's inventory")
    .option('--csv', 'as CSV')
    .action(async (dir: string, options) => (await import('../commands-read.ts')).inventory(resolvePath(dir), options));
  command(program, 'records <dir>', 'records, newest first')
    .option('--member <id>', 'of this member only')
    .option('--commodity <commodity>', 'of this commodity only')
    .option('--flow <flow>', 'of this flow only')
    .option('--year <year>', 'touching this year', year)
    .option('--state <state>', 'active, superseded or voided')
    .option('--limit <count>', 'how many', whole, 50)
    .option('--cursor <cursor>', 'go on where the last page ended')
    .action(async (dir: string, options) => (await import('../commands-read.ts')).records(resolvePath(dir), options));
  command(program, 'export <dir>', "write this node's own records to a file for other software")
    .option(
      '--portfolio-manager <file>',
      'to this workbook (xlsx) for uploading bills to ENERGY STAR Portfolio Manager',
    )
    .option('--year <year>', 'only records that touch this year', year)
    .option('--from <date>', 'only records with a day on or after this date, YYYY-MM-DD')
    .option('--to <date>', 'only records with a day before this date (exclusive)')
    .option('--overwrite', 'replace the file if it exists')
    .action(async (dir: string, options) =>
      (await import('../commands-export.ts')).exportRecords(resolvePath(dir), options),
    );
  command(program, 'show <dir> <record>', 'how a number came about: inputs, factors, formula, result, proof').action(
    async (dir: string, record: string, options) =>
      (await import('../commands-read.ts')).show(resolvePath(dir), dir, record, options),
  );
}
