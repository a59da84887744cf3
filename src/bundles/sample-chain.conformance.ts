// A small real ledger with a record to show, and chains made up by hand to show what must be refused.
import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commitment, line, meterA, meterB, pageOf, recordOf } from '../../test/support/fixture-channel.ts';
import { releases } from '../../test/support/fixture-releases.ts';
import { channelContract, recordId } from '../channel/index.ts';
import { canonical, defaultPolicy, leafHash, sha256, sha256Bytes } from '../emissions/index.ts';
import { createEmbeddedLedger } from '../ledger/embedded/index.ts';
import type { Ledger, Signer } from '../ledger/index.ts';
import type { BlockFigures, EmbeddedBundle, EmbeddedTransaction } from './bundle.ts';
import { makeBundle } from './make-bundle.ts';
import type { BundleRequest } from './request.ts';
import type { Trust } from './trust.ts';

export function newSigner(member: string): Signer {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return {
    member,
    publicKey: publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
    sign: (message) => sign(null, message, privateKey).toString('base64'),
  };
}

/** Steward and factor publisher. */
export const acme = newSigner('ACME');
/** Reporter. */
export const beta = newSigner('Beta.Foods');

export const create = canonical({ member: { id: acme.member, name: 'Acme Inc', publicKey: acme.publicKey } });
export const admit = canonical({
  id: beta.member,
  name: 'Beta Foods',
  publicKey: beta.publicKey,
  roles: ['reporter'],
});
export const publications = releases.map(({ manifest }) => canonical({ manifest }));

/** Three records of Beta: one in two slices, one with a document, one of another meter. */
export const records = [
  line({ owner: beta.member, start: '2021-12-11', end: '2022-01-11' }),
  line({ owner: beta.member, evidence: { document: commitment } }),
  line({ owner: beta.member, meter: meterB }),
].map((facts) => recordOf(facts));
export const page = canonical(pageOf(records));
/** The record with a document. */
export const shown = { id: recordId(records[1] as (typeof records)[number]), index: 1 };

export interface Sample {
  readonly bundle: EmbeddedBundle;
  readonly trust: Trust;
  /** The transaction of the page. */
  readonly page: string;
  /** Asks for a record's bundle from the same ledger. */
  readonly ask: (request: Partial<BundleRequest>) => Promise<EmbeddedBundle>;
  readonly ledger: Ledger;
  readonly beta: Ledger;
  close(): Promise<void>;
}

/** A ledger whose page stands in the middle of the chain, and the bundle of its second record. */
export async function sampleChain(channel: string): Promise<Sample> {
  const dir = mkdtempSync(join(tmpdir(), 'uec-'));
  const genesis = { name: 'channel.create', args: create };
  const ledger = await createEmbeddedLedger({ dir, channel, contract: channelContract, signer: acme, genesis });
  const reporter = ledger.as(beta);
  for (const args of publications) await ledger.submit('factors.publish', args);
  await ledger.submit('policy.set', canonical(defaultPolicy));
  await ledger.submit('members.admit', admit);
  const { transactionId } = await reporter.submit('records.submit', page);
  const later = canonical(
    pageOf([recordOf(line({ owner: beta.member, meter: meterA, start: '2023-03-01', end: '2023-04-01' }))], 'later'),
  );
  await reporter.submit('records.submit', later);
  const request: BundleRequest = {
    record: shown,
    page: transactionId,
    releases: new Set(['us-epa/egrid/fixture', 'green-e/residual-mix/fixture']),
    stated: { state: 'active', documents: [{ commitment, state: 'committed' }], withdrawn: [] },
  };
  const ask = async (more: Partial<BundleRequest>) =>
    (await makeBundle(ledger, { ...request, ...more })) as EmbeddedBundle;
  const bundle = await ask({});
  return {
    bundle,
    trust: await trustOf(ledger),
    page: transactionId,
    ask,
    ledger,
    beta: reporter,
    close: async () => {
      await ledger.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** The ledger as it stands now. */
export async function trustOf(ledger: Ledger): Promise<Trust> {
  const hashes: string[] = [];
  for await (const { hash } of ledger.blocks(0)) hashes.push(hash);
  const height = hashes.length - 1;
  const [genesis, head] = [hashes[0] as string, hashes[height] as string];
  return { schema: 'uec-trust/1', channel: ledger.channel, genesis, head: { height, hash: head } };
}

/** A transaction to be put on a chain made up by hand. */
export interface Forged {
  readonly signer: Signer;
  readonly name: string;
  readonly args: string;
}

/**
 * A chain of one transaction a block that no rule was asked about: everything is signed and hashed as it should be, by the words
 * of docs/bundles.md and apart from the ledger's own code.
 */
export function forge(
  channel: string,
  transactions: readonly Forged[],
  from = 0,
): { bundle: EmbeddedBundle; trust: Trust } {
  const blocks: BlockFigures[] = [];
  const hashes: string[] = [];
  const forged = transactions.map(({ signer, name, args }, height): EmbeddedTransaction => {
    const { member, publicKey } = signer;
    const nonce = sha256(`${height}`).slice(0, 32);
    const timestamp = '2024-01-01T00:00:00.000Z';
    const header = { argsHash: sha256(args), channel, member, name, nonce, publicKey, timestamp };
    const digest = sha256Bytes(canonical(header));
    const signature = signer.sign(digest);
    const outcome = sha256('outcome');
    const root = leafHash(canonical({ id: digest.toString('hex'), outcome, signature }));
    const previous = hashes.at(-1) ?? '0'.repeat(64);
    blocks.push([root, 1]);
    hashes.push(sha256(canonical({ channel, height, previous, root, transactions: 1 })));
    return { height, index: 0, member, name, nonce, publicKey, timestamp, signature, outcome, path: [], args };
  });
  const head = hashes.at(-1) as string;
  const bundle: EmbeddedBundle = {
    schema: 'uec-bundle/1',
    ledger: 'embedded',
    channel,
    record: shown,
    stated: { state: 'active', documents: [], withdrawn: [] },
    head,
    blocks,
    transactions: forged.slice(from),
  };
  return {
    bundle,
    trust: {
      schema: 'uec-trust/1',
      channel,
      genesis: hashes[0] as string,
      head: { height: hashes.length - 1, hash: head },
    },
  };
}
