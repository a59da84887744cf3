import type { RecordView } from '../inventory/index.ts';
import { isBackAfterErasure } from './evidence.ts';
import type { Node } from './node.ts';
import type { Check } from './verify-record.ts';

const CHECK = 'the evidence is what was committed to';

/** Order of telling: a document that should be gone, then the best of the others. */
const order = ['returned', 'passed', 'failed', 'not-verified'] as const;
interface Finding {
  readonly kind: (typeof order)[number];
  readonly detail: string;
}

/** The best of the record's documents: one that matches is evidence, also where another is erased. */
export async function evidenceCheck(node: Node, view: RecordView): Promise<Check> {
  const findings: Finding[] = [];
  for (const document of view.documents) {
    const own = view.record.owner === node.member;
    findings.push(own ? await ownFinding(node, document) : findingElsewhere(view, document));
  }
  const [best] = order.flatMap((kind) => findings.filter((finding) => finding.kind === kind));
  if (best === undefined) return { check: CHECK, result: 'not-verified', detail: 'the record names no document' };
  const more = findings.length > 1 ? `; best of ${findings.length} documents` : '';
  return {
    check: CHECK,
    result: best.kind === 'returned' ? 'failed' : best.kind,
    detail: best.kind === 'returned' ? best.detail : `${best.detail}${more}`,
  };
}

async function ownFinding(node: Node, { commitment, state }: RecordView['documents'][number]): Promise<Finding> {
  const name = `document ${commitment.slice(0, 12)}`;
  const verification = await node.archive.verify(commitment);
  if (isBackAfterErasure(state, verification))
    return { kind: 'returned', detail: `${name}: the ledger says erased, and its bytes are here` };
  const kind = { matches: 'passed', 'does-not-match': 'failed', 'not-verified': 'not-verified' } as const;
  return { kind: kind[verification.state], detail: `${name}: ${verification.reason}` };
}

function findingElsewhere({ record }: RecordView, { commitment, state }: RecordView['documents'][number]): Finding {
  const name = `document ${commitment.slice(0, 12)}`;
  if (state === 'verified')
    return { kind: 'passed', detail: `${name}: an auditor saw it and recorded that it matches` };
  const asking = state === 'erased' || state === 'lost' ? '' : '; ask for it: uec document request';
  return { kind: 'not-verified', detail: `${name} is ${state} at ${record.owner}${asking}` };
}
