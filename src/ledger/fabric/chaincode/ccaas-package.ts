import { ChannelError, sha256 } from '../../../emissions/index.ts';
import { tarGz } from './tar.ts';

export interface CcaasPackageOptions {
  readonly label: string;
  /** `host:port` where the peer finds the chaincode. */
  readonly address: string;
  /** How the peer reaches it, as PEM texts; absent: without TLS. The client pair is needed where the chaincode asks for one. */
  readonly tls?: {
    readonly rootCert: string;
    readonly client?: { readonly certificate: string; readonly privateKey: string };
  };
}

export interface CcaasPackage {
  /** Package id, `label:SHA-256`, under which the peer installs it and the chaincode serves. */
  readonly id: string;
  /** The .tar.gz file. It holds the client's private key where there is one. */
  readonly bytes: Buffer;
}

/**
 * Package of a chaincode that runs as a service: where it is, not what it does. Each member may have its own.
 * @throws {ChannelError} CONFIG_INVALID where the label is not one that Fabric takes
 */
export function ccaasPackage({ label, address, tls }: CcaasPackageOptions): CcaasPackage {
  if (!/^[A-Za-z0-9][A-Za-z0-9_.+-]*$/.test(label))
    throw new ChannelError('CONFIG_INVALID', `'${label.slice(0, 60)}' is no label for a chaincode package`, {
      where: 'label',
      fix: 'Use letters, digits, _, ., + and -, beginning with a letter or digit.',
    });
  const connection = {
    address,
    dial_timeout: '10s',
    tls_required: tls !== undefined,
    ...(tls === undefined ? {} : { root_cert: tls.rootCert }),
    client_auth_required: tls?.client !== undefined,
    ...(tls?.client === undefined ? {} : { client_cert: tls.client.certificate, client_key: tls.client.privateKey }),
  };
  const bytes = tarGz([
    ['metadata.json', JSON.stringify({ type: 'ccaas', label })],
    ['code.tar.gz', tarGz([['connection.json', JSON.stringify(connection)]])],
  ]);
  return { id: `${label}:${sha256(bytes)}`, bytes };
}
