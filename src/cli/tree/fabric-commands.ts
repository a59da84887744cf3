import type { Command } from 'commander';
import { resolvePath } from '../paths.ts';
import { command, whole } from './leaf.ts';

/** A Hyperledger Fabric network on this machine. */
export function addFabricCommands(group: Command): void {
  const load = () => import('../commands-fabric.ts');
  const dir = ['--dir <dir>', 'folder of the network', 'fabric-network'] as const;
  const chaincode = ['--chaincode <folder>', 'a bundle made by npm run chaincode'] as const;
  command(group, 'up', 'make a Fabric network of this machine, or start the one in the folder again')
    .option(...dir)
    .option('--orgs <count>', 'members where none are named (default 3)', whole)
    .option('--members <ids>', 'members by id, the first founds the channel: ACME,BETA,AUDIT', list)
    .option('--orderers <count>', 'orderers (default 3, or 4 with --bft)', whole)
    .option('--bft', 'order by SmartBFT in place of Raft')
    .option(...chaincode)
    .action(async ({ dir: at, ...options }) => (await load()).up(resolvePath(at), withFolder(options)));
  command(group, 'down', 'end what up started; the data stays')
    .option(...dir)
    .action(async ({ dir: at, ...options }) => (await load()).down(resolvePath(at), options));
  command(group, 'status', 'what the network is and what of it runs')
    .option(...dir)
    .action(async ({ dir: at, ...options }) => (await load()).status(resolvePath(at), options));
  command(group, 'add-org <id>', 'add a member to the running channel')
    .option(...dir)
    .option('--name <name>', "the member's name")
    .option('--role <role...>', 'roles on the ledger (default reporter)')
    .action(async (id: string, { dir: at, ...options }) => (await load()).addOrg(resolvePath(at), id, options));
  command(group, 'found <profile>', 'found the channel of a connection profile, for the member of the profile')
    .requiredOption('--name <name>', "the organisation's name")
    .action(async (profile: string, options) => (await load()).found(resolvePath(profile), options));
  command(group, 'enroll <msp>', 'have a fabric-ca server issue an identity, and write its MSP folder')
    .requiredOption('--url <url>', 'the authority: https://HOST:PORT')
    .requiredOption('--id <id>', 'the id as it was registered')
    .option('--secret-file <file>', 'file that holds the secret of the registration')
    .option('--secret-variable <name>', 'environment variable that holds it')
    .option('--tls-root <file>', "PEM of the authority of the server's TLS certificate")
    .option('--ca-name <name>', 'which of several authorities of the server')
    .action(async (msp: string, options) => (await load()).enroll(resolvePath(msp), withPaths(options)));
  command(group, 'deploy', 'upgrade the chaincode of the running channel')
    .option(...dir)
    .option(...chaincode)
    .action(async ({ dir: at, ...options }) => (await load()).deploy(resolvePath(at), withFolder(options)));
}

function withFolder<T extends { readonly chaincode?: string }>(options: T): T {
  return options.chaincode === undefined ? options : { ...options, chaincode: resolvePath(options.chaincode) };
}

function withPaths<T extends { readonly secretFile?: string; readonly tlsRoot?: string }>(options: T): T {
  const { secretFile, tlsRoot } = options;
  return {
    ...options,
    ...(secretFile === undefined ? {} : { secretFile: resolvePath(secretFile) }),
    ...(tlsRoot === undefined ? {} : { tlsRoot: resolvePath(tlsRoot) }),
  };
}

function list(text: string): string[] {
  return text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
}
