import { join, resolve } from 'node:path';

/** Where everything of a local network stands; nothing of it is outside of its folder. */
export interface NetworkPaths {
  readonly dir: string;
  readonly state: string;
  /** What cryptogen issued: private keys of every member of this machine. */
  readonly crypto: string;
  readonly config: string;
  readonly genesis: string;
  /** The external builder's programs. */
  readonly builder: string;
  /** Bundles, one folder each, named by their hash. */
  readonly chaincode: string;
  readonly profiles: string;
  readonly logs: string;
  /** What the programs that ran to their end were asked and answered. */
  readonly toolLog: string;
  /** Configuration, packages and data of a member's Fabric peer. */
  member(id: string): string;
  orderer(name: string): string;
  profile(id: string): string;
  log(process: string): string;
}

export function networkPaths(folder: string): NetworkPaths {
  // Fabric's programs read relative paths from where their own configuration lies.
  const dir = resolve(folder);
  const config = join(dir, 'config');
  const logs = join(dir, 'logs');
  const profiles = join(dir, 'profiles');
  return {
    dir,
    state: join(dir, 'network.json'),
    crypto: join(dir, 'crypto'),
    config,
    genesis: join(config, 'genesis.block'),
    builder: join(dir, 'builder'),
    chaincode: join(dir, 'chaincode'),
    profiles,
    logs,
    toolLog: join(logs, 'tools.log'),
    member: (id) => join(dir, 'members', id),
    orderer: (name) => join(dir, 'orderers', name),
    profile: (id) => join(profiles, `${id}.json`),
    log: (process) => join(logs, `${process}.log`),
  };
}

const ORDERER_DOMAIN = 'orderers';

/** The MSP of the organisation that runs the orderers of a local network. */
export const ordererMspId = 'OrdererMSP';

/** Where cryptogen puts the identities of a member. */
export function memberIdentities({ crypto }: NetworkPaths, id: string) {
  const root = join(crypto, 'peerOrganizations', id);
  const pair = (host: string) => ({
    cert: join(root, 'peers', `${host}.${id}`, 'tls', 'server.crt'),
    key: join(root, 'peers', `${host}.${id}`, 'tls', 'server.key'),
  });
  return {
    root,
    msp: join(root, 'msp'),
    peerMsp: join(root, 'peers', `peer.${id}`, 'msp'),
    peerTls: pair('peer'),
    chaincodeMsp: join(root, 'peers', `chaincode.${id}`, 'msp'),
    chaincodeTls: pair('chaincode'),
    adminMsp: join(root, 'users', `Admin@${id}`, 'msp'),
    /** The service identity that a member's node signs with. */
    clientMsp: join(root, 'users', `User1@${id}`, 'msp'),
    tlsRoot: join(root, 'tlsca', `tlsca.${id}-cert.pem`),
  };
}

/** Where cryptogen puts the identities of the orderers. */
export function ordererIdentities({ crypto }: NetworkPaths) {
  const root = join(crypto, 'ordererOrganizations', ORDERER_DOMAIN);
  const adminTls = join(root, 'users', `Admin@${ORDERER_DOMAIN}`, 'tls');
  return {
    domain: ORDERER_DOMAIN,
    msp: join(root, 'msp'),
    tlsRoot: join(root, 'tlsca', `tlsca.${ORDERER_DOMAIN}-cert.pem`),
    adminTls: { cert: join(adminTls, 'client.crt'), key: join(adminTls, 'client.key') },
    node: (name: string) => {
      const folder = join(root, 'orderers', `${name}.${ORDERER_DOMAIN}`);
      return {
        msp: join(folder, 'msp'),
        identity: join(folder, 'msp', 'signcerts', `${name}.${ORDERER_DOMAIN}-cert.pem`),
        cert: join(folder, 'tls', 'server.crt'),
        key: join(folder, 'tls', 'server.key'),
      };
    },
  };
}
