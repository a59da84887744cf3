import { styleText } from 'node:util';
import { rotateFileNodeKey } from '../documents/index.ts';
import { newToken } from '../node/index.ts';
import { nodePaths, readConfig, replaceConfig } from './config.ts';
import { type InitAnswer, type InitOptions, initNode } from './init.ts';
import { withNode } from './node-client.ts';
import { print } from './output.ts';
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
  const answer = await withNode(folder, 'uec status', (node) => node.call('status', {}));
  print(answer, options.json, () =>
    [
      `${answer.member} (${answer.name}) on channel ${answer.channel}`,
      `  roles       ${answer.roles.join(', ') || 'none: ask the steward, uec members admit'}`,
      `  ledger      ${answer.height} blocks, ${answer.members} members`,
      `  factors     ${answer.releases.published} releases published, ${answer.releases.withdrawn} withdrawn`,
      `  documents   ${answer.documents} in custody${answer.lost === 0 ? '' : `, ${answer.lost} LOST: see uec document scrub`}`,
      ...(answer.openRequests === 0 ? [] : [`  requests    ${answer.openRequests} to answer: see uec document list`]),
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

/** A serving node reads its configuration when it starts, so the new token counts from then on. */
export async function token(folder: string, options: Json): Promise<void> {
  const fresh = newToken();
  await replaceConfig(folder, { ...readConfig(folder), tokenHash: fresh.hash });
  print(
    { token: fresh.token },
    options.json,
    () =>
      `API token, shown this once: ${styleText('bold', fresh.token)}\nRestart the serving node; the old token ends then.`,
  );
}
