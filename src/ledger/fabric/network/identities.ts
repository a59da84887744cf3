import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Binaries } from './binaries.ts';
import { memberIdentities, type NetworkPaths, ordererIdentities } from './folder.ts';
import { runTool } from './tool.ts';

// Every process of a local network listens on the loopback interface under these names.
const hosts = ['localhost', '127.0.0.1'];

interface OrganisationSpec {
  readonly Name: string;
  readonly Domain: string;
  readonly EnableNodeOUs: true;
  readonly Specs: readonly { readonly Hostname: string; readonly SANS: readonly string[] }[];
  readonly Users: { readonly Count: number };
}

function organisation(name: string, domain: string, nodes: readonly string[], users: number): OrganisationSpec {
  return {
    Name: name,
    Domain: domain,
    EnableNodeOUs: true,
    Specs: nodes.map((node) => ({ Hostname: node, SANS: hosts })),
    Users: { Count: users },
  };
}

/** The text of cryptogen's configuration. JSON, which is YAML too. */
export function cryptoConfigText(
  members: readonly string[],
  orderers: readonly string[],
  ordererDomain: string,
): string {
  const config = {
    ...(orderers.length === 0 ? {} : { OrdererOrgs: [organisation('Orderers', ordererDomain, orderers, 0)] }),
    PeerOrgs: members.map((id) => organisation(id, id, ['peer', 'chaincode'], 1)),
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}

/**
 * Issues identities with node OUs: for each member a peer, a chaincode server, an administrator and the client that its node
 * signs with; for the orderers one each and an administrator.
 */
export async function issueIdentities(
  paths: NetworkPaths,
  binaries: Binaries,
  members: readonly string[],
  orderers: readonly string[],
): Promise<void> {
  const file = join(paths.config, `identities-${members[0]}.yaml`);
  writeFileSync(file, cryptoConfigText(members, orderers, ordererIdentities(paths).domain));
  await runTool({
    command: binaries.cryptogen,
    args: ['generate', `--config=${file}`, `--output=${paths.crypto}`],
    log: paths.toolLog,
  });
  // A chaincode server needs its TLS pair alone; its signing key could endorse as if it were a peer.
  for (const id of members) rmSync(memberIdentities(paths, id).chaincodeMsp, { recursive: true, force: true });
}
