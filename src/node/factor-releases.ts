import { type PublishedRelease, releaseName } from '../channel/index.ts';
import {
  ChannelError,
  type Commodity,
  canonical,
  type FactorRow,
  isChannelError,
  type Place,
  parseDate,
  placeChain,
  type ReleaseManifest,
  type ReleaseRef,
} from '../emissions/index.ts';
import { parseReleaseFile, type Release, type StoreProblem } from '../factors/index.ts';
import { ChannelClient } from './channel-client.ts';
import { fileBytes, inFile, nameOf } from './files.ts';
import { knownPlace, namedIn } from './known-place.ts';
import type { Node } from './node.ts';
import type { Progress } from './progress.ts';

export interface ReleaseAnswer {
  readonly release: string;
  readonly title: string;
  readonly published: string;
  readonly rows: number;
  readonly licence: string;
  readonly open: boolean;
  readonly terms: string | null;
  readonly root: string;
  /** On the ledger: by whom; null where only the store has it. */
  readonly publishedBy: string | null;
  readonly withdrawn: string | null;
  /** In this node's store. */
  readonly held: boolean;
}

/** Every release that the ledger or the store knows, in order of name. */
export async function listFactorReleases(node: Node): Promise<ReleaseAnswer[]> {
  const onLedger = await new ChannelClient(node.ledger).releases();
  const held = await node.factors.manifests();
  const names = new Map<string, { manifest: ReleaseManifest; published?: PublishedRelease; held: boolean }>();
  for (const published of onLedger)
    names.set(releaseName(published.manifest), { manifest: published.manifest, published, held: false });
  for (const manifest of held)
    names.set(releaseName(manifest), { ...names.get(releaseName(manifest)), manifest, held: true });
  return [...names]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([release, known]) => ({
      release,
      title: known.manifest.title,
      published: known.manifest.published,
      rows: known.manifest.rowCount,
      licence: known.manifest.terms.licence,
      open: known.manifest.terms.open,
      terms: known.manifest.terms.note ?? null,
      root: known.manifest.root,
      publishedBy: known.published?.publishedBy ?? null,
      withdrawn: known.published?.withdrawn?.reason ?? null,
      held: known.held,
    }));
}

/**
 * Loads release files into the store and publishes on the ledger those that it does not hold yet.
 * @throws {ChannelError} RELEASE_INVALID when rows and root do not fit; RELEASE_EXISTS when the ledger holds another root. Where
 * several files were named, each says which of them
 */
export async function loadFactorReleases(
  node: Node,
  args: { readonly files: readonly string[] },
  progress: Progress,
): Promise<ReleaseAnswer[]> {
  const releases: Release[] = [];
  const told = (error: unknown, index: number): never => {
    throw isChannelError(error) ? inFile(error, index, args.files.length) : error;
  };
  for (const [index, file] of args.files.entries()) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of fileBytes(file, nameOf(index))) chunks.push(chunk);
    try {
      releases.push(parseReleaseFile(Buffer.concat(chunks)));
    } catch (error) {
      told(error, index);
    }
  }
  await publishReleases(node, releases, progress, told);
  const loaded = new Set(releases.map(({ manifest }) => releaseName(manifest)));
  return (await listFactorReleases(node)).filter(({ release }) => loaded.has(release));
}

/**
 * Puts releases into the store and, where the ledger lacks them, on the ledger. Repeating changes nothing. `told` throws an error
 * of the release at an index.
 */
export async function publishReleases(
  node: Pick<Node, 'ledger' | 'factors'>,
  releases: readonly Release[],
  progress: Progress,
  told: (error: unknown, index: number) => never = (error) => {
    throw error;
  },
): Promise<void> {
  const known = new Map(
    (await new ChannelClient(node.ledger).releases()).map(({ manifest }) => [releaseName(manifest), manifest.root]),
  );
  const submissions: Promise<unknown>[] = [];
  for (const [done, release] of releases.entries()) {
    const { manifest } = release;
    await node.factors.importRelease(release).catch((error) => told(error, done));
    const root = known.get(releaseName(manifest));
    if (root !== undefined && root !== manifest.root)
      told(
        new ChannelError('RELEASE_EXISTS', `the ledger holds ${releaseName(manifest)} with another root`, {
          where: 'root',
        }),
        done,
      );
    if (root === undefined) submissions.push(node.ledger.submit('factors.publish', canonical({ manifest })));
    progress({ what: 'loading factor releases', done: done + 1, total: releases.length });
  }
  await Promise.all(submissions);
}

/**
 * Withdraws a release; answers with the records that used it, which may want a recalculation.
 * @throws {ChannelError} RELEASE_UNKNOWN with the name that is nearest; RELEASE_WITHDRAWN where it was withdrawn before
 */
export async function withdrawRelease(
  node: Node,
  args: { readonly release: string; readonly reason: string },
): Promise<{ readonly release: string; readonly records: readonly string[] }> {
  const release = parseReleaseName(args.release);
  await node.ledger.submit('factors.withdraw', canonical({ release, reason: args.reason })).catch(async (error) => {
    throw isChannelError(error, 'RELEASE_UNKNOWN') ? await notThere(node, args.release, error) : error;
  });
  await node.inventory.catchUp(node.ledger);
  return { release: args.release, records: recordsUsing(node, args.release) };
}

/** A release that is to be withdrawn and that the channel does not have was misspelt, not left unpublished. */
async function notThere({ ledger }: Node, name: string, { message, details }: ChannelError): Promise<ChannelError> {
  const names = (await new ChannelClient(ledger).releases()).map(({ manifest }) => releaseName(manifest));
  const { nearMatch } = await import('../bills/index.ts');
  const near = nearMatch(name, names);
  return new ChannelError('RELEASE_UNKNOWN', near === undefined ? message : `${message}; did you mean ${near}?`, {
    ...details,
    fix: 'See uec factors list for the releases of the channel; nothing was withdrawn.',
  });
}

function recordsUsing(node: Node, release: string): string[] {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page = node.inventory.recordsUsing(release, cursor === undefined ? { limit: 500 } : { limit: 500, cursor });
    ids.push(...page.items.map(({ id }) => id));
    cursor = page.next;
  } while (cursor !== undefined);
  return ids;
}

export interface FoundRow {
  readonly release: string;
  readonly usable: boolean;
  readonly row: FactorRow;
}

/** Rows for a commodity at a place and everything coarser, newest validity first; with a date, only rows valid on it. */
export async function findFactors(
  node: Node,
  args: { readonly commodity: Commodity; readonly place: Place; readonly on?: string },
): Promise<FoundRow[]> {
  const { place } = await knownPlace(args.place, node.usPlaces, namedIn(node.factors));
  if (args.on !== undefined) parseDate(args.on, 'on');
  const { on } = args;
  const published = new Set(
    (await new ChannelClient(node.ledger).releases())
      .filter(({ withdrawn }) => withdrawn === undefined)
      .map(({ manifest }) => releaseName(manifest)),
  );
  const candidates = await node.factors.candidates({ commodity: args.commodity, places: placeChain(place) });
  return candidates
    .filter(({ row }) => on === undefined || (row.validFrom <= on && on < row.validTo))
    .sort((a, b) => (a.row.validTo === b.row.validTo ? 0 : a.row.validTo < b.row.validTo ? 1 : -1))
    .map(({ release, row }) => ({ release: releaseName(release), usable: published.has(releaseName(release)), row }));
}

export interface FactorVerification {
  readonly releases: number;
  readonly problems: readonly { readonly release: string; readonly where: string; readonly message: string }[];
}

/**
 * Every release that the ledger publishes must be held with the ledger's root, and every root is recomputed from the stored
 * rows. What the store holds beyond that is told: no root on the ledger vouches for it.
 */
export async function verifyFactors(node: Node): Promise<FactorVerification> {
  const published = (await new ChannelClient(node.ledger).releases()).filter(
    ({ withdrawn }) => withdrawn === undefined,
  );
  return { releases: (await node.factors.manifests()).length, problems: await storeProblems(node, published, true) };
}

/** What differs between the ledger's releases and the store, which must hold each of them whole. */
export async function storeProblems(
  node: Pick<Node, 'factors' | 'ledger'>,
  wanted: readonly PublishedRelease[],
  alsoUnpublished: boolean,
): Promise<FactorVerification['problems']> {
  const known = new Set((await new ChannelClient(node.ledger).releases()).map(({ manifest }) => releaseName(manifest)));
  const held = new Map((await node.factors.manifests()).map((manifest) => [releaseName(manifest), manifest]));
  const names = new Set(wanted.map(({ manifest }) => releaseName(manifest)));
  const problems = (await node.factors.scrub())
    .map(({ release, where, message }: StoreProblem) => ({ release: releaseName(release), where, message }))
    .filter(({ release }) => alsoUnpublished || names.has(release));
  for (const { manifest } of wanted) {
    const release = releaseName(manifest);
    const root = held.get(release)?.root;
    if (root === undefined)
      problems.push({ release, where: 'store', message: 'on the ledger and not held here: uec factors load' });
    else if (root !== manifest.root)
      problems.push({ release, where: 'root', message: 'the store and the ledger hold different roots' });
  }
  for (const release of alsoUnpublished ? held.keys() : [])
    if (!known.has(release)) problems.push({ release, where: 'ledger', message: 'held here and not on the ledger' });
  return problems;
}

/** @throws {ChannelError} ARGUMENTS_INVALID when the text is not publisher/dataset/version */
function parseReleaseName(text: string): ReleaseRef {
  const [publisher, dataset, version, ...rest] = text.split('/');
  if (publisher === undefined || dataset === undefined || version === undefined || rest.length > 0) {
    throw new ChannelError('ARGUMENTS_INVALID', `'${text.slice(0, 80)}' is not a release`, {
      where: 'release',
      fix: 'Write publisher/dataset/version, as uec factors list shows it.',
    });
  }
  return { publisher, dataset, version };
}
