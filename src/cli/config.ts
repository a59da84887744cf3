import { existsSync, readFileSync } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { AccessSettings, TlsPaths, WebhookSettings } from '../api/index.ts';
import { ChannelError } from '../emissions/index.ts';
import { isUrl } from './paths.ts';

/** What a node's folder says of itself: node.json. Secrets stand in files of their own under keys/. */
export interface NodeConfig {
  readonly version: 1;
  readonly member: string;
  readonly name: string;
  readonly channel: string;
  /** Folder of the embedded ledger, relative to the node's own where it is inside it; absent on Fabric. */
  readonly ledger?: string;
  /** Absolute path of the connection profile; absent on the embedded ledger. */
  readonly fabric?: { readonly profile: string };
  readonly http: HttpConfig;
  readonly access?: AccessSettings;
  readonly webhooks?: WebhookSettings;
  /** SHA-256 of the one API token of an older version, lower-case hex: it becomes a token of access.db. */
  readonly tokenHash?: string;
}

/** Where and how the API is served. Without more than a port: on the loopback address, in plain HTTP. */
export interface HttpConfig {
  readonly port: number;
  /** Address to listen on; 127.0.0.1 by default. Others need `tls`, or `plain`. */
  readonly host?: string;
  /** True: plain HTTP also on other addresses than the loopback one, as behind a proxy in a network of its own. */
  readonly plain?: boolean;
  /** Names by which the node is asked for, beside those of its certificate and of this machine itself. */
  readonly hosts?: readonly string[];
  /** Origins of pages in a browser that may call. */
  readonly origins?: readonly string[];
  /** Paths relative to the node's folder, or absolute. */
  readonly tls?: TlsPaths;
}

/** Where things stand in a node's folder. */
export function nodePaths(
  folder: string,
): Readonly<
  Record<
    | 'config'
    | 'signer'
    | 'nodeKey'
    | 'importKey'
    | 'auditKey'
    | 'documents'
    | 'archive'
    | 'factors'
    | 'inventory'
    | 'imports'
    | 'access'
    | 'audit'
    | 'webhooks',
    string
  >
> {
  return {
    config: join(folder, 'node.json'),
    signer: join(folder, 'keys', 'member.pem'),
    nodeKey: join(folder, 'keys', 'vault.key'),
    importKey: join(folder, 'keys', 'import.key'),
    documents: join(folder, 'documents'),
    archive: join(folder, 'archive'),
    factors: join(folder, 'factors.db'),
    inventory: join(folder, 'inventory.db'),
    imports: join(folder, 'imports.db'),
    auditKey: join(folder, 'keys', 'audit.key'),
    access: join(folder, 'access.db'),
    audit: join(folder, 'audit.db'),
    webhooks: join(folder, 'webhooks.db'),
  };
}

/**
 * The node's configuration.
 * @throws {ChannelError} NODE_ABSENT, CONFIG_INVALID
 */
export function readConfig(folder: string): NodeConfig {
  if (isUrl(folder))
    throw new ChannelError('OPTION_INVALID', 'this command works on the folder of a node, and not over its API', {
      where: 'DIR',
      fix: 'Run it on the machine of the node, with its folder.',
    });
  const { config: path } = nodePaths(folder);
  if (!existsSync(path)) throw new ChannelError('NODE_ABSENT', `there is no node in ${folder}`);
  let value: Partial<NodeConfig>;
  try {
    value = (JSON.parse(readFileSync(path, 'utf8')) ?? {}) as Partial<NodeConfig>;
  } catch (cause) {
    throw new ChannelError('CONFIG_INVALID', `${path} is not JSON`, { cause, where: path });
  }
  const wanted = {
    version: 'number',
    member: 'string',
    name: 'string',
    channel: 'string',
    http: 'object',
  };
  for (const [key, type] of Object.entries(wanted)) {
    if (typeof value[key as keyof NodeConfig] !== type)
      throw new ChannelError('CONFIG_INVALID', `${path} lacks ${key}`, { where: key });
  }
  if ((typeof value.ledger === 'string') === (value.fabric !== undefined)) {
    throw new ChannelError('CONFIG_INVALID', `${path} names one ledger: ledger or fabric`, { where: 'ledger' });
  }
  if (value.fabric !== undefined && typeof value.fabric?.profile !== 'string')
    throw new ChannelError('CONFIG_INVALID', `${path} lacks fabric.profile`, { where: 'fabric' });
  if (value.tokenHash !== undefined && typeof value.tokenHash !== 'string')
    throw new ChannelError('CONFIG_INVALID', `${path} has a tokenHash that is no text`, { where: 'tokenHash' });
  if (value.version !== 1)
    throw new ChannelError('CONFIG_INVALID', `${path} is of version ${value.version}; this software reads version 1`, {
      where: 'version',
    });
  return value as NodeConfig;
}

/** Writes a new node's configuration; an existing one is never replaced. */
export async function writeConfig(folder: string, config: NodeConfig): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeNew(nodePaths(folder).config, config);
}

/** Replaces a node's configuration, whole or not at all. */
export async function replaceConfig(folder: string, config: NodeConfig): Promise<void> {
  const { config: path } = nodePaths(folder);
  const fresh = `${path}.new`;
  await rm(fresh, { force: true });
  await writeNew(fresh, config);
  await rename(fresh, path);
}

async function writeNew(path: string, config: NodeConfig): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(`${JSON.stringify(config, null, 2)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Folder of the embedded ledger that the node works on: its own, or that of the node it joined. */
export function ledgerFolder(folder: string, config: NodeConfig): string {
  return resolve(folder, config.ledger ?? 'ledger');
}
