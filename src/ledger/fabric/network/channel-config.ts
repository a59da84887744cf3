import { memberIdentities, type NetworkPaths, ordererIdentities, ordererMspId } from './folder.ts';
import type { MemberState, OrdererState } from './state.ts';

const BATCH_TIMEOUT = '200ms';
const MAX_MESSAGES = 500;
const MB = 1024 * 1024;

export const channelProfile = 'Channel';

/**
 * The text of configtx.yaml for a new channel. A majority of the members endorses, approves chaincode and changes the
 * configuration; only a member's clients and administrators write, so that a peer's key cannot submit.
 */
export function channelConfigText(
  paths: NetworkPaths,
  members: readonly MemberState[],
  orderers: readonly OrdererState[],
  bft: boolean,
): string {
  return yaml({
    Profiles: {
      [channelProfile]: {
        Policies: metaPolicies,
        Capabilities: bft ? { V3_0: true } : { V2_0: true },
        Orderer: {
          ...(bft ? bftOptions(paths, orderers) : raftOptions(paths, orderers)),
          BatchTimeout: BATCH_TIMEOUT,
          // A page is up to 1 MB. The absolute limit stays far below what orderers accept and then never deliver.
          BatchSize: { MaxMessageCount: MAX_MESSAGES, AbsoluteMaxBytes: '10 MB', PreferredMaxBytes: '2 MB' },
          Organizations: [ordererOrganisation(paths, orderers)],
          Policies: { ...metaPolicies, BlockValidation: meta('ANY Writers') },
          Capabilities: { V2_0: true },
        },
        Application: {
          Organizations: members.map((member) => memberOrganisation(paths, member)),
          Policies: {
            ...metaPolicies,
            LifecycleEndorsement: meta('MAJORITY Endorsement'),
            Endorsement: meta('MAJORITY Endorsement'),
          },
          Capabilities: { V2_5: true },
        },
      },
    },
  });
}

/** The text of a configtx.yaml that defines one member, to be added to a running channel. */
export function memberConfigText(paths: NetworkPaths, member: MemberState): string {
  return yaml({ Organizations: [memberOrganisation(paths, member)] });
}

function memberOrganisation(paths: NetworkPaths, { id, peerPort }: MemberState) {
  return {
    Name: id,
    ID: id,
    MSPDir: memberIdentities(paths, id).msp,
    Policies: {
      Readers: signed(id, 'admin', 'peer', 'client'),
      Writers: signed(id, 'admin', 'client'),
      Admins: signed(id, 'admin'),
      Endorsement: signed(id, 'peer'),
    },
    AnchorPeers: [{ Host: 'localhost', Port: peerPort }],
  };
}

function ordererOrganisation(paths: NetworkPaths, orderers: readonly OrdererState[]) {
  return {
    Name: ordererMspId,
    ID: ordererMspId,
    MSPDir: ordererIdentities(paths).msp,
    Policies: {
      Readers: signed(ordererMspId, 'member'),
      Writers: signed(ordererMspId, 'member'),
      Admins: signed(ordererMspId, 'admin'),
    },
    OrdererEndpoints: orderers.map(({ port }) => `localhost:${port}`),
  };
}

function raftOptions(paths: NetworkPaths, orderers: readonly OrdererState[]) {
  return {
    OrdererType: 'etcdraft',
    EtcdRaft: {
      Consenters: orderers.map((orderer) => consenter(paths, orderer)),
      // On one machine a tick can be short: a lost leader is replaced in one to two seconds.
      Options: {
        TickInterval: '100ms',
        ElectionTick: 10,
        HeartbeatTick: 1,
        MaxInflightBlocks: 5,
        SnapshotIntervalSize: '16 MB',
      },
    },
  };
}

function bftOptions(paths: NetworkPaths, orderers: readonly OrdererState[]) {
  const identities = ordererIdentities(paths);
  return {
    OrdererType: 'BFT',
    ConsenterMapping: orderers.map((orderer, at) => ({
      ID: at + 1,
      ...consenter(paths, orderer),
      MSPID: ordererMspId,
      Identity: identities.node(orderer.name).identity,
    })),
    SmartBFT: {
      RequestBatchMaxCount: MAX_MESSAGES,
      RequestBatchMaxBytes: 10 * MB,
      RequestBatchMaxInterval: BATCH_TIMEOUT,
      RequestForwardTimeout: '2s',
      RequestComplainTimeout: '10s',
      RequestAutoRemoveTimeout: '3m',
      RequestPoolSize: 100_000,
      ViewChangeResendInterval: '5s',
      ViewChangeTimeout: '20s',
      LeaderHeartbeatTimeout: '20s',
      LeaderHeartbeatCount: 10,
      CollectTimeout: '1s',
      IncomingMessageBufferSize: 200,
    },
  };
}

function consenter(paths: NetworkPaths, { name, port }: OrdererState) {
  const { cert } = ordererIdentities(paths).node(name);
  return { Host: 'localhost', Port: port, ClientTLSCert: cert, ServerTLSCert: cert };
}

const metaPolicies = {
  Readers: meta('ANY Readers'),
  Writers: meta('ANY Writers'),
  Admins: meta('MAJORITY Admins'),
};

function meta(Rule: string) {
  return { Type: 'ImplicitMeta', Rule };
}

function signed(mspId: string, ...roles: readonly string[]) {
  return { Type: 'Signature', Rule: `OR(${roles.map((role) => `'${mspId}.${role}'`).join(', ')})` };
}

// JSON is YAML, with no doubt about quoting.
function yaml(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
