import { X509Certificate } from 'node:crypto';
import { readFileSync, statSync, unwatchFile, watchFile } from 'node:fs';
import { isIP } from 'node:net';
import { createSecureContext, type SecureContextOptions, type Server, type TlsOptions } from 'node:tls';
import { ChannelError } from '../../emissions/index.ts';

export interface TlsPaths {
  /** PEM: the node's certificate, then those that lead to its root. */
  readonly cert: string;
  /** PEM: its private key; no one else may read the file. */
  readonly key: string;
  /** PEM: certificates of those who issue client certificates. Given, a client needs one. */
  readonly clientCa?: string;
  /** With `clientCa`: clients without a certificate may connect and send a token. */
  readonly clientOptional?: boolean;
}

const LOOK_EVERY_MS = 2_000;

/** The node's certificate, key and client CA: read from files, checked, and read again when they change. */
export class TlsFiles {
  readonly #paths: TlsPaths;
  readonly #onReload: (error?: ChannelError) => void;
  #context: SecureContextOptions;
  #certificate: X509Certificate;

  /**
   * `onReload` is told of each exchange, and of one that failed, where the old files stay in use.
   * @throws {ChannelError} CONFIG_INVALID when they cannot be read or do not fit together
   */
  constructor(paths: TlsPaths, onReload: (error?: ChannelError) => void = () => undefined) {
    this.#paths = paths;
    this.#onReload = onReload;
    this.#context = readContext(paths);
    this.#certificate = new X509Certificate(this.#context.cert as Buffer);
  }

  serverOptions(): TlsOptions {
    const { clientCa, clientOptional = false } = this.#paths;
    return {
      ...this.#context,
      ALPNProtocols: ['http/1.1'],
      ...(clientCa === undefined ? {} : { requestCert: true, rejectUnauthorized: !clientOptional }),
    };
  }

  /** True when the certificate in use is for this host name or address. */
  certifies(name: string): boolean {
    const found = isIP(name) === 0 ? this.#certificate.checkHost(name) : this.#certificate.checkIP(name);
    return found !== undefined;
  }

  /** Last moment at which the certificate is valid. */
  get validTo(): Date {
    return this.#certificate.validToDate;
  }

  /** Uses new files for connections from now on, when they change and at SIGHUP. Gives a function that ends this. */
  keepFresh(server: Server): () => void {
    const paths = [
      this.#paths.cert,
      this.#paths.key,
      ...(this.#paths.clientCa === undefined ? [] : [this.#paths.clientCa]),
    ];
    const reload = (): void => this.#reload(server);
    for (const path of paths) watchFile(path, { interval: LOOK_EVERY_MS, persistent: false }, reload);
    process.on('SIGHUP', reload);
    return () => {
      for (const path of paths) unwatchFile(path, reload);
      process.off('SIGHUP', reload);
    };
  }

  // Certificate and key are replaced one after the other: between the two they do not fit, and the old ones stay.
  #reload(server: Server): void {
    try {
      const context = readContext(this.#paths);
      this.#certificate = new X509Certificate(context.cert as Buffer);
      this.#context = context;
      server.setSecureContext(context);
      this.#onReload();
    } catch (error) {
      this.#onReload(error as ChannelError);
    }
  }
}

function readContext({ cert, key, clientCa }: TlsPaths): SecureContextOptions {
  demandPrivate(key);
  const context: SecureContextOptions = {
    cert: readFile(cert),
    key: readFile(key),
    minVersion: 'TLSv1.2',
    ...(clientCa === undefined ? {} : { ca: readFile(clientCa) }),
  };
  try {
    // Reads them as the server will, and checks that the key is the certificate's.
    createSecureContext(context);
    new X509Certificate(context.cert as Buffer);
    if (clientCa !== undefined) new X509Certificate(context.ca as Buffer);
  } catch {
    // The cause is left out: it may quote the key.
    throw new ChannelError('CONFIG_INVALID', 'certificate, key and client CA are not PEM, or do not fit together', {
      where: cert,
      fix: 'Give the certificate and its own private key, both PEM.',
    });
  }
  return context;
}

function readFile(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new ChannelError('CONFIG_INVALID', `cannot read ${path} (${(cause as NodeJS.ErrnoException).code})`, {
      where: path,
      cause,
    });
  }
}

function demandPrivate(path: string): void {
  const mode = statSync(path, { throwIfNoEntry: false })?.mode;
  if (mode === undefined || process.platform === 'win32' || (mode & 0o077) === 0) return;
  throw new ChannelError('CONFIG_INVALID', `the key file has mode ${(mode & 0o777).toString(8)}: others can read it`, {
    where: path,
    fix: `Take the others' permissions away: chmod 600 ${path}`,
  });
}
