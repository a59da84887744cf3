import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { ChannelError } from '../../../emissions/index.ts';

const names = ['peer', 'orderer', 'configtxgen', 'configtxlator', 'cryptogen'] as const;

/** Fabric's programs by their absolute paths. */
export type Binaries = Readonly<Record<(typeof names)[number], string>>;

/**
 * Finds Fabric's programs on a search path.
 * @throws {ChannelError} FABRIC_BINARY_MISSING naming every one that is absent
 */
export function findBinaries(searchPath: string = process.env.PATH ?? ''): Binaries {
  const folders = searchPath.split(delimiter).filter((folder) => folder !== '');
  const found = names.map(
    (name) => [name, folders.map((folder) => resolve(join(folder, name))).find(runnable)] as const,
  );
  const missing = found.filter(([, path]) => path === undefined).map(([name]) => name);
  if (missing.length > 0) {
    throw new ChannelError(
      'FABRIC_BINARY_MISSING',
      `a local Fabric network needs ${missing.join(', ')}, not found on PATH`,
      {
        where: 'PATH',
      },
    );
  }
  return Object.fromEntries(found) as unknown as Binaries;
}

function runnable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Fabric's version out of what `peer version` prints, such as 3.1; undefined for a development build. */
export function fabricVersion(printed: string): string | undefined {
  return /^\s*Version:\s*v?(\d+\.\d+)/m.exec(printed)?.[1];
}

/** Fabric peers answer batched state messages from 3.1 on; older ones end the chaincode's stream on meeting one. */
export function peersBatch(version: string | undefined): boolean {
  if (version === undefined) return true;
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 3 || (major === 3 && minor >= 1);
}

/** Fabric 3 brought BFT ordering, and peers that refuse a proposal whose time differs from theirs by too much. */
export function isFabric3(version: string | undefined): boolean {
  return version === undefined || Number(version.split('.')[0]) >= 3;
}
