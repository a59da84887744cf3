import { readFileSync } from 'node:fs';
import { ChannelError } from '../../../emissions/index.ts';

/** As a service: the peer dials in. */
export interface ServiceSettings {
  /** Package id under which the peer knows the chaincode. */
  readonly id: string;
  /** `host:port` to listen on. */
  readonly address: string;
  /** `clientRoots`: only clients with a certificate under these are served. Absent altogether: no TLS. */
  readonly tls?: { readonly key: Buffer; readonly certificate: Buffer; readonly clientRoots?: Buffer };
}

export interface ChaincodeSettings {
  readonly batching: boolean;
  /** Absent: started by a peer, which the chaincode dials. */
  readonly service?: ServiceSettings;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Settings from the environment, with the names of Fabric's own chaincode services.
 * @throws {ChannelError} CONFIG_INVALID naming the variable
 */
export function chaincodeSettings(env: Environment): ChaincodeSettings {
  const batching = flag(env, 'UEC_BATCHING', 'on', 'off');
  const address = env.CHAINCODE_SERVER_ADDRESS;
  if (address === undefined) return { batching };
  const service = { id: needed(env, 'CHAINCODE_ID'), address };
  if (flag(env, 'CHAINCODE_TLS_DISABLED', 'true', 'false')) return { batching, service };
  const clientRoots = env.CHAINCODE_CLIENT_CA_CERT_FILE;
  return {
    batching,
    service: {
      ...service,
      tls: {
        key: file(env, 'CHAINCODE_TLS_KEY_FILE'),
        certificate: file(env, 'CHAINCODE_TLS_CERT_FILE'),
        ...(clientRoots === undefined ? {} : { clientRoots: file(env, 'CHAINCODE_CLIENT_CA_CERT_FILE') }),
      },
    },
  };
}

function needed(env: Environment, name: string): string {
  const value = env[name];
  if (value === undefined || value === '') throw invalid(name, 'is not set');
  return value;
}

function file(env: Environment, name: string): Buffer {
  const path = needed(env, name);
  try {
    return readFileSync(path);
  } catch (cause) {
    throw invalid(name, `names ${path}, which cannot be read`, cause);
  }
}

function flag(env: Environment, name: string, yes: string, no: string): boolean {
  const value = env[name] ?? no;
  if (value !== yes && value !== no) throw invalid(name, `is ${yes} or ${no}, not '${value.slice(0, 20)}'`);
  return value === yes;
}

function invalid(name: string, what: string, cause?: unknown): ChannelError {
  return new ChannelError('CONFIG_INVALID', `${name} ${what}`, {
    where: name,
    cause,
    fix: 'See docs/fabric.md for the chaincode settings.',
  });
}
