import { join } from 'node:path';
import { isFabric3 } from './binaries.ts';
import { memberIdentities, type NetworkPaths } from './folder.ts';
import type { MemberState } from './state.ts';

/** The text of a member's core.yaml: its Fabric peer, and the `peer` command that talks to it. JSON, which is YAML too. */
export function peerConfigText(
  paths: NetworkPaths,
  { id, peerPort }: MemberState,
  version: string | undefined,
): string {
  const identities = memberIdentities(paths, id);
  const address = `localhost:${peerPort}`;
  const data = join(paths.member(id), 'data');
  const config = {
    peer: {
      id: `peer.${id}`,
      networkId: 'local',
      localMspId: id,
      mspConfigPath: identities.peerMsp,
      fileSystemPath: data,
      listenAddress: `127.0.0.1:${peerPort}`,
      address,
      // No chaincode dials the peer here. Without an address every peer takes port 7052.
      chaincodeListenAddress: '127.0.0.1:0',
      gateway: { enabled: true, endorsementTimeout: '30s', broadcastTimeout: '30s', dialTimeout: '5s' },
      gossip: {
        bootstrap: address,
        endpoint: address,
        externalEndpoint: address,
        useLeaderElection: false,
        orgLeader: true,
        state: { enabled: false },
        // Members must know each other's peers before a majority can endorse. By default that takes seven seconds and more.
        reconnectInterval: '500ms',
        aliveTimeInterval: '1s',
        aliveExpirationTimeout: '10s',
        publishStateInfoInterval: '500ms',
        requestStateInfoInterval: '500ms',
        publishCertPeriod: '1s',
        pvtData: {
          pullRetryThreshold: '10s',
          transientstoreMaxBlockRetention: 1000,
          pushAckTimeout: '3s',
          btlPullMargin: 10,
          reconcileBatchSize: 10,
          reconcileSleepInterval: '5s',
          reconciliationEnabled: true,
          implicitCollectionDisseminationPolicy: { requiredPeerCount: 0, maxPeerCount: 1 },
        },
      },
      keepalive: {
        client: { interval: '60s', timeout: '20s' },
        deliveryClient: { interval: '60s', timeout: '20s' },
      },
      tls: {
        enabled: true,
        cert: { file: identities.peerTls.cert },
        key: { file: identities.peerTls.key },
        rootcert: { file: identities.tlsRoot },
      },
      authentication: { timewindow: '15m' },
      BCCSP: { Default: 'SW', SW: { Hash: 'SHA2', Security: 256 } },
      client: { connTimeout: '3s' },
      // Orderers that come back are found within seconds; the default grows to an hour.
      deliveryclient: { connTimeout: '3s', reConnectBackoffThreshold: '2s', reconnectTotalTimeThreshold: '3600s' },
      handlers: {
        authFilters: [
          { name: 'DefaultAuth' },
          { name: 'ExpirationCheck' },
          // An older peer does not start with a filter that it does not know.
          ...(isFabric3(version) ? [{ name: 'TimeWindowCheck' }] : []),
        ],
        decorators: [{ name: 'DefaultDecorator' }],
        endorsers: { escc: { name: 'DefaultEndorsement' } },
        validators: { vscc: { name: 'DefaultValidation' } },
      },
      discovery: {
        enabled: true,
        authCacheEnabled: true,
        authCacheMaxSize: 1000,
        authCachePurgeRetentionRatio: 0.75,
        orgMembersAllowedAccess: false,
      },
      limits: { concurrency: { endorserService: 2500, deliverService: 2500, gatewayService: 500 } },
    },
    vm: { endpoint: '' },
    chaincode: {
      externalBuilders: [{ name: 'ccaas', path: paths.builder }],
      installTimeout: '60s',
      startuptimeout: '30s',
      executetimeout: '30s',
      mode: 'net',
      // The Node chaincode shim ends on a keepalive message.
      keepalive: 0,
      system: { _lifecycle: 'enable', cscc: 'enable', lscc: 'enable', qscc: 'enable' },
      logging: { level: 'warning', shim: 'warning' },
      runtimeParams: {
        useWriteBatch: true,
        maxSizeWriteBatch: 1000,
        useGetMultipleKeys: true,
        maxSizeGetMultipleKeys: 1000,
      },
    },
    ledger: {
      state: { stateDatabase: 'goleveldb', totalQueryLimit: 100_000 },
      history: { enableHistoryDatabase: false },
      pvtdataStore: {
        collElgProcMaxDbBatchSize: 5000,
        collElgProcDbBatchesInterval: 1000,
        deprioritizedDataReconcilerInterval: '60m',
        purgeInterval: 1,
        purgedKeyAuditLogging: true,
      },
      snapshots: { rootDir: join(data, 'snapshots') },
    },
    operations: { listenAddress: '127.0.0.1:0', tls: { enabled: false } },
    metrics: { provider: 'disabled' },
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}
