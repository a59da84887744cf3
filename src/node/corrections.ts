import { randomUUID } from 'node:crypto';
import {
  type ActivityRecord,
  buildRecord,
  type CorrectionReason,
  noResultReason,
  type RecordFacts,
  recordId,
} from '../channel/index.ts';
import {
  type Activity,
  ChannelError,
  canonical,
  defined,
  type FactorRow,
  type GwpChoice,
  parseUnit,
  type ReadBasis,
} from '../emissions/index.ts';
import { ChannelClient } from './channel-client.ts';
import { FactorDesk } from './factor-desk.ts';
import { fileBytes, mediaTypeOf } from './files.ts';
import { provenRecord } from './known-record.ts';
import { type LineAnswer, lineAnswer } from './line-answer.ts';
import type { Node } from './node.ts';
import { discardIfRefused } from './unrecorded.ts';

/** What changes; everything else stays as on the record that is corrected. */
export interface CorrectionRequest {
  readonly record: string;
  readonly reason: CorrectionReason;
  /** Adds to the record instead of replacing it. */
  readonly adjust?: boolean;
  readonly quantity?: string;
  readonly unit?: string;
  readonly start?: string;
  readonly end?: string;
  readonly readBasis?: ReadBasis;
  readonly gwp?: GwpChoice;
  /** Absolute path of the bill that shows the new figures. */
  readonly document?: string;
}

export interface CorrectionAnswer extends LineAnswer {
  readonly recordId: string;
  readonly corrected: string;
  readonly kind: 'supersedes' | 'adjusts';
}

/**
 * Records a correction: a new record that supersedes or adjusts an older one. Nothing is edited.
 * @throws {ChannelError} RECORD_NOT_FOUND, NOT_OWNER, RECORD_NOT_ACTIVE and what a submission throws
 */
export async function correctRecord(node: Node, request: CorrectionRequest): Promise<CorrectionAnswer> {
  await node.inventory.catchUp(node.ledger);
  const target = provenRecord(node, request.record);
  const client = new ChannelClient(node.ledger);
  const desk = new FactorDesk(node.factors, await client.policy(), await client.releases());
  const base = await factsFor(node, target.record, request);
  const slices = noResultReason(base) === undefined ? await desk.choose(base) : [];
  const corrected = recordId(target.record);
  const kind = request.adjust === true ? 'adjusts' : 'supersedes';
  // Before anything is kept: quantity, unit and dates may be refused here.
  const bare = buildRecord({ ...base, [kind]: { record: corrected, reason: request.reason } }, slices);
  const kept =
    request.document === undefined
      ? undefined
      : await node.archive.keep(fileBytes(request.document, '--document'), {
          mediaType: mediaTypeOf(request.document),
        });
  const record = kept === undefined ? bare : { ...bare, evidence: { document: kept.commitment } };
  await discardIfRefused(node, kept?.commitment, async () =>
    node.ledger.submit(
      'records.correct',
      canonical({ factors: await desk.prove([record]), key: `correct:${randomUUID()}`, record, target }),
    ),
  );
  await node.inventory.catchUp(node.ledger);
  return { recordId: recordId(record), corrected, kind, ...lineAnswer(record, (hash) => desk.row(hash) as FactorRow) };
}

async function factsFor(node: Node, record: ActivityRecord, request: CorrectionRequest): Promise<RecordFacts> {
  if (record.owner !== node.member)
    throw new ChannelError('NOT_OWNER', `the record is ${record.owner}'s; this is the node of ${node.member}`, {
      recordId: recordId(record),
      member: record.owner,
    });
  const { commodity, flow, statedEnd, zone, heatContent, calorific, place, meter, owner } = record;
  const changed: Activity = defined({
    commodity,
    flow,
    statedEnd,
    zone,
    heatContent,
    calorific,
    start: request.start ?? record.start,
    end: request.end ?? record.end,
    quantity: request.quantity ?? record.quantity,
    unit: request.unit === undefined ? record.unit : parseUnit(request.unit),
    readBasis: request.readBasis ?? record.readBasis,
  });
  const given = record.flags.filter((flag) => flag === 'zip-ambiguous' || flag === 'zone-assumed');
  return { ...changed, owner, place, meter, given, gwp: request.gwp ?? record.gwp };
}

/**
 * Takes records out of every total, with a reason. Nothing is deleted.
 * @throws {ChannelError} as `correctRecord`
 */
export async function voidRecords(
  node: Node,
  request: { readonly records: readonly string[]; readonly reason: CorrectionReason },
): Promise<{ readonly voided: readonly string[] }> {
  await node.inventory.catchUp(node.ledger);
  const targets = request.records.map((id) => provenRecord(node, id));
  const { result } = await node.ledger.submit(
    'records.void',
    canonical({ key: `void:${randomUUID()}`, reason: request.reason, targets }),
  );
  await node.inventory.catchUp(node.ledger);
  return JSON.parse(result) as { voided: string[] };
}
