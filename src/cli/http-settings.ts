import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { isLoopbackName } from '../api/access/index.ts';
import type { TlsPaths } from '../api/index.ts';
import { ChannelError } from '../emissions/index.ts';
import type { HttpConfig } from './config.ts';

/** Options of `uec serve`; each wins over node.json. */
export interface HttpOptions {
  readonly port?: number;
  readonly host?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly clientCa?: string;
  readonly plainHttp?: boolean;
}

export interface HttpSettings {
  readonly host: string;
  readonly port: number;
  readonly tls?: TlsPaths;
  readonly hosts: readonly string[];
  readonly origins: readonly string[];
}

/**
 * Where and how the API is served, from node.json and the options.
 * @throws {ChannelError} CONFIG_INVALID: among others for plain HTTP on an address that others reach, unless it was asked for
 */
export function httpSettings(folder: string, config: HttpConfig, options: HttpOptions): HttpSettings {
  const host = options.host ?? config.host ?? '127.0.0.1';
  if (host !== 'localhost' && isIP(host) === 0)
    throw invalid('http.host is no address', 'http.host', 'Give an address of this machine, such as 0.0.0.0 for all.');
  const tls = tlsOf(folder, config, options);
  const loopback = isLoopbackName(isIP(host) === 6 ? `[${host}]` : host);
  if (tls === undefined && !loopback && options.plainHttp !== true && config.plain !== true)
    throw invalid(
      `plain HTTP would be served on ${host}, where tokens can be read on the way`,
      'http.host',
      'Give a certificate and its key (--tls-cert, --tls-key), or say --plain-http where the network is closed.',
    );
  const { hosts = [], origins = [] } = config;
  checkNames(hosts, origins);
  const own = isIP(host) === 6 ? `[${host}]` : host;
  return {
    host,
    port: options.port ?? config.port,
    hosts: /^(0\.0\.0\.0|\[::\])$/.test(own) ? hosts : [...hosts, own],
    origins,
    ...(tls === undefined ? {} : { tls }),
  };
}

function tlsOf(folder: string, { tls }: HttpConfig, { tlsCert, tlsKey, clientCa }: HttpOptions): TlsPaths | undefined {
  const inFolder = (path: string): string => resolve(folder, path);
  const cert = tlsCert ?? (tls?.cert === undefined ? undefined : inFolder(tls.cert));
  const key = tlsKey ?? (tls?.key === undefined ? undefined : inFolder(tls.key));
  const ca = clientCa ?? (tls?.clientCa === undefined ? undefined : inFolder(tls.clientCa));
  if (cert === undefined && key === undefined && ca === undefined) return undefined;
  if (cert === undefined || key === undefined)
    throw invalid('TLS needs a certificate and its key', 'http.tls', 'Give both --tls-cert and --tls-key.');
  return {
    cert,
    key,
    ...(ca === undefined ? {} : { clientCa: ca }),
    ...(tls?.clientOptional === true ? { clientOptional: true } : {}),
  };
}

function checkNames(hosts: unknown, origins: unknown): void {
  const texts = (value: unknown): value is string[] =>
    Array.isArray(value) && value.every((one) => typeof one === 'string');
  if (!texts(hosts)) throw invalid('http.hosts is not a list of names', 'http.hosts', 'Write ["node.example.org"].');
  const isOrigin = (text: string): boolean => URL.canParse(text) && new URL(text).origin === text && text !== 'null';
  if (!texts(origins) || !origins.every(isOrigin))
    throw invalid(
      'http.origins is not a list of origins',
      'http.origins',
      'Write each exactly, such as https://console.example.org: no path, no *.',
    );
}

function invalid(message: string, where: string, fix: string): ChannelError {
  return new ChannelError('CONFIG_INVALID', message, { where, fix });
}
