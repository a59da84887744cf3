import { readFileSync } from 'node:fs';
import { type ChaincodeServerOpts, Shim } from 'fabric-shim';
import type { Contract } from '../../../channel/index.ts';
import { isChannelError, sha256 } from '../../../emissions/index.ts';
import { Chaincode } from './chaincode.ts';
import { chaincodeSettings, type ServiceSettings } from './settings.ts';

/**
 * Runs a contract as a chaincode in this process: as a service where the environment names an address, else under its peer.
 * `bundle` is the file that runs; the bundler writes the package's version in place of UEC_VERSION.
 */
export async function startChaincode(contract: Contract, queries: readonly string[], bundle: string): Promise<void> {
  // As process 1 of a container neither signal would have an effect by itself.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => process.exit(0));
  try {
    const { batching, service } = chaincodeSettings(process.env);
    const version = { source: sha256(readFileSync(bundle)), version: process.env.UEC_VERSION as string };
    silenceRefusals();
    const chaincode = new Chaincode({ contract, queries, batching, version, log });
    if (service === undefined) Shim.start(chaincode);
    else await serve(chaincode, service);
  } catch (error) {
    log(isChannelError(error) ? `${error.code}: ${error.message}. ${error.fix}` : `cannot start: ${String(error)}`);
    process.exit(1);
  }
}

async function serve(chaincode: Chaincode, { id, address, tls }: ServiceSettings): Promise<void> {
  const options = {
    ccid: id,
    address,
    // Pages of records are large; the peer has its own limit.
    'grpc.max_receive_message_length': -1,
    'grpc.max_send_message_length': -1,
    ...(tls === undefined ? {} : { tlsProps: { key: tls.key, cert: tls.certificate, clientCACerts: tls.clientRoots } }),
  };
  await Shim.server(chaincode, options as ChaincodeServerOpts).start();
  const how =
    tls === undefined
      ? 'without TLS: only for a peer on this machine'
      : `TLS, clients ${tls.clientRoots === undefined ? 'not ' : ''}authenticated`;
  log(`serving ${id} at ${address} (${how})`);
}

// The shim writes the whole text of each refusal; the chaincode's own line says what is needed.
function silenceRefusals(): void {
  const logger = Shim.newLogger('lib/handler.js');
  const write = logger.error.bind(logger) as (...parts: unknown[]) => typeof logger;
  logger.error = ((message: unknown, ...rest: unknown[]) =>
    String(message).includes('returned error response') ? logger : write(message, ...rest)) as typeof logger.error;
}

function log(line: string): void {
  process.stderr.write(`${new Date().toISOString()} ${line}\n`);
}
