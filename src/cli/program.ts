import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { ChannelError, isChannelError } from '../emissions/index.ts';
import { exitCodeOf, exitCodes } from './exit-code.ts';
import { printError } from './output.ts';
import { resolvePath } from './paths.ts';
import { addPlaceOptions } from './place-options.ts';
import { version } from './version.ts';

/** Runs the command line and gives the exit code. Each command loads its code only when it is called. */
export async function run(argv: readonly string[]): Promise<number> {
  // Whatever a command writes is this user's alone, also in a folder that existed before.
  process.umask(0o077);
  const json = argv.includes('--json');
  const program = buildProgram(json);
  try {
    await program.parseAsync([...argv]);
    return process.exitCode === undefined ? exitCodes.ok : Number(process.exitCode);
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return exitCodes.ok;
      if (json) printError(usageError(error), json);
      return exitCodes.input;
    }
    printError(error, json);
    return isChannelError(error) ? exitCodeOf(error) : exitCodes.internal;
  }
}

function usageError({ code, message }: CommanderError): ChannelError {
  const told = message.replace(/^error: /, '').replaceAll(/\s+/g, ' ');
  return new ChannelError('OPTION_INVALID', code === 'commander.help' ? 'the command is not complete' : told);
}

/** The command tree: every command takes --json. Where JSON is asked for, stderr stays empty. */
function buildProgram(json: boolean): Command {
  const program = new Command('uec')
    .description('Utility bills into greenhouse-gas emissions, recorded on a ledger shared with other organisations.')
    .version(version())
    .exitOverride()
    .configureOutput(json ? { writeErr: () => undefined } : {})
    .showHelpAfterError('(see uec COMMAND --help)')
    .addHelpText('after', HELP);
  addNodeCommands(program);
  addBillCommands(program);
  addReadCommands(program);
  addDocumentCommands(
    program
      .command('document')
      .description('the bills that prove the numbers: kept at their owner, never on the ledger'),
  );
  addFactorCommands(program.command('factors').description('releases of emission factors'));
  addMeterCommands(program.command('meter').description("this node's own meters: which pseudonym stands for which"));
  addPolicyCommands(program.command('policy').description('which publishers of factors the channel trusts'));
  addMemberCommands(program.command('members').description('members of the channel and their roles'));
  return program;
}

const HELP = `
First steps:
  uec init acme --member ACME --name "Acme Inc"       make a node
  uec calculate --zip 94105 --start 2022-01-01 --end 2022-02-01 --quantity 1000 --unit kWh
  uec record acme bills.csv --zip 94105 --dry-run     see what would be recorded
  uec inventory acme --year 2022

Exit codes: 0 done, 1 fault of the software, 2 input, 3 refused by a rule, 4 not found, 5 verification failed, 6 unavailable.`;

function addNodeCommands(program: Command): void {
  command(program, 'init <dir>', "make a node: a channel of its own, or a place on another node's")
    .requiredOption('--member <id>', "the organisation's id on the channel, such as ACME")
    .requiredOption('--name <name>', "the organisation's name")
    .option('--join <dir>', 'folder of the node whose channel to join')
    .option('--port <port>', 'port of the API on this machine', port)
    .action(async (dir: string, options) =>
      (await import('./commands-node.ts')).init(resolvePath(dir), {
        ...options,
        ...(options.join === undefined ? {} : { join: resolvePath(options.join) }),
      }),
    );
  command(program, 'serve <dir>', 'serve the node: API on this machine, and the ledger to nodes that joined it')
    .option('--port <port>', 'another port than the configured one; 0 takes a free one', port)
    .action(async (dir: string, options) => (await import('./serve.ts')).serve(resolvePath(dir), options));
  command(program, 'status <dir>', 'what the node is, and what stands on its ledger').action(
    async (dir: string, options) => (await import('./commands-node.ts')).status(resolvePath(dir), options),
  );
  command(program, 'verify <dir> [record]', 'check the whole ledger, or everything behind one record').action(
    async (dir: string, record: string | undefined, options) =>
      (await import('./commands-verify.ts')).verify(resolvePath(dir), record, options),
  );
  command(program, 'fsck <dir>', 'check every file of the node: ledger, state, read model, factors, documents')
    .option('--rebuild', 'first build the state and the read model anew from the log')
    .action(async (dir: string, options) => (await import('./commands-verify.ts')).fsck(resolvePath(dir), options));
  command(program, 'token <dir>', 'make a new API token; the old one ends').action(async (dir: string, options) =>
    (await import('./commands-node.ts')).token(resolvePath(dir), options),
  );
  command(program, 'rekey <dir>', "replace the key that wraps every secret of the node's vault").action(
    async (dir: string, options) => (await import('./commands-node.ts')).rekey(resolvePath(dir), options),
  );
  command(program, 'demo', 'three members on this machine: sample bills to proven records')
    .option('--exit', 'end instead of serving')
    .option('--dir <dir>', 'keep the nodes in this folder instead of a temporary one')
    .option('--port <port>', 'port of the API; 0 takes a free one', port)
    .action(async (options) =>
      (await import('./demo.ts')).demo({
        ...options,
        ...(options.dir === undefined ? {} : { dir: resolvePath(options.dir) }),
      }),
    );
}

function addBillCommands(program: Command): void {
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
    .action(async (options) => (await import('./commands-bills.ts')).calculate(options));
  addGasOptions(
    addPlaceOptions(command(program, 'record <dir> <file...>', 'read bills, compute their emissions and record them')),
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
    .option('--document <file>', 'the bill that proves every line; without it the bill file itself')
    .option('--dry-run', 'show what would be recorded and write nothing')
    .option('--errors <file>', 'record the good lines, and write the others with their reasons to this CSV file')
    .action(async (dir: string, files: string[], options) =>
      (await import('./commands-bills.ts')).record(resolvePath(dir), files.map(resolvePath), options),
    );
  command(program, 'correct <dir> <record>', 'record a correction: a new record that supersedes or adjusts another')
    .requiredOption(
      '--reason <code>',
      'estimate-replaced, rebilled, misread, wrong-dates, wrong-unit, recalculated, other, ...',
    )
    .option('--adjust', 'add to the record instead of replacing it')
    .option('--quantity <number>', 'the right quantity')
    .option('--unit <unit>', 'the right unit')
    .option('--start <date>', 'the right first day')
    .option('--end <date>', 'the right day after the last (exclusive)')
    .option('--read-basis <basis>', 'actual, estimated, customer, calculated or billed-only')
    .option('--gwp <set>', 'publisher, AR4, AR5 or AR6')
    .option('--document <file>', 'the bill that shows it')
    .action(async (dir: string, record: string, options) =>
      (await import('./commands-bills.ts')).correct(resolvePath(dir), record, options),
    );
  command(program, 'void <dir> <record...>', 'take records out of every total; nothing is deleted')
    .requiredOption('--reason <code>', 'duplicate, entered-in-error, wrong-meter, other, ...')
    .action(async (dir: string, records: string[], options) =>
      (await import('./commands-bills.ts')).voidRecords(resolvePath(dir), records, options),
    );
}

function addReadCommands(program: Command): void {
  command(program, 'inventory <dir>', 'emissions of a year by scope and method, with completeness and data quality')
    .requiredOption('--year <year>', 'calendar year', year)
    .option('--member <id>', "another member's inventory")
    .option('--csv', 'as CSV')
    .action(async (dir: string, options) => (await import('./commands-read.ts')).inventory(resolvePath(dir), options));
  command(program, 'records <dir>', 'records, newest first')
    .option('--member <id>', 'of this member only')
    .option('--commodity <commodity>', 'of this commodity only')
    .option('--flow <flow>', 'of this flow only')
    .option('--year <year>', 'touching this year', year)
    .option('--state <state>', 'active, superseded or voided')
    .option('--limit <count>', 'how many', whole, 50)
    .option('--cursor <cursor>', 'go on where the last page ended')
    .action(async (dir: string, options) => (await import('./commands-read.ts')).records(resolvePath(dir), options));
  command(program, 'show <dir> <record>', 'how a number came about: inputs, factors, formula, result, proof').action(
    async (dir: string, record: string, options) =>
      (await import('./commands-read.ts')).show(resolvePath(dir), record, options),
  );
}

function addDocumentCommands(group: Command): void {
  const load = () => import('./commands-document.ts');
  command(group, 'list <dir>', 'documents in custody, and requests').action(async (dir: string, options) =>
    (await load()).list(resolvePath(dir), options),
  );
  command(
    group,
    'verify <dir> [document]',
    'is the document in custody the one that was recorded (commitment or record)',
  ).action(async (dir: string, document: string | undefined, options) =>
    (await load()).verify(resolvePath(dir), document, options),
  );
  command(group, 'attach <dir> <file> <record...>', 'keep a document as evidence of records that have none').action(
    async (dir: string, file: string, records: string[], options) =>
      (await load()).attach(resolvePath(dir), resolvePath(file), records, options),
  );
  command(group, 'hold <dir> <document>', 'forbid erasing a document up to a day')
    .option('--until <date>', 'last day of the hold')
    .option('--reason <code>', 'reason code, such as tax-law')
    .option('--lift', 'end the hold')
    .action(async (dir: string, document: string, options) => (await load()).hold(resolvePath(dir), document, options));
  command(group, 'erase <dir> <document>', 'destroy a document and its keys on order; the number stays')
    .requiredOption('--order <reference>', 'reference of the request or decision; no names')
    .addOption(
      new Option('--reason <code>', 'why')
        .choices(['data-subject-request', 'retention-ended', 'court-order', 'owner-decision'])
        .makeOptionMandatory(),
    )
    .action(async (dir: string, document: string, options) =>
      (await load()).erase(resolvePath(dir), document, options),
    );
  command(group, 'scrub <dir>', 'look for missing, corrupt and orphaned documents')
    .option('--announce', 'tell the channel of documents that are lost')
    .option('--remove-orphans', 'also remove files that belong to nothing')
    .action(async (dir: string, options) => (await load()).scrub(resolvePath(dir), options));
  command(group, 'request <dir> <record>', 'as an auditor: ask for the document behind a record')
    .requiredOption('--purpose <text>', 'why; no names')
    .requiredOption('--deadline <date>', 'by when')
    .action(async (dir: string, record: string, options) => (await load()).request(resolvePath(dir), record, options));
  command(group, 'answer <dir> <request>', 'as the owner: answer a request')
    .option('--offer <file>', 'write the opening (document and key) to this file, for the auditor alone')
    .option('--refuse <reason>', 'refuse, with the reason')
    .option('--gone', 'the document was erased or lost, as the ledger says')
    .action(async (dir: string, request: string, options) => (await load()).answer(resolvePath(dir), request, options));
  command(group, 'verdict <dir> <request>', 'as the auditor: check the opening and record the verdict')
    .option('--opening <file>', 'the file that the owner gave')
    .option('--not-presented', 'the owner gave nothing')
    .action(async (dir: string, request: string, options) =>
      (await load()).verdict(resolvePath(dir), request, options),
    );
}

function addFactorCommands(group: Command): void {
  const load = () => import('./commands-factors.ts');
  command(group, 'list <dir>', 'releases on the channel and in the store').action(async (dir: string, options) =>
    (await load()).list(resolvePath(dir), options),
  );
  command(group, 'load <dir> <file...>', 'load release files and publish them on the channel').action(
    async (dir: string, files: string[], options) =>
      (await load()).load(resolvePath(dir), files.map(resolvePath), options),
  );
  addPlaceOptions(command(group, 'find <dir>', 'rows for a place'))
    .option('--commodity <commodity>', 'commodity', 'electricity')
    .option('--on <date>', 'valid on this day')
    .action(async (dir: string, options) => (await load()).find(resolvePath(dir), options));
  command(group, 'verify <dir>', 'recompute every root from the stored rows').action(async (dir: string, options) =>
    (await load()).verify(resolvePath(dir), options),
  );
  command(group, 'withdraw <dir> <release>', 'withdraw a release; lists the records that used it')
    .requiredOption('--reason <text>', 'why')
    .action(async (dir: string, release: string, options) =>
      (await load()).withdraw(resolvePath(dir), release, options),
    );
}

function addMeterCommands(group: Command): void {
  const load = () => import('./commands-meter.ts');
  command(group, 'list <dir>', 'meters known to this node').action(async (dir: string, options) =>
    (await load()).list(resolvePath(dir), options),
  );
  command(
    group,
    'erase <dir> <pseudonym>',
    "destroy a meter's key and label on order; its records stay, tied to nothing",
  )
    .requiredOption('--order <reference>', 'reference of the request or decision; no names')
    .requiredOption('--reason <code>', 'reason code, such as data-subject-request')
    .action(async (dir: string, meter: string, options) => (await load()).erase(resolvePath(dir), meter, options));
}

function addPolicyCommands(group: Command): void {
  const load = () => import('./commands-policy.ts');
  command(group, 'show <dir>', 'publishers in order by country, and vintage limits').action(
    async (dir: string, options) => (await load()).show(resolvePath(dir), options),
  );
  command(group, 'set <dir> <file>', 'as the steward: set the policy from a JSON file').action(
    async (dir: string, file: string, options) => (await load()).set(resolvePath(dir), resolvePath(file), options),
  );
}

function addMemberCommands(group: Command): void {
  const load = () => import('./commands-members.ts');
  command(group, 'list <dir>', 'members and roles').action(async (dir: string, options) =>
    (await load()).list(resolvePath(dir), options),
  );
  command(
    group,
    'admit <dir> <member>',
    'as the steward: admit a member; one that joined this node has left its name and key',
  )
    .option('--role <role...>', 'roles: reporter, auditor, factor-publisher, steward', ['reporter'])
    .option('--name <name>', "the member's name, where it left no request")
    .option('--key <spki>', "the member's public key, where it left no request")
    .action(async (dir: string, member: string, options) => (await load()).admit(resolvePath(dir), member, options));
  command(
    group,
    'grant <dir> <member> <role...>',
    'as the steward: add roles, or set them with --exactly; ends a suspension',
  )
    .option('--exactly', 'take every other role away')
    .action(async (dir: string, member: string, roles: string[], options) =>
      (await load()).grant(resolvePath(dir), member, roles, options),
    );
  command(group, 'suspend <dir> <member>', 'as the steward: suspend a member')
    .requiredOption('--reason <text>', 'why; no names')
    .action(async (dir: string, member: string, options) => (await load()).suspend(resolvePath(dir), member, options));
}

function command(parent: Command, usage: string, description: string): Command {
  return parent.command(usage).description(description).option('--json', 'answer as JSON');
}

function addGasOptions(one: Command): Command {
  return one
    .option('--gwp <set>', "publisher (the publisher's own CO2e), AR4, AR5 or AR6")
    .option('--calorific <value>', 'gas billed in energy: gross or net calorific value');
}

function port(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535)
    throw new InvalidArgumentError('a port is a whole number from 0 to 65535');
  return value;
}

function year(text: string): number {
  if (!/^(19|20|21)[0-9]{2}$/.test(text)) throw new InvalidArgumentError('a year has four digits');
  return Number(text);
}

function whole(text: string): number {
  if (!/^[1-9][0-9]{0,3}$/.test(text)) throw new InvalidArgumentError('a whole number from 1 to 9999');
  return Number(text);
}
