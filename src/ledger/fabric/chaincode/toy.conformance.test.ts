import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ledgerConformance } from '../../ledger.conformance.ts';
import { steps } from '../../toy-contract.conformance.ts';
import { bundleChaincode } from './bundle.ts';
import { StandInChannel, standInIdentity } from './stand-in-channel.conformance.ts';
import { StandInLedger } from './stand-in-ledger.conformance.ts';
import { StandInPeer } from './stand-in-peer.conformance.ts';
import { runBundle } from './test-bundle.conformance.ts';

ledgerConformance('chaincode bundle under a stand-in peer', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'uec-toy-'));
  const { file } = await bundleChaincode(folder, fileURLToPath(import.meta.resolve('./toy-main.conformance.ts')));
  const [batched, plain] = await Promise.all(
    (['on', 'off'] as const).map((batching) =>
      runBundle(file, { UEC_BATCHING: batching, CHAINCODE_TLS_DISABLED: 'true' }),
    ),
  );
  if (batched === undefined || plain === undefined) throw new Error('two bundles run');
  const peers = [
    (await StandInPeer.dial(batched.address, { member: 'Org1MSP', batching: true })).peer,
    (await StandInPeer.dial(plain.address, { member: 'Org2MSP', batching: false })).peer,
  ];
  const channel = new StandInChannel('toy-channel', peers);
  const [first, second] = [standInIdentity('Org1MSP'), standInIdentity('Org2MSP')];
  await channel.submit(first, 'steps', steps());
  return {
    first: new StandInLedger(channel, first),
    second: new StandInLedger(channel, second),
    collections: false,
    close: async () => {
      for (const peer of peers) peer.close();
      await Promise.all([batched.stop(), plain.stop()]);
      rmSync(folder, { recursive: true });
    },
  };
});
