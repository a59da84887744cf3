import { randomBytes } from 'node:crypto';
import { existsSync, realpathSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { channelContract, type Member } from '../channel/index.ts';
import { ChannelError, canonical } from '../emissions/index.ts';
import { type Release, SqliteFactorStore } from '../factors/index.ts';
import { createEmbeddedLedger } from '../ledger/embedded/index.ts';
import { openFabricLedger, readProfile } from '../ledger/fabric/index.ts';
import { generateKeyFile, openKeyFile } from '../ledger/index.ts';
import { type Progress, publishReleases } from '../node/index.ts';
import { ledgerFolder, nodePaths, readConfig } from './config.ts';
import type { InitOptions } from './init.ts';

/** A request to be admitted, left beside the ledger for its steward. */
export interface JoinRequest {
  readonly id: string;
  readonly name: string;
  readonly publicKey: string;
}

type Releases = readonly Release[];

/** Which ledger the node works on, and what is left to do. */
export interface Entry {
  readonly channel: string;
  readonly ledger?: string;
  readonly fabric?: { readonly profile: string };
  /** The submitter's key on the embedded ledger; null on Fabric, where the MSP vouches. */
  readonly publicKey: string | null;
  readonly next: string | null;
}

/** Founds a channel, asks to join another node's, or enters one on Fabric. */
export async function enterChannel(
  folder: string,
  options: InitOptions,
  releases: Releases,
  progress: Progress,
): Promise<Entry> {
  if (options.fabric !== undefined) return enterFabric(folder, options, options.fabric, releases, progress);
  const paths = nodePaths(folder);
  await generateKeyFile(paths.signer);
  const { publicKey } = await openKeyFile(paths.signer, options.member);
  if (options.join === undefined) {
    const channel = `uec-${randomBytes(4).toString('hex')}`;
    await foundChannel(folder, options, channel, releases, progress);
    return { channel, ledger: 'ledger', publicKey, next: null };
  }
  const host = readConfig(options.join);
  await askToJoin(folder, options, publicKey, releases);
  const next = `The steward admits ${options.member}: uec members admit ${options.join} ${options.member}`;
  return { channel: host.channel, ledger: realpathSync(ledgerFolder(options.join, host)), publicKey, next };
}

/** On Fabric the profile says who the member is; a factor publisher brings the bundled releases to the channel. */
async function enterFabric(
  folder: string,
  options: InitOptions,
  file: string,
  releases: Releases,
  progress: Progress,
): Promise<Entry> {
  const profile = readProfile(file);
  if (profile.mspId !== options.member) {
    throw new ChannelError('OPTION_INVALID', `the profile is ${profile.mspId}'s, not ${options.member}'s`, {
      where: '--member',
      fix: `Give --member ${profile.mspId}.`,
    });
  }
  const ledger = await openFabricLedger({ profile });
  const factors = new SqliteFactorStore(nodePaths(folder).factors);
  try {
    const members = JSON.parse(await ledger.evaluate('members.list', '{}')) as Member[];
    const self = members.find(({ id }) => id === options.member);
    if (self?.roles.includes('factor-publisher')) await publishReleases({ ledger, factors }, releases, progress);
    else for (const release of releases) await factors.importRelease(release);
    const next =
      self === undefined
        ? `The steward admits ${options.member}: uec members admit DIR ${options.member} --name "${options.name}"`
        : null;
    return { channel: profile.channel, fabric: { profile: resolve(file) }, publicKey: null, next };
  } finally {
    await factors.close();
    await ledger.close();
  }
}

async function foundChannel(
  folder: string,
  options: InitOptions,
  channel: string,
  releases: Releases,
  progress: Progress,
): Promise<void> {
  const paths = nodePaths(folder);
  const signer = await openKeyFile(paths.signer, options.member);
  const args = canonical({ member: { id: options.member, name: options.name, publicKey: signer.publicKey } });
  const ledger = await createEmbeddedLedger({
    dir: join(folder, 'ledger'),
    channel,
    contract: channelContract,
    signer,
    purpose: 'uec init',
    genesis: { name: 'channel.create', args },
  });
  const factors = new SqliteFactorStore(paths.factors);
  try {
    await publishReleases({ ledger, factors }, releases, progress);
  } finally {
    await factors.close();
    await ledger.close();
  }
}

async function askToJoin(folder: string, options: InitOptions, publicKey: string, releases: Releases): Promise<void> {
  const factors = new SqliteFactorStore(nodePaths(folder).factors);
  try {
    for (const release of releases) await factors.importRelease(release);
  } finally {
    await factors.close();
  }
  const requests = join(options.join as string, 'joins');
  await mkdir(requests, { recursive: true, mode: 0o700 });
  const request: JoinRequest = { id: options.member, name: options.name, publicKey };
  await writeFile(join(requests, `${options.member}.json`), `${JSON.stringify(request)}\n`, { mode: 0o600 });
}

/** The request that a member left when it joined this node's ledger; `undefined` where there is none. */
export async function joinRequest(folder: string, member: string): Promise<JoinRequest | undefined> {
  const path = join(folder, 'joins', `${member}.json`);
  return existsSync(path) ? (JSON.parse(await readFile(path, 'utf8')) as JoinRequest) : undefined;
}
