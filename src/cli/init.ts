import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { TokenStore } from '../api/access/index.ts';
import { createFileNodeKey } from '../documents/index.ts';
import { ChannelError, defined } from '../emissions/index.ts';
import { bundledReleases, loadBundled, type Release } from '../factors/index.ts';
import type { Progress } from '../node/index.ts';
import { nodePaths, readConfig, writeConfig } from './config.ts';
import { enterChannel } from './enter-channel.ts';

export interface InitOptions {
  readonly member: string;
  readonly name: string;
  /** Folder of the node whose ledger to join. */
  readonly join?: string;
  /** Connection profile of a channel on Fabric. */
  readonly fabric?: string;
  readonly port?: number;
}

export interface InitAnswer {
  readonly folder: string;
  readonly member: string;
  readonly channel: string;
  /** Shown once: only its hash is kept. */
  readonly token: string;
  /** Null on Fabric, where the MSP vouches for the member. */
  readonly publicKey: string | null;
  readonly releases: number;
  /** Terms of releases without an open licence. */
  readonly terms: readonly { readonly publisher: string; readonly licence: string; readonly note: string }[];
  /** What is left to do by whom; null for the first member. */
  readonly next: string | null;
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
  if (options.join !== undefined) readConfig(options.join);
  try {
    return await makeNode(folder, options, progress);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    if (existed) await mkdir(folder, { mode: 0o700 });
    throw error;
  }
}

async function makeNode(folder: string, options: InitOptions, progress: Progress): Promise<InitAnswer> {
  const paths = nodePaths(folder);
  await mkdir(join(folder, 'keys'), { recursive: true, mode: 0o700 });
  // A node made inside a checkout must not be committed with it: the folder holds keys.
  await writeFile(join(folder, '.gitignore'), '*\n', { mode: 0o600 });
  await createFileNodeKey(paths.nodeKey);
  await writeFile(paths.importKey, randomBytes(32), { mode: 0o600, flag: 'wx' });
  const releases = bundledReleases().map((pinned) => loadBundled(pinned));
  const { channel, ledger, fabric, publicKey, next } = await enterChannel(folder, options, releases, progress);
  const http = { port: options.port ?? DEFAULT_PORT };
  const { member, name } = options;
  await writeConfig(folder, {
    version: 1,
    member,
    name,
    channel,
    ...defined({ ledger, fabric }),
    http,
  });
  const token = firstToken(paths.access);
  return {
    folder: resolve(folder),
    member,
    channel,
    token,
    publicKey,
    releases: releases.length,
    terms: termsOf(releases),
    next,
  };
}

function firstToken(path: string): string {
  const tokens = new TokenStore(path);
  try {
    return tokens.add({ role: 'admin', label: 'init' }).token;
  } finally {
    tokens.close();
  }
}

function termsOf(releases: readonly Release[]): InitAnswer['terms'] {
  const closed = releases.map(({ manifest }) => manifest).filter(({ terms }) => !terms.open);
  const byPublisher = new Map(
    closed.map(({ publisher, publisherName, terms }) => [
      publisher,
      { publisher: publisherName, licence: terms.licence, note: terms.note ?? '' },
    ]),
  );
  return [...byPublisher.values()];
}

/** @throws {ChannelError} OPTION_INVALID for an id or a name that the channel would not take */
export function checkNames({ member, name }: Pick<InitOptions, 'member' | 'name'>): void {
  if (!/^[A-Za-z][A-Za-z0-9.-]{0,62}$/.test(member)) {
    throw new ChannelError('OPTION_INVALID', `'${member.slice(0, 80)}' is not a member's id`, {
      where: '--member',
      fix: 'Use a letter, then letters, digits, dots or hyphens, such as ACME.',
    });
  }
  if (!/^[^\p{C}]{1,200}$/u.test(name))
    throw new ChannelError('OPTION_INVALID', 'the name is not a line of 1 to 200 characters', { where: '--name' });
}
