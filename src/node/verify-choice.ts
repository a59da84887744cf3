import { type PublishedRelease, releaseName } from '../channel/index.ts';
import {
  type Candidate,
  type ChosenSlice,
  chooseFactors,
  isChannelError,
  parseSpan,
  placeChain,
} from '../emissions/index.ts';
import type { RecordView } from '../inventory/index.ts';
import { ChannelClient } from './channel-client.ts';
import { storeProblems } from './factor-releases.ts';
import type { Node } from './node.ts';
import type { Check } from './verify-record.ts';

const CHECK = 'the rule chooses the same factors';

/**
 * Runs the choice again over the releases that the channel held when the record was made. It needs the whole releases: what the
 * contract cannot see, any node that holds them can.
 */
export async function choiceCheck(
  node: Node,
  view: RecordView,
  releases: ReadonlyMap<string, PublishedRelease>,
): Promise<Check> {
  const { record } = view;
  if (record.slices === undefined) return passed('a line without result needs none');
  const published = [...releases.values()];
  const gap = await gapIn(node, published.filter(usableToday));
  if (gap !== undefined) return gap;
  const candidates = await node.factors.candidates({ commodity: record.commodity, places: placeChain(record.place) });
  try {
    const today = await choose(
      node,
      view,
      candidates.filter(({ release }) => usableToday(releases.get(releaseName(release)))),
    );
    if (isSame(view, today)) return passed(`rule ${record.ruleSet} over the releases of the channel`);
    const known = await knownThen(node, view, releases);
    const then = await choose(
      node,
      view,
      candidates.filter(({ release }) => known.has(releaseName(release))),
    );
    const now = today.map(({ main }) => main.row.id).join(', ');
    if (isSame(view, then))
      return passed(`by the releases of ${view.timestamp.slice(0, 10)}; by today's it would choose ${now}`);
    const gapThen = await gapIn(
      node,
      published.filter(({ manifest }) => known.has(releaseName(manifest))),
    );
    if (gapThen !== undefined) return gapThen;
    const right = then.map(({ main }) => main.row.id).join(', ');
    return {
      check: CHECK,
      result: 'failed',
      detail: `by the releases of ${view.timestamp.slice(0, 10)} the rule chooses ${right}`,
    };
  } catch (error) {
    if (!isChannelError(error)) throw error;
    return { check: CHECK, result: 'not-verified', detail: `${error.code}: ${error.message}` };
  }
}

// A choice from a store that lacks rows says nothing about the record.
async function gapIn(node: Node, wanted: readonly PublishedRelease[]): Promise<Check | undefined> {
  const [gap] = await storeProblems(node, wanted, false);
  if (gap === undefined) return undefined;
  const detail = `release ${gap.release}, ${gap.where}: ${gap.message}`;
  return { check: CHECK, result: 'not-verified', detail };
}

async function choose(node: Node, { record }: RecordView, candidates: readonly Candidate[]): Promise<ChosenSlice[]> {
  const { commodity, place, calorific } = record;
  const policy = await new ChannelClient(node.ledger).policy();
  const span = parseSpan(record.start, record.end);
  return chooseFactors(
    { commodity, place, span, policy, ...(calorific === undefined ? {} : { calorific }) },
    candidates,
  );
}

function isSame({ record }: RecordView, chosen: readonly ChosenSlice[]): boolean {
  const rows = chosen.flatMap(({ main, residual, losses }) => [main, residual, losses]);
  const hashes = new Set(rows.flatMap((row) => (row === undefined ? [] : [row.hash])));
  return hashes.size === record.factors?.length && record.factors.every((hash) => hashes.has(hash));
}

function usableToday(release: PublishedRelease | undefined): boolean {
  return release !== undefined && release.withdrawn === undefined;
}

/** Names of the releases that were published before the record's block and not withdrawn before its day. */
async function knownThen(
  node: Node,
  view: RecordView,
  releases: ReadonlyMap<string, PublishedRelease>,
): Promise<Set<string>> {
  const known = new Set<string>();
  for (const [name, { transaction, withdrawn }] of releases) {
    const published = await node.ledger.evidence(transaction);
    const inTime = published !== undefined && published.height <= view.height;
    if (inTime && (withdrawn === undefined || withdrawn.date >= view.timestamp.slice(0, 10))) known.add(name);
  }
  return known;
}

function passed(detail: string): Check {
  return { check: CHECK, result: 'passed', detail };
}
