import { createPrivateKey } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ChannelError, canonical, type ErrorReport } from '../../../emissions/index.ts';
import { memberIdentities } from './folder.ts';
import type { Network } from './network.ts';
import type { MemberState } from './state.ts';

/** The little that making a network needs of a member's gateway. */
export interface MemberClient {
  /** Submits and waits for the block, however long the network takes to know all its peers. */
  submit(name: string, args: unknown): Promise<void>;
  /** Has a call endorsed as the channel demands, and submits nothing: passes once this member can write. */
  endorse(name: string): Promise<void>;
  close(): void;
}

const ENDORSE_MS = 15_000;
const SUBMIT_MS = 5_000;
const COMMIT_MS = 20_000;
const PATIENCE_MS = 45_000;
const RETRY_MS = 50;

/** Connects to a member's Fabric peer as its client. */
export async function connectMember({ paths, state }: Network, { id, peerPort }: MemberState): Promise<MemberClient> {
  const [{ connect, signers }, grpc] = await Promise.all([
    import('@hyperledger/fabric-gateway'),
    import('@grpc/grpc-js'),
  ]);
  const { tlsRoot, clientMsp } = memberIdentities(paths, id);
  const connection = new grpc.Client(`localhost:${peerPort}`, grpc.credentials.createSsl(readFileSync(tlsRoot)));
  const within = (ms: number) => () => ({ deadline: Date.now() + ms });
  const gateway = connect({
    client: connection,
    identity: { mspId: id, credentials: onlyFile(join(clientMsp, 'signcerts')) },
    signer: signers.newPrivateKeySigner(createPrivateKey(onlyFile(join(clientMsp, 'keystore')))),
    endorseOptions: within(ENDORSE_MS),
    submitOptions: within(SUBMIT_MS),
    commitStatusOptions: within(COMMIT_MS),
  });
  const contract = gateway.getNetwork(state.channel).getContract(state.chaincode);
  return {
    submit: (name, args) => untilAccepted(`${id}: ${name}`, () => contract.submitTransaction(name, canonical(args))),
    endorse: (name) =>
      untilAccepted(`${id}: ${name}`, () => contract.newProposal(name, { arguments: ['{}'] }).endorse()),
    close: () => {
      gateway.close();
      connection.close();
    },
  };
}

/** Tries again until it is done or the chaincode itself refuses. */
async function untilAccepted(what: string, work: () => Promise<unknown>): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (true) {
    try {
      await work();
      return;
    } catch (error) {
      const refusal = refusalIn(error);
      if (refusal !== undefined) throw ChannelError.from(refusal);
      if (performance.now() > deadline)
        throw new ChannelError('FABRIC_NETWORK_FAILED', `${what} was not accepted: ${saidBy(error)}`, { cause: error });
      await sleep(RETRY_MS);
    }
  }
}

/** What the contract said, where it was the contract that refused. */
function refusalIn(error: unknown): ErrorReport | undefined {
  const said = /chaincode response 500, (\{.*\})/s.exec(saidBy(error))?.[1];
  if (said === undefined) return undefined;
  try {
    return JSON.parse(said) as ErrorReport;
  } catch {
    return undefined;
  }
}

function saidBy(error: unknown): string {
  const { message, details } = error as {
    readonly message?: string;
    readonly details?: readonly { readonly message: string }[];
  };
  const detail = Array.isArray(details) ? details[0]?.message : undefined;
  return detail ?? message ?? String(error);
}

function onlyFile(folder: string): Buffer {
  const [name] = readdirSync(folder);
  return readFileSync(join(folder, name ?? ''));
}
