import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ChannelError, sha256 } from '../emissions/index.ts';
import type { Release } from './factor-store.ts';
import { type PinnedRelease, pinnedReleases } from './pinned-roots.ts';
import { parseReleaseFile } from './release-file.ts';

/** The folder of bundled figures: the same from `src/` and from `dist/`. */
export const bundledFolder: string = fileURLToPath(new URL('../../factors/', import.meta.url));

/** Every bundled release by name, with the root that this software pins; nothing is read. */
export function bundledReleases(): readonly PinnedRelease[] {
  return pinnedReleases;
}

/**
 * The releases that a calculation in this country can need: those of the country, and those that speak of several.
 */
export function bundledFor(country: string): readonly PinnedRelease[] {
  return pinnedReleases.filter((pinned) => pinned.country === undefined || pinned.country === country);
}

/**
 * The bundled release, once its file and its manifest's root are the ones pinned in the code.
 * @throws {ChannelError} RELEASE_INVALID when the file was changed; FILE_UNREADABLE when it is missing
 */
export function loadBundled(pinned: PinnedRelease, folder: string = bundledFolder): Release {
  const bytes = readPinned(pinned.file, pinned.sha256, folder);
  const release = parseReleaseFile(bytes);
  const { publisher, dataset, version, root } = release.manifest;
  const named = publisher === pinned.publisher && dataset === pinned.dataset && version === pinned.version;
  if (!named || root !== pinned.root) throw changed(pinned.file);
  return release;
}

/**
 * The bytes of a file in the folder of bundled figures, once they have the digest pinned in the code.
 * @throws {ChannelError} RELEASE_INVALID, FILE_UNREADABLE
 */
export function readPinned(file: string, digest: string, folder: string = bundledFolder): Buffer {
  let bytes: Buffer;
  try {
    bytes = readFileSync(join(folder, file));
  } catch (cause) {
    throw new ChannelError('FILE_UNREADABLE', `bundled file ${file} cannot be read`, {
      where: file,
      fix: 'Install the package again.',
      cause,
    });
  }
  if (sha256(bytes) !== digest) throw changed(file);
  return bytes;
}

function changed(file: string): ChannelError {
  return new ChannelError('RELEASE_INVALID', `bundled file ${file} is not the one that this version was built with`, {
    where: file,
    fix: 'Install the package again; to use other figures, load them as a release of their own.',
  });
}
