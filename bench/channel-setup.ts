import { generateKeyPairSync, sign } from 'node:crypto';
import { channelContract } from '../src/channel/index.ts';
import { canonical } from '../src/emissions/index.ts';
import { MemoryFactorStore, type Release } from '../src/factors/index.ts';
import {
  createEmbeddedLedger,
  type EmbeddedLedger,
  type Envelope,
  openEmbeddedLedger,
  signEnvelope,
} from '../src/ledger/embedded/index.ts';
import type { Signer } from '../src/ledger/index.ts';
import { publishReleases } from '../src/node/index.ts';
import { type MadePage, members } from './records.ts';

export const CHANNEL = 'bench';

/** A ledger on which every member may report and every release is published, and what its members sign with. */
export interface BenchChannel {
  readonly ledger: EmbeddedLedger;
  readonly signers: ReadonlyMap<string, Signer>;
}

export async function makeChannel(dir: string, releases: readonly Release[]): Promise<BenchChannel> {
  const signers = new Map(members.map((member) => [member, signerOf(member)]));
  const [founder, ...others] = [...signers.values()] as [Signer, ...Signer[]];
  const ledger = await createEmbeddedLedger({
    dir,
    channel: CHANNEL,
    contract: channelContract,
    signer: founder,
    purpose: 'bench',
    genesis: {
      name: 'channel.create',
      args: canonical({ member: { id: founder.member, name: founder.member, publicKey: founder.publicKey } }),
    },
  });
  for (const { member, publicKey } of others) {
    await ledger.submit('members.admit', canonical({ id: member, name: member, publicKey, roles: ['reporter'] }));
  }
  await publishReleases({ ledger, factors: new MemoryFactorStore() }, releases, () => undefined);
  return { ledger, signers };
}

/** The ledger of `makeChannel`, opened again. */
export function openChannel(dir: string, signers: ReadonlyMap<string, Signer>): Promise<EmbeddedLedger> {
  const signer = signers.get(members[0] as string) as Signer;
  return openEmbeddedLedger({ dir, contract: channelContract, signer, purpose: 'bench' });
}

/** A page signed by its owner. */
export function signPage(signers: ReadonlyMap<string, Signer>, { owner, args }: MadePage): Envelope {
  return signEnvelope(signers.get(owner) as Signer, {
    channel: CHANNEL,
    name: 'records.submit',
    args,
    timestamp: new Date().toISOString(),
  });
}

/** A member with a new key. */
export function signerOf(member: string): Signer {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return {
    member,
    publicKey: publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
    sign: (message) => sign(null, message, privateKey).toString('base64'),
  };
}
