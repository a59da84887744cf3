import { join } from 'node:path';
import { type NetworkPaths, ordererIdentities, ordererMspId } from './folder.ts';
import type { OrdererState } from './state.ts';

/** The text of an orderer's orderer.yaml. Its administration demands a client certificate of the orderers' own. JSON, which is YAML too. */
export function ordererConfigText(
  paths: NetworkPaths,
  { name, port, adminPort, operationsPort }: OrdererState,
): string {
  const identities = ordererIdentities(paths);
  const { msp, cert, key } = identities.node(name);
  const data = join(paths.orderer(name), 'data');
  const tls = { Enabled: true, Certificate: cert, PrivateKey: key };
  const config = {
    General: {
      ListenAddress: '127.0.0.1',
      ListenPort: port,
      BootstrapMethod: 'none',
      LocalMSPID: ordererMspId,
      LocalMSPDir: msp,
      TLS: { ...tls, RootCAs: [identities.tlsRoot], ClientAuthRequired: false },
      Cluster: { ClientCertificate: cert, ClientPrivateKey: key, SendBufferSize: 100 },
      BCCSP: { Default: 'SW', SW: { Hash: 'SHA2', Security: 256 } },
      Authentication: { TimeWindow: '15m' },
    },
    FileLedger: { Location: data },
    ChannelParticipation: { Enabled: true, MaxRequestBodySize: '1 MB' },
    Admin: {
      ListenAddress: `127.0.0.1:${adminPort}`,
      TLS: { ...tls, ClientAuthRequired: true, ClientRootCAs: [identities.tlsRoot] },
    },
    Consensus: { WALDir: join(data, 'raft', 'wal'), SnapDir: join(data, 'raft', 'snapshot') },
    // On the loopback interface; it says who leads, and nothing of what is ordered.
    Operations: { ListenAddress: `127.0.0.1:${operationsPort}`, TLS: { Enabled: false } },
    Metrics: { Provider: 'prometheus' },
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}
