import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KeyAlgorithm } from '../key-file.ts';
import type { Signer } from '../signer.ts';
import { steps, toyContract } from '../toy-contract.conformance.ts';
import { createEmbeddedLedger, type EmbeddedLedger, openEmbeddedLedger } from './embedded-ledger.ts';

/** A signer with a fresh key in memory. */
export function testSigner(member: string, algorithm: KeyAlgorithm = 'ed25519'): Signer {
  const { privateKey, publicKey } =
    algorithm === 'ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    member,
    publicKey: publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
    sign: (message) => sign(algorithm === 'ed25519' ? null : 'sha256', message, privateKey).toString('base64'),
  };
}

export const signer = testSigner('ACME');

/** An empty folder, and its removal. */
export function testFolder(): { readonly dir: string; remove(): void } {
  const dir = mkdtempSync(join(tmpdir(), 'uec-'));
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) };
}

export function createTestLedger(dir: string): Promise<EmbeddedLedger> {
  return createEmbeddedLedger({
    dir,
    channel: 'test',
    contract: toyContract,
    signer,
    purpose: 'test',
    genesis: { name: 'steps', args: steps() },
  });
}

export function openTestLedger(dir: string): Promise<EmbeddedLedger> {
  return openEmbeddedLedger({ dir, contract: toyContract, signer, purpose: 'test' });
}
