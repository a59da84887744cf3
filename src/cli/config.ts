import { existsSync, readFileSync } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ChannelError } from '../emissions/index.ts';

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
  /** The API listens on the loopback address alone. */
  readonly http: { readonly port: number };
  /** SHA-256 of the API token, lower-case hex. */
  readonly tokenHash: string;
}

/** Where things stand in a node's folder. */
export function nodePaths(
  folder: string,
): Readonly<
  Record<
    'config' | 'signer' | 'nodeKey' | 'importKey' | 'documents' | 'archive' | 'factors' | 'inventory' | 'imports',
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
  };
}

/**
 * The node's configuration.
 * @throws {ChannelError} NODE_ABSENT, CONFIG_INVALID
 */
export function readConfig(folder: string): NodeConfig {
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
    tokenHash: 'string',
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
