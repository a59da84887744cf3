import { existsSync } from 'node:fs';
import { styleText } from 'node:util';
import { headText } from '../api/access/index.ts';
import { rotateFileNodeKey } from '../documents/index.ts';
import { nodePaths } from './config.ts';
import { type InitAnswer, type InitOptions, initNode } from './init.ts';
import { openAudit } from './local-audit.ts';
import { withNode } from './node-client.ts';
import { print } from './output.ts';
import { isUrl } from './paths.ts';
import { progressLine } from './progress-line.ts';
import { openNode } from './wire.ts';

interface Json {
  readonly json?: boolean;
}

export async function init(folder: string, options: InitOptions & Json): Promise<void> {
  const { progress, end } = progressLine();
  const answer = await initNode(folder, options, progress).finally(end);
  print(answer, options.json, () => renderInit(answer));
}

export function renderInit(answer: InitAnswer): string {
  const lines = [
    `Node of ${styleText('bold', answer.member)} in ${answer.folder}, on channel ${answer.channel}`,
    `  ${answer.releases} factor releases loaded`,
    ...answer.terms.map(
      ({ publisher, licence, note }) => `  terms of ${publisher}: ${licence}${note === '' ? '' : `; ${note}`}`,
    ),
    '',
    `API token, shown this once: ${styleText('bold', answer.token)}`,
    `Keep a copy of ${answer.folder}/keys apart from the rest: without it no document can be read and nothing signed.`,
  ];
  return [...lines, ...(answer.next === null ? [] : ['', answer.next])].join('\n');
}

export async function status(folder: string, options: Json): Promise<void> {
  const told = await withNode(folder, 'uec status', (node) => node.call('status', {}));
  const answer = { ...told, ...(isUrl(folder) ? {} : auditStatus(folder)) };
  print(answer, options.json, () =>
    [
      `${answer.member} (${answer.name}) on channel ${answer.channel}`,
      `  roles       ${answer.roles.join(', ') || 'none: ask the steward, uec members admit'}`,
      `  ledger      ${answer.height} blocks, ${answer.members} ${answer.members === 1 ? 'member' : 'members'}`,
      `  factors     ${answer.releases.published} releases published, ${answer.releases.withdrawn} withdrawn`,
      `  documents   ${answer.documents} in custody${answer.lost === 0 ? '' : `, ${answer.lost} LOST: see uec document scrub`}`,
      ...(answer.openRequests === 0 ? [] : [`  requests    ${answer.openRequests} to answer: see uec document list`]),
      ...(answer.audit === undefined ? [] : [`  audit log   head ${answer.audit}`]),
      ...answer.notices.map((notice) => `  notice      ${notice}`),
    ].join('\n'),
  );
}

/** The vault's key is a file of this machine, so this works on the folder itself and waits for whoever has it open. */
export async function rekey(folder: string, options: Json): Promise<void> {
  const node = await openNode(folder, 'uec rekey');
  try {
    await rotateFileNodeKey(node.archive.vault, nodePaths(folder).nodeKey);
  } finally {
    await node.close();
  }
  print(
    { rekeyed: true },
    options.json,
    () =>
      `Every secret is wrapped by a new key. Copy ${nodePaths(folder).nodeKey} to where you keep the keys, and destroy old copies.`,
  );
}

/** Where the audit log ends, in a node that has one: written down elsewhere, it pins the log. */
function auditStatus(folder: string): { readonly audit?: string } {
  if (!existsSync(nodePaths(folder).audit)) return {};
  const log = openAudit(folder);
  try {
    return { audit: headText(log.head()) };
  } finally {
    log.close();
  }
}
