import {
  ChannelError,
  canonical,
  checkFactorRow,
  type FactorRow,
  leafHash,
  type ProvenRow,
  type ReleaseManifest,
  type ReleaseRef,
  verifyInclusion,
} from '../emissions/index.ts';
import type { LedgerContext, QueryContext } from './context.ts';
import { rangeOf, stateKeys } from './keys.ts';
import type { ProvenRows } from './recompute.ts';
import { disordered, hash, integer, isTrue, line, list, object, prose, type Shape, text, word } from './shape.ts';
import { read, readAll, write } from './state.ts';

/** A release as the ledger holds it: what it says of itself and its root; never its rows. */
export interface PublishedRelease {
  readonly manifest: ReleaseManifest;
  readonly publishedBy: string;
  readonly transaction: string;
  readonly withdrawn?: { readonly reason: string; readonly date: string };
}

const short = text(/^[a-z][a-z0-9-]{0,40}$/, 'a short name of lower-case letters, digits and hyphens');
const refFields = { dataset: short, publisher: short, version: word };
const releaseRefShape: Shape = object(refFields);
const boolean: Shape = (value, path) => {
  if (value !== false) isTrue(value, path);
};

export const publishShape: Shape = object({
  manifest: object(
    {
      ...refFields,
      citation: prose,
      published: text(/^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$/, 'a date YYYY-MM-DD, YYYY-MM or YYYY'),
      publisherName: line,
      root: hash,
      rowCount: integer(1, 1_000_000),
      sourceName: prose,
      terms: object({ licence: prose, open: boolean }, { note: prose }),
      title: prose,
    },
    { replaces: word, sourceSha256: hash },
  ),
});
export const withdrawShape: Shape = object({ reason: line, release: releaseRefShape });
// A row's fields have no order of their own in its shape check, so the text is compared.
const canonicalRow: Shape = (value, path) => {
  checkFactorRow(value);
  if (canonical(value) !== JSON.stringify(value)) throw disordered(path);
};
export const provenRowsShape: Shape = list(
  object({
    index: integer(0, 1_000_000),
    path: list(hash, 0, 40),
    release: releaseRefShape,
    row: canonicalRow,
  }),
  0,
  500,
);

export async function publishRelease(
  context: LedgerContext,
  { manifest }: { readonly manifest: ReleaseManifest },
): Promise<unknown> {
  const key = stateKeys.release(manifest);
  const known = await read<PublishedRelease>(context, key);
  if (known !== undefined)
    throw new ChannelError(
      'RELEASE_EXISTS',
      `${releaseName(manifest)} is published already${known.withdrawn === undefined ? '' : ', and withdrawn'}`,
      { where: releaseName(manifest) },
    );
  write(context, key, { manifest, publishedBy: context.caller.member, transaction: context.transactionId });
  return { release: releaseName(manifest), root: manifest.root };
}

/** Withdraws a release: it stays readable and cannot be used by new records. */
export async function withdrawRelease(
  context: LedgerContext,
  args: { readonly release: ReleaseRef; readonly reason: string },
): Promise<unknown> {
  const known = await existingRelease(context, args.release);
  if (known.withdrawn !== undefined) {
    const fix = 'Nothing needs doing: new records can no longer use it.';
    throw withdrawn(args.release, known.withdrawn.reason, { fix });
  }
  write(context, stateKeys.release(args.release), {
    ...known,
    withdrawn: { date: context.timestamp.slice(0, 10), reason: args.reason },
  });
  return { release: releaseName(args.release) };
}

/**
 * The rows of a page, each checked against the root that the ledger holds of its release.
 * @throws {ChannelError} RELEASE_UNKNOWN, RELEASE_WITHDRAWN, FACTOR_PROOF_INVALID
 */
export async function provenRows(
  context: Pick<QueryContext, 'get'>,
  factors: readonly ProvenRow[],
): Promise<ProvenRows> {
  const rows = new Map<string, FactorRow>();
  const releases = new Map<string, PublishedRelease>();
  for (const { release, row, index, path } of factors) {
    const name = releaseName(release);
    const known = releases.get(name) ?? (await existingRelease(context, release));
    releases.set(name, known);
    if (known.withdrawn !== undefined) throw withdrawn(release, known.withdrawn.reason);
    const leaf = leafHash(canonical(row));
    const { root, rowCount, publisher, dataset, version } = known.manifest;
    const belongs = row.publisher === publisher && row.dataset === dataset && row.edition === version;
    if (!belongs || !verifyInclusion(leaf, index, rowCount, path, root)) {
      throw new ChannelError('FACTOR_PROOF_INVALID', `row ${row.id} is not in release ${name} as the ledger holds it`, {
        where: row.id,
      });
    }
    rows.set(leaf, row);
  }
  return rows;
}

export function releaseName({ publisher, dataset, version }: ReleaseRef): string {
  return `${publisher}/${dataset}/${version}`;
}

export function listReleases(context: QueryContext): Promise<PublishedRelease[]> {
  return readAll<PublishedRelease>(context, rangeOf('release'));
}

async function existingRelease(context: Pick<QueryContext, 'get'>, ref: ReleaseRef): Promise<PublishedRelease> {
  const known = await read<PublishedRelease>(context, stateKeys.release(ref));
  if (known === undefined)
    throw new ChannelError('RELEASE_UNKNOWN', `release ${releaseName(ref)} is not published on the channel`, {
      where: releaseName(ref),
    });
  return known;
}

function withdrawn(ref: ReleaseRef, reason: string, more: { readonly fix?: string } = {}): ChannelError {
  const where = releaseName(ref);
  return new ChannelError('RELEASE_WITHDRAWN', `release ${where} was withdrawn: ${reason}`, { where, ...more });
}
