// Members keep writing their pages while processes of the network die and come back: nothing is lost, nothing counts twice.
import assert from 'node:assert/strict';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { canonical, isChannelError, sha256 } from '../../src/emissions/index.ts';
import { Inventory } from '../../src/inventory/index.ts';
import { bundleChaincode } from '../../src/ledger/fabric/chaincode/index.ts';
import { type FabricLimits, openFabricLedger, readProfile } from '../../src/ledger/fabric/index.ts';
import { fabricStatus, fabricUp } from '../../src/ledger/fabric/network/index.ts';
import type { Ledger } from '../../src/ledger/index.ts';
import { line, pageOf, recordOf } from '../support/fixture-channel.ts';
import { egrid, residual } from '../support/fixture-releases.ts';
import { onFabric, ownNetwork } from './support.ts';

suite('processes that die under members who write', onFabric, () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'uec-fabric-faults-')));
  const profiles = new Map<string, string>();
  let dir: string;
  let acme: Ledger;
  let beta: Ledger;
  let audit: Ledger;
  let written = 0;

  before(async () => {
    const network = await ownNetwork({ members: ['ACME', 'BETA', 'AUDIT'] });
    dir = network.dir;
    for (const { id, profile } of network.members) profiles.set(id, profile);
    [acme, beta, audit] = [await open('ACME'), await open('BETA'), await open('AUDIT')];
    for (const { manifest } of [egrid, residual]) await acme.submit('factors.publish', canonical({ manifest }));
  });
  after(async () => {
    for (const ledger of [acme, beta, audit]) await ledger?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const open = (member: string, limits: Partial<FabricLimits> = {}) =>
    openFabricLedger({ profile: readProfile(profiles.get(member) as string), limits });

  /** One record on a meter of its own. */
  async function write(ledger: Ledger): Promise<number> {
    written += 1;
    const record = recordOf(line({ owner: ledger.member, meter: sha256(`meter ${written}`) }));
    return (await ledger.submit('records.submit', canonical(pageOf([record], `page-${written}`)))).height ?? -1;
  }

  /** Members writing one page after the other, until stopped; a submission that is lost or refused is thrown by either call. */
  function writers(ledgers: readonly Ledger[]): {
    further: (pages: number) => Promise<void>;
    stop: () => Promise<void>;
  } {
    let on = true;
    let count = 0;
    const work = Promise.all(
      ledgers.map(async (ledger) => {
        while (on) {
          await write(ledger);
          count += 1;
        }
      }),
    );
    // Both calls look at it; until then a rejection is not unhandled.
    work.catch(() => undefined);
    const further = async (pages: number): Promise<void> => {
      const goal = count + pages;
      while (count < goal) await Promise.race([sleep(20), work]);
    };
    const stop = async (): Promise<void> => {
      on = false;
      await work;
    };
    return { further, stop };
  }

  async function pidsOf(names: RegExp): Promise<number[]> {
    const { processes } = await fabricStatus(dir);
    return processes.flatMap(({ name, pid }) => (names.test(name) && pid !== null ? [pid] : []));
  }

  async function kill(names: RegExp): Promise<void> {
    for (const pid of await pidsOf(names)) process.kill(pid, 'SIGKILL');
    while ((await pidsOf(names)).length > 0) await sleep(20);
  }

  /** Height, or -1 for the second that a connection may need to a peer that has just come back: reads fail fast. */
  const heightOf = (ledger: Ledger): Promise<number> =>
    ledger.height().catch((error) => {
      if (isChannelError(error, 'LEDGER_UNAVAILABLE')) return -1;
      throw error;
    });

  const startAgain = () => fabricUp({ dir, chaincode: bundleChaincode });

  async function readModel(name: string, ledger: Ledger): Promise<Inventory> {
    const inventory = Inventory.open(join(folder, name));
    await inventory.catchUp(ledger);
    return inventory;
  }

  test('the leading orderer is killed: another leads, and every page in flight is committed', async () => {
    const { leader } = await fabricStatus(dir);
    assert.match(leader ?? '', /^orderer\d$/);
    const writing = writers([acme, beta, acme, beta]);
    await writing.further(4);
    await kill(new RegExp(`^${leader}$`));
    await writing.further(8);
    const { leader: next } = await fabricStatus(dir);
    assert.match(next ?? '', /^orderer\d$/);
    assert.notEqual(next, leader);
    await startAgain();
    await writing.further(4);
    await writing.stop();
  });

  test('chaincode killed under the writer: its pages wait, and are there once it runs again', async () => {
    const writing = writers([acme, acme]);
    await writing.further(2);
    await kill(/^chaincode-ACME/);
    await sleep(500);
    await startAgain();
    await writing.further(4);
    await writing.stop();
  });

  test('one of three organisations is down: the two write, and it has every block when it is back', async () => {
    const before_ = await audit.height();
    await kill(/^(peer|chaincode)-AUDIT/);
    const writing = writers([acme, beta]);
    await writing.further(6);
    await writing.stop();
    await assert.rejects(audit.height(), (error) => isChannelError(error, 'LEDGER_UNAVAILABLE'));
    const height = await write(beta);
    assert.ok(height > before_ + 3, `${height} after ${before_}`);
    await startAgain();
    while ((await heightOf(audit)) <= height) await sleep(20);
    const [theirs, ours] = [await readModel('audit.db', audit), await readModel('acme.db', acme)];
    assert.deepEqual(theirs.differences(ours), []);
    theirs.close();
    ours.close();
  });

  test('two of three are down: the one that is left cannot write, is told so, and reads', async () => {
    const hasty = await open('ACME', { patience: 1_500 });
    try {
      await kill(/^(peer|chaincode)-(BETA|AUDIT)/);
      const height = await hasty.height();
      await assert.rejects(write(hasty), (error) => {
        assert.ok(isChannelError(error, 'LEDGER_UNAVAILABLE'), String(error));
        return true;
      });
      // That page was not sent.
      written -= 1;
      assert.equal(await hasty.height(), height);
      assert.equal((JSON.parse(await hasty.evaluate('members.list', '{}')) as unknown[]).length, 3);
      await startAgain();
      await write(hasty);
    } finally {
      await hasty.close();
    }
  });

  test('after all that each page stands once on every ledger, and the blocks verify', async () => {
    const ledgers = [acme, beta, audit];
    for (const ledger of ledgers) while ((await heightOf(ledger)) < 0) await sleep(20);
    const height = Math.max(...(await Promise.all(ledgers.map((ledger) => ledger.height()))));
    for (const ledger of ledgers) {
      while ((await heightOf(ledger)) < height) await sleep(20);
      const inventory = await readModel(`last-${ledger.member}.db`, ledger);
      assert.equal(inventory.records({ counted: true }, { limit: 1_000 }).items.length, written);
      inventory.close();
      assert.deepEqual((await ledger.verify()).faults, []);
    }
  });
});
