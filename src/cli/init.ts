import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { channelContract } from '../channel/index.ts';
import { createFileNodeKey } from '../documents/index.ts';
import { ChannelError, canonical } from '../emissions/index.ts';
import { bundledReleases, loadBundled, SqliteFactorStore } from '../factors/index.ts';
import { createEmbeddedLedger } from '../ledger/embedded/index.ts';
import { generateKeyFile, openKeyFile } from '../ledger/index.ts';
import { newToken, type Progress, publishReleases } from '../node/index.ts';
import { ledgerFolder, nodePaths, readConfig, writeConfig } from './config.ts';

export interface InitOptions {
  readonly member: string;
  readonly name: string;
  /** Folder of the node whose ledger to join. */
  readonly join?: string;
  readonly port?: number;
}

export interface InitAnswer {
  readonly folder: string;
  readonly member: string;
  readonly channel: string;
  /** Shown once: only its hash is kept. */
  readonly token: string;
  readonly publicKey: string;
  readonly releases: number;
  /** Terms of releases without an open licence. */
  readonly terms: readonly { readonly publisher: string; readonly licence: string; readonly note: string }[];
  /** What is left to do by whom; null for the first member. */
  readonly next: string | null;
}

/** A request to be admitted, left beside the ledger for its steward. */
export interface JoinRequest {
  readonly id: string;
  readonly name: string;
  readonly publicKey: string;
}

const DEFAULT_PORT = 4884;

/**
 * Makes a node in an empty folder: keys, stores, and a channel of its own or a place on another node's. An init that fails
 * leaves nothing behind.
 * @throws {ChannelError} NODE_EXISTS, OPTION_INVALID, NODE_ABSENT for the node to join
 */
export async function initNode(folder: string, options: InitOptions, progress: Progress): Promise<InitAnswer> {
  checkNames(options);
  const existed = existsSync(folder);
  if (existed && readdirSync(folder).length > 0)
    throw new ChannelError('NODE_EXISTS', `${folder} is not empty`, { where: folder });
  const host = options.join === undefined ? undefined : readConfig(options.join);
  try {
    return await makeNode(folder, options, host?.channel, progress);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    if (existed) await mkdir(folder, { mode: 0o700 });
    throw error;
  }
}

async function makeNode(
  folder: string,
  options: InitOptions,
  joined: string | undefined,
  progress: Progress,
): Promise<InitAnswer> {
  const paths = nodePaths(folder);
  await mkdir(join(folder, 'keys'), { recursive: true, mode: 0o700 });
  await generateKeyFile(paths.signer);
  await createFileNodeKey(paths.nodeKey);
  await writeFile(paths.importKey, randomBytes(32), { mode: 0o600, flag: 'wx' });
  const { publicKey } = await openKeyFile(paths.signer, options.member);
  const { token, hash } = newToken();
  const channel = joined ?? `uec-${randomBytes(4).toString('hex')}`;
  const ledger =
    options.join === undefined ? 'ledger' : realpathSync(ledgerFolder(options.join, readConfig(options.join)));
  const releases = bundledReleases().map((pinned) => loadBundled(pinned));
  if (options.join === undefined) await foundChannel(folder, options, channel, releases, progress);
  else await askToJoin(folder, options, publicKey, releases);
  await writeConfig(folder, {
    version: 1,
    member: options.member,
    name: options.name,
    channel,
    ledger,
    http: { port: options.port ?? DEFAULT_PORT },
    tokenHash: hash,
  });
  const terms = new Map(
    releases
      .filter(({ manifest }) => !manifest.terms.open)
      .map(({ manifest }) => [
        manifest.publisher,
        { publisher: manifest.publisherName, licence: manifest.terms.licence, note: manifest.terms.note ?? '' },
      ]),
  );
  return {
    folder: resolve(folder),
    member: options.member,
    channel,
    token,
    publicKey,
    releases: releases.length,
    terms: [...terms.values()],
    next:
      options.join === undefined
        ? null
        : `The steward admits ${options.member}: uec members admit ${options.join} ${options.member}`,
  };
}

type Releases = readonly ReturnType<typeof loadBundled>[];

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

function checkNames({ member, name }: InitOptions): void {
  if (!/^[A-Za-z][A-Za-z0-9.-]{0,62}$/.test(member)) {
    throw new ChannelError('OPTION_INVALID', `'${member.slice(0, 80)}' is not a member's id`, {
      where: '--member',
      fix: 'Use a letter, then letters, digits, dots or hyphens, such as ACME.',
    });
  }
  if (!/^[^\p{C}]{1,200}$/u.test(name))
    throw new ChannelError('OPTION_INVALID', 'the name is not a line of 1 to 200 characters', { where: '--name' });
}
