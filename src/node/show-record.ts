import type { ActivityRecord } from '../channel/index.ts';
import type { FactorRow } from '../emissions/index.ts';
import type { RecordView } from '../inventory/index.ts';
import { ChannelClient } from './channel-client.ts';
import { knownRecord } from './known-record.ts';
import { type LineAnswer, lineAnswer } from './line-answer.ts';
import type { Node } from './node.ts';

interface UsedFactor {
  readonly id: string;
  readonly release: string;
  readonly hash: string;
  readonly withdrawn: string | null;
  readonly row: FactorRow;
}

/** How a number came about: the record, its factors with their citations, and what happened to it since. */
export interface RecordExplanation extends Omit<RecordView, 'record'> {
  readonly record: ActivityRecord;
  readonly line: LineAnswer;
  readonly factors: readonly UsedFactor[];
  /** The owner's own names of meter and utility; null at every other node. */
  readonly meter: { readonly utility: string; readonly number: string; readonly site: string | null } | null;
}

/** @throws {ChannelError} RECORD_NOT_FOUND, RECORD_ID_AMBIGUOUS */
export async function showRecord(node: Node, { record: id }: { readonly record: string }): Promise<RecordExplanation> {
  await node.inventory.catchUp(node.ledger);
  const view = knownRecord(node, id);
  const withdrawn = new Map(
    (await new ChannelClient(node.ledger).releases()).map((release) => [
      `${release.manifest.publisher}/${release.manifest.dataset}/${release.manifest.version}`,
      release.withdrawn?.reason ?? null,
    ]),
  );
  const factors = (view.record.factors ?? []).flatMap((hash): UsedFactor[] => {
    const found = node.inventory.factorRow(hash);
    return found === undefined
      ? []
      : [
          {
            id: found.row.id,
            release: found.release,
            hash,
            withdrawn: withdrawn.get(found.release) ?? null,
            row: found.row,
          },
        ];
  });
  const rows = new Map(factors.map(({ hash, row }) => [hash, row]));
  const own =
    view.record.owner === node.member
      ? (await node.archive.vault.meters()).find(({ pseudonym }) => pseudonym === view.record.meter)
      : undefined;
  return {
    ...view,
    line: lineAnswer(view.record, (hash) => rows.get(hash) as FactorRow),
    factors,
    meter: own === undefined ? null : { utility: own.utility, number: own.number, site: own.site ?? null },
  };
}
