import type { ProvenRecord } from '../channel/index.ts';
import { ChannelError } from '../emissions/index.ts';
import type { RecordView } from '../inventory/index.ts';
import type { Node } from './node.ts';

/** @throws {ChannelError} RECORD_NOT_FOUND; RECORD_ID_AMBIGUOUS when several share the prefix */
export function knownRecord(node: Node, id: string): RecordView {
  const found = node.inventory.record(id);
  if (found === undefined) throw absent(id);
  return found;
}

/**
 * The record with its path to the page on the ledger.
 * @throws {ChannelError} as `knownRecord`
 */
export function provenRecord(node: Node, id: string): ProvenRecord {
  const found = node.inventory.provenRecord(id);
  if (found === undefined) throw absent(id);
  return found;
}

function absent(id: string): ChannelError {
  return new ChannelError('RECORD_NOT_FOUND', `no record ${id.slice(0, 64)} stands on the ledger`);
}
