import { Command, CommanderError } from 'commander';
import { ChannelError } from '../emissions/index.ts';
import { exitCodeOf, exitCodes } from './exit-code.ts';
import { printError } from './output.ts';
import { chooseRemote } from './remote-options.ts';
import { addAuditCommands, addTokenCommands, addWebhookCommands } from './tree/access-commands.ts';
import { addBillCommands } from './tree/bill-commands.ts';
import { addBundleCommands } from './tree/bundle-commands.ts';
import { addFactorCommands, addMemberCommands, addMeterCommands, addPolicyCommands } from './tree/channel-commands.ts';
import { addDocumentCommands } from './tree/document-commands.ts';
import { addFabricCommands } from './tree/fabric-commands.ts';
import { addImportCommands } from './tree/import-commands.ts';
import { addNodeCommands } from './tree/node-commands.ts';
import { addReadCommands } from './tree/read-commands.ts';
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
    const { asChannelError } = await import('../node/index.ts');
    const known = asChannelError(error);
    printError(known, json);
    return exitCodeOf(known);
  }
}

function usageError({ code, message }: CommanderError): ChannelError {
  const told = message.replace(/^error: /, '').replaceAll(/\s+/g, ' ');
  return new ChannelError('OPTION_INVALID', code === 'commander.help' ? 'the command is not complete' : told);
}

/** The command tree: every command takes --json. Where JSON is asked for, stderr stays empty. */
export function buildProgram(json: boolean): Command {
  const program: Command = new Command('uec')
    .description('Utility bills into greenhouse-gas emissions, recorded on a ledger shared with other organisations.')
    .version(version())
    .option('--token-file <file>', 'token for a node whose URL stands where the folder would')
    .option('--ca <file>', 'CA that vouches for that node, PEM, where it is one of your own')
    .hook('preAction', () => chooseRemote(program.opts()))
    .exitOverride()
    .configureOutput(json ? { writeErr: () => undefined } : {})
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('(see uec COMMAND --help)')
    .addHelpText('after', HELP);
  addNodeCommands(program);
  addBillCommands(program);
  addImportCommands(program.command('imports').description('files that were recorded: what became of them, and undo'));
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
  addBundleCommands(
    program.command('bundle').description('a record with its proof in one file, checked without a network'),
  );
  addTokenCommands(program.command('token').description('tokens of the API and their roles'));
  addAuditCommands(program.command('audit').description("the node's audit log: who did what"));
  addWebhookCommands(program.command('webhook').description("receivers of the ledger's events"));
  addFabricCommands(program.command('fabric').description('a local Hyperledger Fabric network'));
  return program;
}

const HELP = `
First steps:
  uec init acme --member ACME --name "Acme Inc"       make a node
  uec calculate --zip 94105 --start 2022-01-01 --end 2022-02-01 --quantity 1000 --unit kWh
  uec record acme bills.csv --zip 94105 --dry-run     see what would be recorded
  uec inventory acme --year 2022
  uec inventory https://node.example.org --token-file token.txt --year 2022      a node elsewhere

Exit codes: 0 done, 1 fault of the software, 2 input, 3 refused by a rule, 4 not found, 5 verification failed, 6 unavailable.`;
