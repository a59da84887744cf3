import type { Command } from 'commander';
import { resolvePath } from '../paths.ts';
import { addPlaceOptions } from '../place-options.ts';
import { command } from './leaf.ts';

// Written out, because help is shown without loading the rules; a test compares them.
export const REASONS =
  'estimate-replaced, rebilled, misread, wrong-dates, wrong-unit, wrong-place, wrong-meter, wrong-flow, factor-withdrawn, recalculated, duplicate, entered-in-error or other';

/** From a bill to a record, and what changes one. */
export function addBillCommands(program: Command): void {
  addFileCommands(program);
  addGasOptions(
    addPlaceOptions(command(program, 'calculate', 'emissions of a quantity with the bundled factors; no node needed')),
  )
    .requiredOption('--start <date>', 'first day, YYYY-MM-DD')
    .requiredOption('--end <date>', 'day after the last, YYYY-MM-DD (exclusive)')
    .requiredOption('--quantity <number>', 'plain decimal, such as 1234.5')
    .requiredOption('--unit <unit>', 'kWh, MWh, therm, mmBtu, m3, ...')
    .option('--commodity <commodity>', 'electricity, natural-gas, steam, heat, cooling or water', 'electricity')
    .option('--heat-content <number>', 'heat content of gas billed by volume')
    .option('--heat-content-unit <unit>', 'mmBtu/Mcf, therm/CCF, Btu/ft3, MJ/m3 or kWh/m3', 'mmBtu/Mcf')
    .action(async (options) => (await import('../commands-bills.ts')).calculate(options));
  addGwpOption(
    addPlaceOptions(
      command(program, 'record <dir> [file...]', 'read bill files, or a folder of them, and record their emissions'),
    ),
  )
    .option('--meter <number>', "meter, where the file names none; kept in this node's vault, never on the ledger")
    .option('--account <number>', 'account, where the file names neither meter nor account')
    .option('--utility-name <name>', 'name of the utility, where the file names none')
    .option('--commodity <commodity>', 'commodity, where the file names none')
    .option('--unit <unit>', 'unit, where the file names none')
    .option('--zone <zone>', 'IANA time zone of the site, such as America/Los_Angeles')
    .option(
      '--end-convention <convention>',
      'how the file states the end: inclusive, exclusive, shared-day or read-date',
    )
    .option(
      '--date-order <order>',
      'dates of the file that could be read either way: day-first, month-first or year-first',
    )
    .option('--decimal-sign <sign>', 'what begins the decimals of its amounts: point or comma')
    .option('--map <mapping>', 'read a CSV file of another layout with a mapping that uec bills map proposed')
    .option('--template <file>', "read a PDF bill by its utility's template")
    .option('--pick <value...>', 'of several values that uec bills read shows for a PDF, the one to take: quantity:2')
    .option('--confirm <digest...>', 'record the PDF whose proposal has this digest: you compared it with the bill')
    .option('--document <file>', 'the bill that proves every line; without it the bill file itself')
    .option('--dry-run', 'show what would be recorded and write nothing')
    .option('--errors <file>', 'record the good lines, and write the others with their reasons to this CSV file')
    .option('--label <text>', 'what you want to know the import by; it stays encrypted at this node')
    .option('--watch <folder>', 'record each file that comes into the folder, until it is stopped')
    .option('--partial', 'with --watch: record the good lines of a file, and put the others beside it to be mended')
    .action(async (dir: string, files: string[], options) =>
      (await import('../commands-bills.ts')).record(resolvePath(dir), dir, files.map(resolvePath), options),
    );
  command(program, 'correct <dir> <record>', 'record a correction: a new record that supersedes or adjusts another')
    .requiredOption('--reason <code>', REASONS)
    .option('--adjust', 'add to the record instead of replacing it')
    .option('--quantity <number>', 'the right quantity')
    .option('--unit <unit>', 'the right unit')
    .option('--start <date>', 'the right first day')
    .option('--end <date>', 'the right day after the last (exclusive)')
    .option('--read-basis <basis>', 'actual, estimated, customer, calculated or billed-only')
    .option('--gwp <set>', 'publisher, AR4, AR5 or AR6')
    .option('--document <file>', 'the bill that shows it')
    .action(async (dir: string, record: string, options) =>
      (await import('../commands-bills.ts')).correct(resolvePath(dir), record, options),
    );
  command(program, 'void <dir> <record...>', 'take records out of every total; nothing is deleted')
    .requiredOption('--reason <code>', REASONS)
    .action(async (dir: string, records: string[], options) =>
      (await import('../commands-bills.ts')).voidRecords(resolvePath(dir), records, options),
    );
}

/** What is done with bill files before they are recorded. */
function addFileCommands(program: Command): void {
  const bills = program.command('bills').description('look at bill files before they are recorded');
  command(bills, 'map <file>', 'propose a mapping for a CSV file of an unknown layout; no node needed')
    .option('--out <file>', 'write the mapping to this file instead of printing it')
    .action(async (file: string, options) => (await import('../commands-map.ts')).mapBills(resolvePath(file), options));
  addGwpOption(
    addPlaceOptions(
      command(
        bills,
        'read <file>',
        'show what a PDF bill says: each value, where it is printed and why; no node needed',
      ),
    ),
  )
    .option('--zone <zone>', 'IANA time zone of the site, such as America/Los_Angeles')
    .option('--template <file>', 'read it by the template of its utility')
    .option('--lines', 'show its text by lines and cells instead, to write a template from')
    .option('--pick <value...>', 'of several values shown, the one to take: quantity:2')
    .option('--meter <number>', 'meter, whatever the bill says')
    .option('--account <number>', 'account, whatever the bill says')
    .option('--utility-name <name>', 'name of the utility, where the template names none')
    .option('--commodity <commodity>', 'commodity, whatever the bill says')
    .option('--unit <unit>', 'unit, where a template finds none')
    .option('--end-convention <convention>', 'how the bill states the end: inclusive, exclusive or shared-day')
    .option('--date-order <order>', 'its dates, if they can be read either way: day-first, month-first or year-first')
    .option('--decimal-sign <sign>', 'what begins the decimals of its amounts: point or comma')
    .action(async (file: string, options) =>
      (await import('../commands-bills.ts')).readPdfBill(resolvePath(file), options),
    );
}

function addGwpOption(one: Command): Command {
  return one.option('--gwp <set>', "publisher (the publisher's own CO2e), AR4, AR5 or AR6");
}

function addGasOptions(one: Command): Command {
  return addGwpOption(one).option('--calorific <value>', 'gas billed in energy: gross or net calorific value');
}
