// A record of a channel on real peers and orderers, taken away as a file and checked without them.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FabricBundle } from '../../src/bundles/bundle.ts';
import { type BundleRequest, makeBundle, type Trust, verifyBundle } from '../../src/bundles/index.ts';
import { recordId } from '../../src/channel/index.ts';
import { canonical } from '../../src/emissions/index.ts';
import { openFabricLedger, readProfile } from '../../src/ledger/fabric/index.ts';
import type { Ledger } from '../../src/ledger/index.ts';
import { line, pageOf, recordOf } from '../support/fixture-channel.ts';
import { egrid, residual } from '../support/fixture-releases.ts';
import { onFabric, sharedNetwork } from './support.ts';

async function memberLedger(member: string): Promise<Ledger> {
  const { members } = await sharedNetwork();
  const profile = members.find(({ id }) => id === member)?.profile as string;
  return openFabricLedger({ profile: readProfile(profile) });
}

async function genesisOf(ledger: Ledger): Promise<Trust> {
  for await (const { hash } of ledger.blocks(0))
    return { schema: 'uec-trust/1', channel: ledger.channel, genesis: hash };
  throw new Error('the ledger has no block');
}

/** Fabric peers that have just begun to know each other cannot all be asked yet: then an answer is missing. */
async function wholeBundle(ledger: Ledger, request: BundleRequest): Promise<FabricBundle> {
  const deadline = performance.now() + 20_000;
  for (;;) {
    const bundle = (await makeBundle(ledger, request)) as FabricBundle;
    if (bundle.transactions.every(({ answer }) => answer !== undefined) || performance.now() > deadline) return bundle;
    await sleep(500);
  }
}

test('a record of BETA verifies with no peer at hand, and against no other channel', onFabric, async () => {
  const [acme, beta] = [await memberLedger('ACME'), await memberLedger('BETA')];
  try {
    for (const { manifest } of [egrid, residual]) await acme.submit('factors.publish', canonical({ manifest }));
    const record = recordOf(line({ owner: 'BETA' }));
    const other = recordOf(line({ owner: 'BETA', start: '2022-05-01', end: '2022-06-01' }));
    const { transactionId } = await beta.submit('records.submit', canonical(pageOf([other, record])));
    const request: BundleRequest = {
      record: { id: recordId(record), index: 1 },
      page: transactionId,
      releases: new Set(['us-epa/egrid/fixture', 'green-e/residual-mix/fixture']),
      stated: { state: 'active', documents: [], withdrawn: [] },
    };
    // Another member shows it as well as its owner.
    const bundle = await wholeBundle(acme, request);
    const trust = await genesisOf(beta);
    // How test/vectors/fabric-bundle.txt was made.
    if (process.env.UEC_KEEP_BUNDLE !== undefined)
      writeFileSync(process.env.UEC_KEEP_BUNDLE, `${JSON.stringify(trust)}\n${canonical(bundle)}\n`);
    const answer = await verifyBundle(canonical(bundle), trust);
    const short = answer.checks.filter(({ result, open }) => result !== 'passed' && open !== true);
    assert.deepEqual(short, []);
    assert.deepEqual(answer.record, record);
    const wrong = await verifyBundle(canonical(bundle), { ...trust, genesis: 'e'.repeat(64) });
    assert.equal(wrong.checks.find(({ check }) => check === 'the channel is the one trusted')?.result, 'failed');
  } finally {
    await acme.close();
    await beta.close();
  }
});
