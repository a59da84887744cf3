import { join } from 'node:path';
import { channelContract, type Role } from '../channel/index.ts';
import { openEmbeddedLedger } from '../ledger/embedded/index.ts';
import { openKeyFile } from '../ledger/index.ts';
import { type Progress, useCases } from '../node/index.ts';
import { nodePaths } from './config.ts';
import { initNode } from './init.ts';
import { type OpenNode, openNode } from './wire.ts';

/** Three members' nodes on one channel. */
export interface Cast {
  readonly acme: OpenNode;
  readonly beta: OpenNode;
  readonly audit: OpenNode;
  readonly token: string;
  readonly root: string;
  /** What the channel stands on, in a word or two. */
  readonly ledger: string;
  close(): Promise<void>;
}

/** The members beside ACME, who founds the channel. */
export const others = [
  { folder: 'beta', id: 'BETA', name: 'Beta Group', role: 'reporter' },
  { folder: 'audit', id: 'AUDIT', name: 'Audit Partners', role: 'auditor' },
] as const satisfies readonly { folder: string; id: string; name: string; role: Role }[];

/** On the embedded ledger: ACME founds the channel, the others join its folder and are admitted. */
export async function embeddedCast(root: string, progress: Progress): Promise<Cast> {
  const acmeFolder = join(root, 'acme');
  const { token } = await initNode(acmeFolder, { member: 'ACME', name: 'Acme Inc' }, progress);
  const signer = await openKeyFile(nodePaths(acmeFolder).signer, 'ACME');
  const ledger = await openEmbeddedLedger({
    dir: join(acmeFolder, 'ledger'),
    contract: channelContract,
    signer,
    purpose: 'uec demo',
  });
  const open = (folder: string): Promise<OpenNode> => openNode(join(root, folder), 'uec demo', ledger);
  const acme = await open('acme');
  for (const { folder, id, name, role } of others) {
    await initNode(join(root, folder), { member: id, name, join: acmeFolder }, progress);
    const { publicKey } = await openKeyFile(nodePaths(join(root, folder)).signer, id);
    await useCases.admitMember(acme, { id, name, publicKey, roles: [role] });
  }
  const [beta, audit] = [await open('beta'), await open('audit')];
  return { acme, beta, audit, token, root, ledger: 'the embedded ledger', close: () => ledger.close() };
}
