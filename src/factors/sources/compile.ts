// Compiles the bundled releases from collected figures: node src/factors/sources/compile.ts FIGURES_DIR
// FIGURES_DIR holds factors/*.csv and original/; see docs/factors.md.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sha256 } from '../../emissions/index.ts';
import { makeRelease } from '../release.ts';
import { formatReleaseFile } from '../release-file.ts';
import { aib } from './aib.ts';
import { cea } from './cea.ts';
import { desnz } from './desnz.ts';
import { eea } from './eea.ts';
import { egrid } from './egrid.ts';
import { ember } from './ember.ts';
import type { FigureFolders } from './figures.ts';
import { ghgHub } from './ghg-hub.ts';
import { greenE } from './green-e.ts';
import { usPlaces } from './us-zip.ts';

const SOURCES = [egrid, ghgHub, desnz, cea, eea, aib, greenE, ember];

/** Everything that compiling gives: file name (in factors/) and text, and the text of src/factors/pinned-roots.ts. */
export interface Compiled {
  readonly files: ReadonlyMap<string, string>;
  readonly pins: string;
}

/**
 * Compiles every release and the table of US places; writes nothing.
 * @throws {ChannelError} when figures are missing or a row breaks its shape
 */
export function compile(folders: FigureFolders): Compiled {
  const files = new Map<string, string>();
  const pins: string[] = [];
  for (const source of SOURCES) {
    for (const { about, rows } of source(folders)) {
      const release = makeRelease(about, rows);
      const text = formatReleaseFile(release);
      const file = `${about.publisher}.${about.dataset}.${about.version}.tsv`;
      files.set(file, text);
      const countries = [...new Set(rows.map((row) => row.place.country))];
      pins.push(pin(file, about, countries, release.manifest.root, sha256(text)));
    }
  }
  const places = usPlaces(folders);
  files.set('us-places.txt', places);
  return { files, pins: pinsFile(pins, sha256(places)) };
}

function pin(
  file: string,
  about: { readonly publisher: string; readonly dataset: string; readonly version: string },
  countries: readonly string[],
  root: string,
  digest: string,
): string {
  const [only] = countries;
  const entries = [
    `file: '${file}'`,
    `publisher: '${about.publisher}'`,
    `dataset: '${about.dataset}'`,
    `version: '${about.version}'`,
    `country: ${countries.length === 1 ? `'${only}'` : 'undefined'}`,
    `root: '${root}'`,
    `sha256: '${digest}'`,
  ];
  return `  {\n${entries.map((entry) => `    ${entry},`).join('\n')}\n  },`;
}

function pinsFile(pins: readonly string[], places: string): string {
  return `// Written by src/factors/sources/compile.ts; do not edit.

export interface PinnedRelease {
  readonly file: string;
  readonly publisher: string;
  readonly dataset: string;
  readonly version: string;
  /** The one country that the release speaks of; undefined where there are several. */
  readonly country: string | undefined;
  /** Merkle root of its rows. */
  readonly root: string;
  /** SHA-256 of the file. */
  readonly sha256: string;
}

export const pinnedReleases: readonly PinnedRelease[] = [
${pins.join('\n')}
];

/** SHA-256 of factors/us-places.txt. */
export const pinnedUsPlaces = '${places}';
`;
}

function main(data: string | undefined): void {
  if (data === undefined) {
    process.stderr.write('usage: node src/factors/sources/compile.ts FIGURES_DIR\n');
    process.exitCode = 2;
    return;
  }
  const out = fileURLToPath(new URL('../../../factors/', import.meta.url));
  const { files, pins } = compile({ data, own: join(out, 'figures') });
  mkdirSync(out, { recursive: true });
  for (const name of readdirSync(out)) if (/\.(tsv|txt)$/.test(name)) rmSync(join(out, name));
  for (const [name, text] of files) writeFileSync(join(out, name), text);
  writeFileSync(fileURLToPath(new URL('../pinned-roots.ts', import.meta.url)), pins);
  process.stdout.write(`${files.size} files written to ${out}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main(process.argv[2]);
