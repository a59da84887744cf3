import { join } from 'node:path';
import { bundleChaincode } from '../ledger/fabric/chaincode/index.ts';
import { fabricDown, fabricUp } from '../ledger/fabric/network/index.ts';
import type { Progress } from '../node/index.ts';
import { type Cast, others } from './demo-cast.ts';
import { initNode } from './init.ts';
import { type OpenNode, openNode } from './wire.ts';

/** On a Fabric network of this machine, made for the demo and ended with it. */
export async function fabricCast(root: string, progress: Progress): Promise<Cast> {
  const dir = join(root, 'network');
  const members = [
    { id: 'ACME', name: 'Acme Inc' },
    ...others.map(({ id, name, role }) => ({ id, name, roles: [role] })),
  ];
  const { members: made } = await fabricUp({
    dir,
    members,
    chaincode: bundleChaincode,
    onStep: (what) => progress({ what, done: 0 }),
  });
  try {
    const nodes: OpenNode[] = [];
    let token = '';
    for (const { id, name, profile } of made) {
      const folder = join(root, id.toLowerCase());
      const answer = await initNode(folder, { member: id, name, fabric: profile }, progress);
      token ||= answer.token;
      nodes.push(await openNode(folder, 'uec demo'));
    }
    const [acme, beta, audit] = nodes as [OpenNode, OpenNode, OpenNode];
    const close = async (): Promise<void> => void (await fabricDown(dir));
    return { acme, beta, audit, token, root, ledger: 'a Hyperledger Fabric network of this machine', close };
  } catch (error) {
    await fabricDown(dir);
    throw error;
  }
}
