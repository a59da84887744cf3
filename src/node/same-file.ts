import type { EvidenceCommitment } from '../channel/index.ts';
import { ChannelError } from '../emissions/index.ts';
import type { ImportEntry } from './import-log.ts';
import type { Node } from './node.ts';

/**
 * The import of the same content that was cut off, if there is one.
 * @throws {ChannelError} FILE_DUPLICATE where it came to its end and still counts
 */
export function openImport(node: Node, digest: string, name: string): ImportEntry | undefined {
  const known = node.imports.find(digest);
  if (known === undefined || known.details.undone !== undefined) return undefined;
  if (!known.done) return known;
  if (isVoided(node, known)) return undefined;
  throw new ChannelError(
    'FILE_DUPLICATE',
    `the same file was recorded on ${known.startedAt.slice(0, 10)} as import ${known.id.slice(0, 12)}, ${known.records} record${known.records === 1 ? '' : 's'}`,
    {
      where: name,
      fix: `Nothing was written. To record the file anew, undo that import first: uec imports undo DIR ${known.id.slice(0, 12)} --reason entered-in-error.`,
    },
  );
}

/** The import of the same content whose records were voided: those of `open`, or of a new import, replace them. */
export function previousImport(node: Node, digest: string, open: ImportEntry | undefined): ImportEntry | undefined {
  return open === undefined ? node.imports.find(digest) : node.imports.before(open);
}

/** Lines looked at; overlap control does the rest. */
const SAMPLE = 1_000;

/** True when the records of an import were all voided one by one. */
function isVoided(node: Node, entry: ImportEntry): boolean {
  const lines = node.imports.lines(entry.id, 0, SAMPLE);
  const ids = lines.length > 0 ? lines.map(({ record }) => record) : recordsByEvidence(node, entry);
  return ids.length > 0 && ids.every((id) => node.inventory.record(id)?.state === 'voided');
}

/** Imports made before the list had lines are known by their evidence; of a large one the first hundred records. */
function recordsByEvidence(node: Node, { evidence }: ImportEntry): string[] {
  return evidence.flatMap(([, commitments]) => {
    const { document } = JSON.parse(commitments) as EvidenceCommitment;
    return [...(node.inventory.documents({ commitment: document, owner: node.member }).items[0]?.records ?? [])];
  });
}
