// What verifying says of a node whose files were changed, lost or put back from a backup.
import assert from 'node:assert/strict';
import { copyFileSync, cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { before, test } from 'node:test';
import type { ActivityRecord } from '../../src/channel/index.ts';
import { leafHash, merkleRoot } from '../../src/emissions/index.ts';
import { Inventory } from '../../src/inventory/index.ts';
import type { Block } from '../../src/ledger/index.ts';
import type { RecordAnswer, UseCaseResult } from '../../src/node/index.ts';
import { answerOf, command, jsonCommand, refusalOf } from '../support/command.ts';
import { figure, fixtureRelease } from '../support/fixture-releases.ts';
import { billFile, type Channel, newChannel, onNode, samples, temporaryFolder } from '../support/nodes.ts';

type Verified = UseCaseResult<'verify'>;
type RecordVerification = Extract<Verified, { readonly record: unknown }>['record'];

let channel: Channel;
let record: string;
const RECORD_PAGE = 'the record stands in its page';
const EVIDENCE = 'the evidence is what was committed to';

before(async () => {
  channel = await newChannel();
  const file = billFile(join(temporaryFolder(), 'bills.csv'), [
    'T-1,electricity,2023-01-01,2023-02-01,exclusive,1000,kWh,DE',
    'T-2,electricity,2023-01-01,2023-02-01,exclusive,2000,kWh,DE',
  ]);
  const { lines } = await answerOf<RecordAnswer>(['record', channel.acme, file]);
  record = lines[0]?.recordId as string;
});

/** A copy of ACME's folder, so that each test tampers with its own. */
function copyOfAcme(): string {
  const folder = join(temporaryFolder(), 'acme');
  cpSync(channel.acme, folder, { recursive: true });
  return folder;
}

async function verifyRecord(folder: string, id: string): Promise<{ code: number | null; told: RecordVerification }> {
  const { code, answer } = await jsonCommand<Verified>(['verify', folder, id]);
  assert.ok('record' in answer);
  return { code, told: answer.record };
}

function resultOf({ checks }: RecordVerification, name: string): string | undefined {
  return checks.find(({ check }) => check === name)?.result;
}

/** Rewrites the read model and the state so that both agree on a record that is not in the block. Gives its id. */
async function forgeCaches(folder: string): Promise<string> {
  const blocks = await onNode(folder, (_call, { ledger }) => Array.fromAsync(ledger.blocks(0)));
  let forged = '';
  const told = blocks.map((block): Block => {
    const transactions = block.transactions.map((transaction) => {
      if (transaction.name !== 'records.submit') return transaction;
      const page = JSON.parse(transaction.args) as { records: ActivityRecord[] };
      const records = page.records.map((one, at) => (at === 0 ? { ...one, meter: 'f'.repeat(64) } : one));
      const ids = records.map((one) => leafHash(JSON.stringify(one)));
      forged = ids[0] as string;
      const state = new DatabaseSync(join(folder, 'ledger', 'state.db'));
      const { changes } = state
        .prepare("UPDATE world SET value = json_set(value, '$.root', ?) WHERE key = ?")
        .run(merkleRoot(ids), `page/${transaction.id}`);
      state.close();
      assert.equal(changes, 1);
      return { ...transaction, args: JSON.stringify({ ...page, records }) };
    });
    return { ...block, transactions };
  });
  const path = join(folder, 'inventory.db');
  Inventory.drop(path);
  const inventory = Inventory.open(path);
  for (const block of told) inventory.apply(block);
  inventory.close();
  return forged;
}

test('a record that stands in read model and state alone does not verify', async () => {
  const folder = copyOfAcme();
  assert.equal((await verifyRecord(folder, record)).code, 0);
  const forged = await forgeCaches(folder);
  const { code, told } = await verifyRecord(folder, forged);
  assert.deepEqual([code, told.numberVerified, resultOf(told, RECORD_PAGE)], [5, false, 'failed']);
  assert.equal(resultOf(told, 'the arithmetic gives the same figures'), 'not-verified');
  const { stdout } = await command(['verify', folder, forged]);
  assert.match(stdout, /The number DOES NOT VERIFY; the evidence/);
});

test('a state that says another place of the transaction does not verify', async () => {
  for (const change of ['position = position + 1', 'height = 0']) {
    const folder = copyOfAcme();
    const page = await onNode(folder, async (_call, { inventory }) => inventory.record(record)?.page as string);
    const state = new DatabaseSync(join(folder, 'ledger', 'state.db'));
    state.prepare(`UPDATE transactions SET ${change} WHERE id = ?`).run(Buffer.from(page, 'hex'));
    state.close();
    const { code, told } = await verifyRecord(folder, record);
    assert.deepEqual([code, told.numberVerified], [5, false]);
    assert.equal(resultOf(told, 'the page stands on the ledger'), 'failed');
  }
});

test('without the store a record is not verified, which is no failure, and every release is named as missing', async () => {
  const folder = copyOfAcme();
  for (const name of readdirSync(folder)) if (name.startsWith('factors.db')) rmSync(join(folder, name));
  const { told } = await verifyRecord(folder, record);
  assert.deepEqual(
    told.checks.filter(({ result }) => result !== 'passed').map(({ check, result }) => [check, result]),
    [['the rule chooses the same factors', 'not-verified']],
  );
  const { stdout, code } = await command(['verify', folder, record]);
  assert.deepEqual([code, /The number is not verified;/.test(stdout), /DOES NOT/.test(stdout)], [5, true, false]);
  const factors = await jsonCommand<UseCaseResult<'verifyFactors'>>(['factors', 'verify', folder]);
  assert.deepEqual([factors.code, factors.answer.releases, factors.answer.problems.length], [5, 0, 38]);
  assert.ok(factors.answer.problems.every(({ message }) => /not held here/.test(message)));
});

test('a release that the store has and the ledger lacks is told', async () => {
  await onNode(copyOfAcme(), async (call, { factors }) => {
    const ref = { publisher: 'acme', dataset: 'own', version: '1' };
    const { manifest, rows } = fixtureRelease(ref, '2024-01-01', [{ id: 'OWN:1', year: 2023, co2e: figure('0.1') }]);
    await factors.importRelease({ manifest, rows });
    const { problems } = await call('verifyFactors', {});
    assert.deepEqual(
      problems.map(({ release }) => release),
      ['acme/own/1'],
    );
    assert.match(problems[0]?.message ?? '', /not on the ledger/);
  });
});

test('a dry run shows no figure of a row that was changed in the store', async () => {
  const folder = copyOfAcme();
  const factors = new DatabaseSync(join(folder, 'factors.db'));
  const { changes } = factors
    .prepare(
      `UPDATE factor SET content = replace(content, '"316"', '"31.6"') WHERE content LIKE '%"EEA-2025:DE:2023"%'`,
    )
    .run();
  factors.close();
  assert.equal(changes, 1);
  const file = billFile(join(temporaryFolder(), 'b.csv'), [
    'T-9,electricity,2023-01-01,2023-02-01,exclusive,1000,kWh,DE',
  ]);
  const refusal = await refusalOf(['record', folder, file, '--dry-run']);
  assert.deepEqual([refusal.code, refusal.exit, refusal.where], ['FACTOR_PROOF_INVALID', 5, 'EEA-2025:DE:2023']);
  // The record's own rows stand in its page, so only the choice is left open.
  const { told } = await verifyRecord(folder, record);
  assert.equal(resultOf(told, 'the rule chooses the same factors'), 'not-verified');
  assert.equal(resultOf(told, 'each factor stands in its release'), 'passed');
});

test('a document that a backup brought back after its erasure is told', async () => {
  const folder = copyOfAcme();
  const backup = temporaryFolder();
  for (const part of ['archive', 'documents']) cpSync(join(folder, part), join(backup, part), { recursive: true });
  const erase = ['document', 'erase', folder, record, '--order', 'case-1', '--reason', 'data-subject-request'];
  const { commitment } = await answerOf<UseCaseResult<'eraseDocument'>>(erase);
  for (const part of ['archive', 'documents']) {
    rmSync(join(folder, part), { recursive: true });
    cpSync(join(backup, part), join(folder, part), { recursive: true });
  }
  const { code, answer } = await jsonCommand<UseCaseResult<'verifyDocuments'>>(['document', 'verify', folder]);
  const back = answer.find((one) => one.commitment === commitment);
  assert.deepEqual([code, back?.state], [5, 'not-verified']);
  assert.match(back?.reason ?? '', /the ledger says erased, and its bytes are here/);
  const verified = await verifyRecord(folder, record);
  assert.deepEqual([verified.code, resultOf(verified.told, EVIDENCE)], [5, 'failed']);
  assert.equal(verified.told.numberVerified, true);
});

test('a number verifies without its evidence; where evidence is demanded, missing evidence is no pass', async () => {
  const folder = copyOfAcme();
  const demanded = async () => (await command(['verify', folder, record, '--evidence'])).code;
  assert.equal(await demanded(), 0);
  for (const name of readdirSync(join(folder, 'documents')))
    rmSync(join(folder, 'documents', name), { recursive: true });
  const { code, told } = await verifyRecord(folder, record);
  assert.deepEqual([code, told.numberVerified, told.evidenceVerified], [0, true, false]);
  assert.equal(await demanded(), 5);
  const { code: misused, stderr } = await command(['verify', folder, '--evidence']);
  assert.equal(misused, 2);
  assert.match(stderr, /OPTION_INVALID.*\(--evidence\)\n.*Name it: uec verify DIR RECORD --evidence/);
});

test('evidence is the best of the documents; a voided record verifies and is told to count in no total', async () => {
  const folder = copyOfAcme();
  const bill = join(samples, 'acme/bills/harbor-office-2022-01.pdf');
  await answerOf(['document', 'attach', folder, bill, record]);
  await answerOf(['document', 'erase', folder, record, '--order', 'case-2', '--reason', 'data-subject-request']);
  const attached = await verifyRecord(folder, record);
  assert.deepEqual(
    [attached.told.evidenceVerified, attached.told.state, attached.told.counted],
    [true, 'active', true],
  );
  await answerOf(['void', folder, record, '--reason', 'entered-in-error']);
  const voided = await verifyRecord(folder, record);
  assert.deepEqual([voided.code, voided.told.state, voided.told.counted], [0, 'voided', false]);
  const { stdout } = await command(['verify', folder, record]);
  assert.match(stdout, /the record counts: voided/);
  assert.match(stdout, /The number verifies; the evidence verifies\. The record counts in no total: voided\./);
});

test('a folder with the ledger of another channel is not opened; a key that the channel does not know is told', async () => {
  const folder = copyOfAcme();
  const config = join(folder, 'node.json');
  const own = readFileSync(config, 'utf8');
  writeFileSync(config, JSON.stringify({ ...JSON.parse(own), channel: 'uec-other' }));
  const refusal = await refusalOf(['status', folder]);
  assert.deepEqual([refusal.code, refusal.exit, refusal.where], ['CONFIG_INVALID', 2, config]);
  writeFileSync(config, own);
  const notices = async () => (await answerOf<UseCaseResult<'status'>>(['status', folder])).notices;
  assert.deepEqual(await notices(), []);
  copyFileSync(join(channel.beta, 'keys', 'member.pem'), join(folder, 'keys', 'member.pem'));
  assert.match((await notices()).join('\n'), /member\.pem is not one that the channel knows for ACME/);
});

test('a ledger put back from a backup is told by the read model that knew more, and by a head noted before', async () => {
  const folder = copyOfAcme();
  const backup = temporaryFolder();
  cpSync(join(folder, 'ledger'), backup, { recursive: true });
  const file = billFile(join(temporaryFolder(), 'c.csv'), ['T-3,electricity,2023-01-01,2023-02-01,exclusive,5,kWh,DE']);
  await answerOf(['record', folder, file]);
  const head = await onNode(folder, async (call) => {
    const answer = await call('verify', {});
    assert.ok('ledger' in answer);
    assert.deepEqual(answer.ledger.notices, []);
    const again = await call('verify', { head: answer.ledger.head });
    assert.ok('ledger' in again);
    assert.deepEqual([again.ledger.found, again.ledger.faults], [answer.ledger.blocks - 1, []]);
    await assert.rejects(call('verify', { head: 'abc' }), { code: 'OPTION_INVALID' });
    await assert.rejects(call('verify', { head: answer.ledger.head, record }), { code: 'OPTION_INVALID' });
    return answer.ledger.head;
  });
  rmSync(join(folder, 'ledger'), { recursive: true });
  cpSync(backup, join(folder, 'ledger'), { recursive: true });
  // The first command meets it, every later one still says so.
  await answerOf(['records', folder]);
  const { stdout } = await command(['verify', folder]);
  assert.match(stdout, /^notice: .*the read model is of another ledger: it has \d+ blocks, the ledger \d+/m);
  const { notices } = await answerOf<UseCaseResult<'status'>>(['status', folder]);
  assert.equal(notices.length, 1);
  await onNode(folder, async (call) => {
    const answer = await call('verify', { head });
    assert.ok('ledger' in answer);
    assert.deepEqual([answer.ledger.found, answer.ledger.faults[0]?.where], [null, '--head']);
  });
});
