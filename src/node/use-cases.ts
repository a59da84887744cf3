import { setPolicy, showPolicy } from './channel-policy.ts';
import { correctRecord, voidRecords } from './corrections.ts';
import { answerRequest, giveVerdict, requestDocument } from './disclosure.ts';
import {
  attachDocument,
  eraseDocument,
  holdDocument,
  listDocuments,
  scrubDocuments,
  verifyDocuments,
} from './evidence.ts';
import {
  findFactors,
  listFactorReleases,
  loadFactorReleases,
  verifyFactors,
  withdrawRelease,
} from './factor-releases.ts';
import { fsck } from './fsck.ts';
import { listImports, showImport } from './imports.ts';
import { admitMember, grantRoles, listMembers, suspendMember } from './members.ts';
import { eraseMeter, listMeters } from './meters.ts';
import type { Node } from './node.ts';
import type { Progress } from './progress.ts';
import { inventoryOf, inventoryTable, listRecords, nodeStatus, sitesOf } from './reads.ts';
import { recordBills } from './record-bills.ts';
import { showRecord } from './show-record.ts';
import { undoImport } from './undo-import.ts';
import { verify } from './verify-node.ts';

/** A use case that is loaded when it is called: other software's formats, which few commands need, come with it. */
function later<A extends readonly unknown[], R>(load: () => Promise<(...args: A) => Promise<R>>) {
  return async (...args: A): Promise<R> => (await load())(...args);
}

/**
 * Everything that a node does for its owner, by name: arguments and answers are plain JSON, so that each works over a socket. What
 * takes long looks at the signal between its steps and ends with CANCELLED.
 */
export const useCases = {
  status: (node: Node, _args: Record<string, never>) => nodeStatus(node),
  record: recordBills,
  imports: listImports,
  showImport,
  undoImport,
  correct: correctRecord,
  void: voidRecords,
  inventory: inventoryOf,
  inventoryTable,
  sites: sitesOf,
  records: listRecords,
  show: showRecord,
  verify,
  fsck,
  exportBundle: later(async () => (await import('./export-bundle.ts')).exportBundle),
  exportUpload: later(async () => (await import('./export-upload.ts')).exportUpload),
  channelTrust: later(async () => {
    const { channelTrust } = await import('./export-bundle.ts');
    return (node: Node, _args: Record<string, never>) => channelTrust(node);
  }),
  documents: (node: Node, _args: Record<string, never>) => listDocuments(node),
  verifyDocuments,
  attachDocument,
  holdDocument,
  eraseDocument,
  scrubDocuments,
  requestDocument,
  answerRequest,
  giveVerdict,
  releases: (node: Node, _args: Record<string, never>) => listFactorReleases(node),
  loadReleases: loadFactorReleases,
  findFactors,
  verifyFactors: (node: Node, _args: Record<string, never>) => verifyFactors(node),
  withdrawRelease,
  members: (node: Node, _args: Record<string, never>) => listMembers(node),
  meters: (node: Node, _args: Record<string, never>) => listMeters(node),
  eraseMeter,
  policy: (node: Node, _args: Record<string, never>) => showPolicy(node),
  setPolicy,
  admitMember,
  grantRoles,
  suspendMember,
} as const satisfies Record<
  string,
  (node: Node, args: never, progress: Progress, signal?: AbortSignal) => Promise<unknown>
>;

export type UseCaseName = keyof typeof useCases;
export type UseCaseArgs<N extends UseCaseName> = Parameters<(typeof useCases)[N]>[1];
export type UseCaseResult<N extends UseCaseName> = Awaited<ReturnType<(typeof useCases)[N]>>;
