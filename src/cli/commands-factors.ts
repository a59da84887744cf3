import { styleText } from 'node:util';
import type { FactorRow, FactorValue } from '../emissions/index.ts';
import { loadUsPlaces } from '../factors/index.ts';
import type { UseCaseResult } from '../node/index.ts';
import { placeOfHint } from '../node/index.ts';
import { commodityOf } from './calculate.ts';
import { exitCodes } from './exit-code.ts';
import { withNode } from './node-client.ts';
import { print, table } from './output.ts';
import { type PlaceOptions, placeHint } from './place-options.ts';
import { progressLine } from './progress-line.ts';

interface Json {
  readonly json?: boolean;
}

export async function list(folder: string, options: Json): Promise<void> {
  const releases = await withNode(folder, 'uec factors', (node) => node.call('releases', {}));
  print(releases, options.json, () => renderReleases(releases));
}

export async function load(folder: string, files: readonly string[], options: Json): Promise<void> {
  const { progress, end } = progressLine();
  const releases = await withNode(folder, 'uec factors load', (node) =>
    node.call('loadReleases', { files }, progress),
  ).finally(end);
  print(releases, options.json, () =>
    [
      renderReleases(releases),
      ...releases
        .filter(({ open }) => !open)
        .map(({ release, licence, terms }) => `terms of ${release}: ${licence}${terms === null ? '' : `; ${terms}`}`),
    ].join('\n'),
  );
}

function renderReleases(releases: UseCaseResult<'releases'>): string {
  const rows = releases.map(({ release, published, rows: count, open, held, publishedBy, withdrawn }) => [
    release,
    published,
    String(count),
    open ? 'open' : 'see terms',
    held ? 'yes' : 'no',
    withdrawn === null ? (publishedBy ?? 'not published') : `withdrawn: ${withdrawn}`,
  ]);
  return table(['release', 'published', 'rows', 'licence', 'here', 'on the ledger by'], rows);
}

export async function find(
  folder: string,
  options: Json & PlaceOptions & { readonly commodity: string; readonly on?: string },
): Promise<void> {
  const { place } = placeOfHint(placeHint(options), loadUsPlaces);
  const request = {
    commodity: commodityOf(options.commodity),
    place,
    ...(options.on === undefined ? {} : { on: options.on }),
  };
  const found = await withNode(folder, 'uec factors find', (node) => node.call('findFactors', request));
  print(found, options.json, () =>
    table(
      ['row', 'method', 'valid', 'CO2e', 'CO2', 'release'],
      found.map(({ release, usable, row }) => [
        row.id,
        row.method,
        `${row.validFrom} to ${row.validTo}`,
        figureText(row, row.co2e),
        figureText(row, row.co2),
        usable ? release : styleText('yellow', `${release} (not usable)`),
      ]),
    ),
  );
}

function figureText(row: FactorRow, value: FactorValue | undefined): string {
  if (row.notApplicable === true) return 'not applicable';
  if (row.loss?.share !== undefined) return `${row.loss.share.value} ${row.loss.share.unit}`;
  return value === undefined ? '' : `${value.value} ${value.unit}`;
}

export async function verify(folder: string, options: Json): Promise<void> {
  const answer = await withNode(folder, 'uec factors verify', (node) => node.call('verifyFactors', {}));
  if (answer.problems.length > 0) process.exitCode = exitCodes.integrity;
  print(answer, options.json, () =>
    answer.problems.length === 0
      ? `${answer.releases} releases: every root follows from the stored rows and is the one on the ledger`
      : answer.problems.map(({ release, where, message }) => `${release}, ${where}: ${message}`).join('\n'),
  );
}

export async function withdraw(
  folder: string,
  release: string,
  options: Json & { readonly reason: string },
): Promise<void> {
  const answer = await withNode(folder, 'uec factors withdraw', (node) =>
    node.call('withdrawRelease', { release, reason: options.reason }),
  );
  print(answer, options.json, () =>
    [
      `${answer.release} is withdrawn: new records cannot use it`,
      answer.records.length === 0
        ? 'no record used it'
        : `${answer.records.length} records used it; recalculate with uec correct DIR RECORD --reason factor-withdrawn --gwp publisher:`,
      ...answer.records.map((id) => `  ${id}`),
    ].join('\n'),
  );
}
