import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { ChannelError } from '../../../emissions/index.ts';
import { type NetworkPaths, ordererIdentities } from './folder.ts';
import type { OrdererState } from './state.ts';

const PATIENCE_MS = 15_000;
const LEADER_MS = 30_000;
const POLL_MS = 50;

/**
 * Makes an orderer serve the channel of the genesis block, by its channel participation interface.
 * @throws {ChannelError} FABRIC_NETWORK_FAILED with the orderer's own words
 */
export async function joinOrderer(paths: NetworkPaths, orderer: OrdererState): Promise<void> {
  const { adminTls, tlsRoot } = ordererIdentities(paths);
  const form = new FormData();
  form.append('config-block', new Blob([readFileSync(paths.genesis)]), 'genesis.block');
  // Only Response knows how to write a form, with the boundary that its type names.
  const encoded = new Response(form);
  const body = Buffer.from(await encoded.arrayBuffer());
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; text: string }>();
  const call = request(
    {
      host: 'localhost',
      family: 4,
      port: orderer.adminPort,
      path: '/participation/v1/channels',
      method: 'POST',
      headers: { 'content-type': encoded.headers.get('content-type') ?? '', 'content-length': body.length },
      ca: readFileSync(tlsRoot),
      cert: readFileSync(adminTls.cert),
      key: readFileSync(adminTls.key),
      timeout: PATIENCE_MS,
    },
    (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject);
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString() }));
    },
  );
  call.on('timeout', () => call.destroy(new Error('no answer'))).on('error', reject);
  call.end(body);
  const { status, text } = await promise.catch((cause: Error) => {
    throw refused(paths, orderer, cause.message, cause);
  });
  if (status !== 201) throw refused(paths, orderer, `${status} ${text.trim().slice(0, 400)}`);
}

function refused(paths: NetworkPaths, { name }: OrdererState, said: string, cause?: Error): ChannelError {
  return new ChannelError('FABRIC_NETWORK_FAILED', `${name} did not join the channel: ${said}`, {
    where: paths.log(name),
    cause,
  });
}

/** The orderer that leads, as it says itself; undefined while there is none. */
export async function leadingOrderer(orderers: readonly OrdererState[]): Promise<string | undefined> {
  const leads = await Promise.all(orderers.map(isLeader));
  return orderers.find((_, at) => leads[at] === true)?.name;
}

async function isLeader({ operationsPort }: OrdererState): Promise<boolean> {
  try {
    const answer = await fetch(`http://127.0.0.1:${operationsPort}/metrics`, { signal: AbortSignal.timeout(2000) });
    return /^consensus_\w+_is_leader\{[^}]*\} 1$/m.test(await answer.text());
  } catch {
    return false;
  }
}

/** @throws {ChannelError} FABRIC_NETWORK_FAILED where none leads in time */
export async function untilLed(orderers: readonly OrdererState[]): Promise<void> {
  const deadline = performance.now() + LEADER_MS;
  while ((await leadingOrderer(orderers)) === undefined) {
    if (performance.now() > deadline)
      throw new ChannelError('FABRIC_NETWORK_FAILED', `none of ${orderers.length} orderers became the leader`);
    await sleep(POLL_MS);
  }
}
