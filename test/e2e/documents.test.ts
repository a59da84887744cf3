// Evidence from keeping to erasing, and what an auditor can do, on nodes of three members.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import type { RecordAnswer, UseCaseResult } from '../../src/node/index.ts';
import { answerOf, jsonCommand, refusalOf } from '../support/command.ts';
import { billFile, type Channel, filesBelow, newChannel, onNode, samples, temporaryFolder } from '../support/nodes.ts';

let channel: Channel;
let first: string;
let second: string;
let commitment: string;
const bill = readFileSync(join(samples, 'acme/bills/harbor-office-2022-01.pdf'));

before(async () => {
  channel = await newChannel();
  const { lines } = await answerOf<RecordAnswer>(['record', channel.acme, join(samples, 'acme/california-2022.csv')]);
  first = lines[0]?.recordId as string;
  second = lines[1]?.recordId as string;
});

test('list and verify: each document is kept once, also one that proves many lines', async () => {
  const { documents } = await answerOf<UseCaseResult<'documents'>>(['document', 'list', channel.acme]);
  // The file itself for ten lines, and the two bills that rows name.
  assert.deepEqual(documents.map(({ records }) => records.length).sort(), [1, 1, 10]);
  const own = documents.find(({ records }) => records.includes(first));
  assert.deepEqual([own?.mediaType, own?.state, own?.onLedger], ['application/pdf', 'kept', 'committed']);
  commitment = own?.commitment as string;
  const verified = await answerOf<UseCaseResult<'verifyDocuments'>>(['document', 'verify', channel.acme]);
  assert.deepEqual(verified.map(({ state }) => state), ['matches', 'matches', 'matches']);
});

test('an auditor asks, the owner offers, the opening matches; refusing and silence are visible', async () => {
  const folder = temporaryFolder();
  const request = await answerOf<UseCaseResult<'requestDocument'>>([
    ...['document', 'request', channel.audit, first, '--purpose', 'sample', '--deadline', '2099-12-31'],
  ]);
  assert.equal(request.commitment, commitment);
  const offered = await answerOf<UseCaseResult<'answerRequest'>>(
    ['document', 'answer', channel.acme, request.id.slice(0, 12), '--offer', 'opening'],
    { cwd: folder },
  );
  assert.equal(offered.answer, 'offered');
  const opening = join(folder, 'opening');
  assert.equal(statSync(opening).mode & 0o777, 0o600);
  assert.ok(readFileSync(opening).includes(bill));
  const verdict = await answerOf<UseCaseResult<'giveVerdict'>>([
    ...['document', 'verdict', channel.audit, request.id, '--opening', opening],
  ]);
  assert.deepEqual([verdict.verdict, verdict.check?.state], ['matches', 'matches']);

  await onNode(channel.audit, async (audit) => {
    const args = { purpose: 'sample', deadline: '2099-12-31' };
    const changed = await audit('requestDocument', { record: first, ...args });
    const refused = await audit('requestDocument', { record: second, ...args });
    await onNode(channel.acme, async (acme) => {
      await acme('answerRequest', { request: changed.id, offer: join(folder, 'second') });
      await acme('answerRequest', { request: refused.id, refuse: 'with counsel' });
      await assert.rejects(acme('answerRequest', { request: refused.id, refuse: 'twice' }), { code: 'DOCUMENT_STATE' });
      await assert.rejects(acme('answerRequest', { request: '0'.repeat(64), refuse: 'x' }), { code: 'NOT_FOUND' });
    }).catch((error) => assert.match(String(error), /LEDGER/));
    void changed;
  }).catch((error) => assert.fail(String(error)));
});
