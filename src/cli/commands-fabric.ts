import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { styleText } from 'node:util';
import { roles } from '../channel/index.ts';
import { ChannelError } from '../emissions/index.ts';
import {
  type ChaincodeSource,
  type FabricNetworkAnswer,
  type FabricStatus,
  fabricAddOrg,
  fabricDeploy,
  fabricDown,
  fabricStatus,
  fabricUp,
} from '../ledger/fabric/network/index.ts';
import { oneOf } from './calculate.ts';
import { type EnrollOptions, enrollIdentity } from './enroll-identity.ts';
import { exitCodes } from './exit-code.ts';
import { foundChannel } from './found-channel.ts';
import { print, table } from './output.ts';

interface Json {
  readonly json?: boolean;
}

export interface UpOptions extends Json {
  readonly orgs?: number;
  readonly orderers?: number;
  readonly bft?: boolean;
  readonly members?: readonly string[];
  readonly chaincode?: string;
}

export async function up(dir: string, options: UpOptions): Promise<void> {
  const { members, orgs, orderers, bft, chaincode } = options;
  const given = Object.entries({ members, orgs, orderers, bft }).filter(([, value]) => value !== undefined);
  const answer = await endedWhenInterrupted((signal) =>
    withSteps((onStep) =>
      fabricUp({ ...Object.fromEntries(given), dir, chaincode: sourceOf(chaincode), onStep, signal }),
    ),
  );
  print(answer, options.json, () => renderUp(answer));
}

export async function down(dir: string, options: Json): Promise<void> {
  const answer = await fabricDown(dir);
  print(answer, options.json, () =>
    answer.ended.length === 0
      ? 'Nothing of it ran.'
      : `Ended ${answer.ended.length} processes. The data stays: uec fabric up --dir ${dir} starts it again.`,
  );
}

export async function addOrg(
  dir: string,
  id: string,
  options: Json & { readonly name?: string; readonly role?: readonly string[] },
): Promise<void> {
  const { name, role } = options;
  const member = {
    id,
    ...(name === undefined ? {} : { name }),
    ...(role === undefined ? {} : { roles: role.map((one) => oneOf(one, roles, 'role') as (typeof roles)[number]) }),
  };
  const answer = await withSteps((onStep) => fabricAddOrg(dir, member, { onStep }));
  print(answer, options.json, () => renderUp(answer));
}

/** On a network of the members' own: the founder's first transaction. */
export async function found(profile: string, options: Json & { readonly name: string }): Promise<void> {
  const answer = await foundChannel(profile, options.name);
  print(answer, options.json, () =>
    [
      `${answer.founder} founded the channel ${styleText('bold', answer.channel)} and is its steward.`,
      `Make its node: uec init DIR --member ${answer.founder} --name "${answer.name}" --fabric ${profile}`,
    ].join('\n'),
  );
}

export async function enroll(msp: string, options: Json & EnrollOptions): Promise<void> {
  const answer = await enrollIdentity(msp, options);
  print(answer, options.json, () =>
    [
      `${answer.id} is enrolled until ${answer.validTo}; its MSP folder is ${answer.msp}.`,
      `Name it in the connection profile: "identity": { "msp": "${answer.msp}" }`,
    ].join('\n'),
  );
}

export async function deploy(dir: string, options: Json & { readonly chaincode?: string }): Promise<void> {
  const answer = await withSteps((onStep) => fabricDeploy(dir, sourceOf(options.chaincode), { onStep }));
  print(answer, options.json, () =>
    answer.deployed
      ? `Every member runs chaincode ${answer.sha256.slice(0, 16)} now, sequence ${answer.sequence}.`
      : `The channel runs this very chaincode already, sequence ${answer.sequence}.`,
  );
}

/** Ends with the code for "unavailable" where something of the network does not run. */
export async function status(dir: string, options: Json): Promise<void> {
  const answer = await fabricStatus(dir);
  print(answer, options.json, () => renderStatus(answer));
  if (!answer.up) process.exitCode = exitCodes.unavailable;
}

function renderUp({ dir, channel, members, sequence }: FabricNetworkAnswer): string {
  const [first] = members;
  return [
    `Channel ${styleText('bold', channel)} is ready in ${dir}: every member can write; chaincode sequence ${sequence}`,
    '',
    table(
      ['member', 'roles', 'Fabric peer', 'profile'],
      members.map(({ id, roles: theirs, peer, profile }) => [id, theirs.join(', '), peer, profile]),
    ),
    '',
    `Make a member's node on it: uec init DIR --fabric ${first?.profile ?? 'PROFILE'}`,
  ].join('\n');
}

function renderStatus(answer: FabricStatus): string {
  const { channel, ordering, fabric, leader, sequence, sha256, processes } = answer;
  return [
    `Channel ${styleText('bold', channel)} ${answer.up ? 'is up' : styleText('red', 'is not up')}`,
    `  ordering    ${ordering}, ${leader === null ? 'no leader' : `led by ${leader}`}`,
    `  Fabric      ${fabric ?? 'a development build'}`,
    `  chaincode   ${sha256.slice(0, 16)}, sequence ${sequence}`,
    '',
    table(
      ['process', 'address', 'pid', 'log'],
      processes.map(({ name, address, pid, log }) => [name, address, pid === null ? 'ended' : String(pid), log]),
    ),
  ].join('\n');
}

/** Chaincode from a folder that is named; else built from the sources, or as it came with the package. */
function sourceOf(folder: string | undefined): ChaincodeSource {
  if (folder !== undefined) return folder;
  const sources = new URL('../ledger/fabric/chaincode/main.ts', import.meta.url);
  if (!existsSync(sources)) return fileURLToPath(new URL('../../build/chaincode', import.meta.url));
  return async (outDir) => {
    const { bundleChaincode } = await import('../ledger/fabric/chaincode/index.ts');
    return bundleChaincode(outDir);
  };
}

/** Shows the step that is under way, for a person who waits. */
async function withSteps<T>(work: (onStep: (step: string) => void) => Promise<T>): Promise<T> {
  const { stderr } = process;
  if (!stderr.isTTY) return work(() => undefined);
  try {
    return await work((step) => stderr.write(`\r\u001b[K${step} ...`));
  } finally {
    stderr.write('\r\u001b[K');
  }
}

/** A network half made would outlive a person's Ctrl-C: the first ends it in order, a second ends this process at once. */
async function endedWhenInterrupted<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const interruption = new AbortController();
  const end = (): void =>
    interruption.abort(
      new ChannelError('FABRIC_NETWORK_FAILED', 'interrupted before the network was ready', {
        fix: 'What was started was ended; run it again.',
      }),
    );
  process.once('SIGINT', end).once('SIGTERM', end);
  try {
    return await work(interruption.signal);
  } finally {
    process.off('SIGINT', end).off('SIGTERM', end);
  }
}
