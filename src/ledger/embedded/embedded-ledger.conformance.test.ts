import { join } from 'node:path';
import { ledgerConformance } from '../ledger.conformance.ts';
import { signEnvelope } from './envelope.ts';
import { openRemoteLedger } from './remote-ledger.ts';
import { createTestLedger, signer, testFolder, testSigner } from './test-ledger.conformance.ts';

ledgerConformance('embedded, both members in one process', async () => {
  const { dir, remove } = testFolder();
  const first = await createTestLedger(dir);
  const other = testSigner('BETA', 'p256');
  return {
    first,
    second: first.as(other),
    publicKeys: [signer.publicKey, other.publicKey],
    collections: false,
    resend: async (name, args) => {
      const timestamp = new Date().toISOString();
      const envelope = signEnvelope(signer, { channel: 'test', name, args, timestamp });
      return [await first.submitEnvelope(envelope), await first.submitEnvelope(envelope)];
    },
    close: async () => {
      await first.close();
      remove();
    },
  };
});

ledgerConformance('embedded, through the socket', async () => {
  const { dir, remove } = testFolder();
  const holder = await createTestLedger(dir);
  const { path } = await holder.serve(join(dir, 'ledger.sock'));
  const signers = [testSigner('ACME', 'p256'), testSigner('BETA')] as const;
  const first = await openRemoteLedger({ socketPath: path, signer: signers[0] });
  const second = await openRemoteLedger({ socketPath: path, signer: signers[1] });
  return {
    first,
    second,
    publicKeys: [signers[0].publicKey, signers[1].publicKey],
    collections: false,
    close: async () => {
      await first.close();
      await second.close();
      await holder.close();
      remove();
    },
  };
});
