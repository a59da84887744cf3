// Evidence from keeping to erasing, and what an auditor can do, on nodes of three members.
import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import type { RecordAnswer, UseCaseResult } from '../../src/node/index.ts';
import { answerOf, jsonCommand, refusalOf } from '../support/command.ts';
import {
  billFile,
  type Channel,
  filesBelow,
  newChannel,
  onNode,
  samples,
  temporaryFolder,
  together,
} from '../support/nodes.ts';

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
  assert.deepEqual(
    verified.map(({ state }) => state),
    ['matches', 'matches', 'matches'],
  );
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
});

test('other answers and verdicts: refused, changed bytes, not presented', async () => {
  const folder = temporaryFolder();
  await together(channel, async ({ acme, beta, audit }) => {
    const ask = (record: string) => audit('requestDocument', { record, purpose: 'sample', deadline: '2099-12-31' });
    const refused = await ask(second);
    assert.equal((await acme('answerRequest', { request: refused.id, refuse: 'with counsel' })).answer, 'refused');
    await assert.rejects(acme('answerRequest', { request: refused.id, refuse: 'twice' }), { code: 'DOCUMENT_STATE' });
    const withheld = (await acme('documents', {})).documents.find(({ records }) => records.includes(second));
    assert.equal(withheld?.onLedger, 'withheld');

    const changed = await ask(second);
    await assert.rejects(acme('answerRequest', { request: changed.id }), { code: 'OPTION_INVALID' });
    const opening = join(folder, 'opening');
    await acme('answerRequest', { request: changed.id, offer: opening });
    await assert.rejects(acme('answerRequest', { request: (await ask(second)).id, offer: opening }), {
      code: 'FILE_UNREADABLE',
    });
    await assert.rejects(audit('giveVerdict', { request: changed.id, opening: join(samples, 'README.md') }), {
      code: 'FILE_KIND_UNKNOWN',
    });
    const bytes = readFileSync(opening);
    bytes[bytes.length - 2] = (bytes.at(-2) as number) ^ 1;
    writeFileSync(opening, bytes);
    const verdict = await audit('giveVerdict', { request: changed.id, opening });
    assert.deepEqual([verdict.verdict, verdict.check?.state], ['does-not-match', 'does-not-match']);
    await assert.rejects(beta('requestDocument', { record: first, purpose: 'x', deadline: '2099-12-31' }), {
      code: 'NOT_ALLOWED',
    });
    await assert.rejects(acme('answerRequest', { request: '0'.repeat(64), refuse: 'x' }), { code: 'NOT_FOUND' });
  });
});

test('attach: evidence for a record, kept once; a second time and a refusal leave nothing', async () => {
  const file = join(samples, 'beta/bills/werk-nord-2023-01.pdf');
  const status = await answerOf<UseCaseResult<'attachDocument'>>(['document', 'attach', channel.acme, file, second]);
  assert.deepEqual(status.records, [second]);
  await together(channel, async ({ acme, beta }) => {
    const kept = (await acme('documents', {})).documents.length;
    await assert.rejects(beta('attachDocument', { file, records: [second] }), { code: 'NOT_OWNER' });
    assert.equal((await beta('documents', {})).documents.filter(({ state }) => state === 'kept').length, 0);
    assert.equal((await acme('documents', {})).documents.length, kept);
  });
});

test('a correction that is refused leaves no document', async () => {
  await onNode(channel.acme, async (acme) => {
    const kept = async (): Promise<number> => (await acme('documents', {})).documents.length;
    const before = await kept();
    const document = join(samples, 'acme/bills/houston-2022-12.pdf');
    for (const [quantity, code] of [
      ['-5', 'QUANTITY_NEGATIVE'],
      ['1e3', 'DECIMAL_INVALID'],
      ['', 'QUANTITY_BLANK'],
    ] as const)
      await assert.rejects(acme('correct', { record: second, reason: 'misread', quantity, document }), { code });
    await assert.rejects(acme('correct', { record: second, reason: 'wrong-dates', end: '2098-01-01', document }));
    await assert.rejects(acme('correct', { record: second, reason: 'misread', quantity: '1', document: '/nowhere' }), {
      code: 'FILE_UNREADABLE',
    });
    assert.equal(await kept(), before);
  });
});

test('a hold forbids erasing; erased, no byte of document or key is left, and the number still verifies', async () => {
  const hold = ['--until', '2099-12-31', '--reason', 'tax-law'];
  await answerOf(['document', 'hold', channel.acme, commitment.slice(0, 12), ...hold]);
  const erase = ['document', 'erase', channel.acme, first, '--order', 'case-7', '--reason', 'data-subject-request'];
  const held = await refusalOf(erase);
  assert.deepEqual([held.code, held.exit], ['LEGAL_HOLD', 3]);
  assert.match(held.message, /2099-12-31.*tax-law/);
  await answerOf(['document', 'hold', channel.acme, commitment, '--lift']);
  const kDoc = await onNode(channel.acme, async (_call, node) => (await node.archive.disclose(commitment)).kDoc);
  const erasure = await answerOf<UseCaseResult<'eraseDocument'>>(erase);
  assert.deepEqual([erasure.commitment, erasure.evidence.complete, erasure.disclosedTo], [commitment, true, ['AUDIT']]);
  assert.match(erasure.transactionId ?? '', /^[0-9a-f]{64}$/);
  const key = Buffer.from(kDoc, 'hex');
  const needles = [
    key,
    Buffer.from(kDoc),
    Buffer.from(key.toString('base64')),
    bill.subarray(0, 64),
    bill.subarray(-64),
  ];
  for (const name of filesBelow(channel.acme)) {
    const bytes = readFileSync(join(channel.acme, name));
    for (const needle of needles) assert.equal(bytes.includes(needle), false, `something is left in ${name}`);
  }
  const verified = await answerOf<UseCaseResult<'verify'>>(['verify', channel.acme, first]);
  assert.ok('record' in verified && verified.record.numberVerified && !verified.record.evidenceVerified);
  await onNode(channel.audit, async (audit) => {
    const there = await audit('verify', { record: first });
    assert.ok('record' in there && there.record.numberVerified && !there.record.evidenceVerified);
    await assert.rejects(audit('requestDocument', { record: first, purpose: 'x', deadline: '2099-12-31' }), {
      code: 'DOCUMENT_ERASED',
    });
  });
  const again = await answerOf<UseCaseResult<'eraseDocument'>>(erase);
  assert.deepEqual([again.evidence, again.transactionId], [erasure.evidence, null]);
  // The others are still checked, and what was erased on order is no failure.
  const others = await answerOf<UseCaseResult<'verifyDocuments'>>(['document', 'verify', channel.acme]);
  assert.ok(others.length > 0 && others.every(({ state }) => state === 'matches'));
  const named = await jsonCommand<UseCaseResult<'verifyDocuments'>>(['document', 'verify', channel.acme, first]);
  assert.deepEqual([named.code, named.answer[0]?.state], [5, 'not-verified']);
});

test('a stored document that is damaged does not match, is lost, and the channel is told when asked', async () => {
  const rows = ['D-1,electricity,2022-01-01,2022-02-01,exclusive,100,kWh,DE'];
  const file = billFile(join(temporaryFolder(), 'bills.csv'), rows);
  const { documents: before } = await onNode(channel.acme, (acme) => acme('documents', {}));
  const { lines } = await onNode(channel.acme, (acme) => acme('record', { files: [file], read: {} }));
  const { documents: after } = await onNode(channel.acme, (acme) => acme('documents', {}));
  const fresh = after.find((one) => !before.some(({ commitment: known }) => known === one.commitment))
    ?.commitment as string;
  const stored = filesBelow(join(channel.acme, 'documents'))
    .map((name) => join(channel.acme, 'documents', name))
    .filter((path) => !path.endsWith('.erased'));
  const newest = stored.sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)[0] as string;
  const bytes = readFileSync(newest);
  bytes[bytes.length - 5] = (bytes.at(-5) as number) ^ 0xff;
  writeFileSync(newest, bytes);
  const verified = await jsonCommand<UseCaseResult<'verifyDocuments'>>(['document', 'verify', channel.acme, fresh]);
  assert.deepEqual([verified.code, verified.answer[0]?.state], [5, 'does-not-match']);
  const scrubbed = await jsonCommand<UseCaseResult<'scrubDocuments'>>([
    'document',
    'scrub',
    channel.acme,
    '--announce',
  ]);
  assert.deepEqual([scrubbed.code, scrubbed.answer.announced], [5, [fresh]]);
  assert.deepEqual(
    scrubbed.answer.findings.map(({ finding }) => finding),
    ['corrupt'],
  );
  await onNode(channel.acme, async (acme) => {
    const shown = await acme('show', { record: lines[0]?.recordId as string });
    assert.deepEqual(
      shown.documents.map(({ state }) => state),
      ['lost'],
    );
    assert.equal((await acme('fsck', {})).ok, false);
  });
});
