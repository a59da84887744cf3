import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  acme,
  audit,
  beta,
  correctedTarget,
  factorsOf,
  fixtureChannel,
  gasLine,
  line,
  meterA,
  meterB,
  pageOf,
  record,
  recordOf,
  refuseRecord,
} from '../../test/support/fixture-channel.ts';
import type { ProvenRecord } from './proven-record.ts';
import { type ActivityRecord, type RecordFacts, recordId } from './record.ts';

const year = `meter/ACME/${meterA}/electricity/delivered/2022`;

interface Correction {
  readonly facts: Partial<RecordFacts>;
  readonly target: ProvenRecord;
  readonly kind?: 'supersedes' | 'adjusts';
  readonly key?: string;
}

function correction({ facts, target, kind = 'supersedes', key = 'correction' }: Correction): {
  made: ActivityRecord;
  args: object;
} {
  const follows = { record: recordId(target.record), reason: 'estimate-replaced' } as const;
  const made = recordOf(line({ ...facts, [kind]: follows }));
  return { made, args: { factors: factorsOf([made]), key, record: made, target } };
}

test('T20: an actual reading supersedes the estimate; one of the two counts', async () => {
  const channel = await fixtureChannel();
  const { ids, targets } = await record(channel, acme, [line({ readBasis: 'estimated' })]);
  const [target] = targets as [ProvenRecord];
  const { made, args } = correction({ facts: { quantity: '1080' }, target });
  const { transactionId, result, event } = await channel.submit(acme, 'records.correct', args);
  // 1080 x 0.373127954
  assert.equal(made.location?.co2e, '402.97819');
  const digest = { count: 1, owner: 'ACME', root: recordId(made) };
  assert.deepEqual(result, { ...digest, transaction: transactionId });
  assert.deepEqual(channel.state(`page/${transactionId}`), digest);
  assert.equal(event?.name, 'RecordsSubmitted');
  assert.deepEqual(channel.state(`record/${ids[0]}`), {
    adjustments: [],
    by: recordId(made),
    owner: 'ACME',
    reason: 'estimate-replaced',
    state: 'superseded',
  });
  assert.deepEqual(channel.state(year), {
    entries: [['2022-03-01', '2022-04-01', recordId(made)]],
    retired: [ids[0]],
  });
  assert.deepEqual((await channel.submit(acme, 'records.correct', args)).writes, new Map());
});

test('a correction may move a record to other dates and another meter', async () => {
  const channel = await fixtureChannel();
  const { targets, ids } = await record(channel, acme, [line()]);
  const moved = { start: '2021-12-20', end: '2022-01-10', meter: meterB };
  const { args, made } = correction({ facts: moved, target: targets[0] as ProvenRecord });
  await channel.submit(acme, 'records.correct', args);
  assert.deepEqual(channel.state(year), { entries: [], retired: ids });
  for (const calendar of [2021, 2022]) {
    const entries = [['2021-12-20', '2022-01-10', recordId(made)]];
    assert.deepEqual(channel.state(`meter/ACME/${meterB}/electricity/delivered/${calendar}`), { entries, retired: [] });
  }
  // The place it left is free for other content; the superseded content itself does not come back unnoticed.
  await refuseRecord(channel, acme, recordOf(line()), { code: 'RECORD_VOIDED' });
  await record(channel, acme, [line({ quantity: '999' })]);
});

test('a correction is checked like any record, against all periods but the one it replaces', async () => {
  const channel = await fixtureChannel();
  const { targets, ids } = await record(channel, acme, [line(), line({ start: '2022-04-01', end: '2022-05-01' })]);
  const [target] = targets as [ProvenRecord];
  const into = correction({ facts: { end: '2022-04-02' }, target });
  await channel.refuse(acme, 'records.correct', into.args, {
    code: 'PERIOD_OVERLAP',
    recordId: recordId(into.made),
    otherRecordId: ids[1] as string,
  });
  const { args, made } = correction({ facts: { quantity: '2' }, target });
  const bent = { ...args, record: { ...made, energy: '3' } };
  await channel.refuse(acme, 'records.correct', bent, { code: 'ARITHMETIC_MISMATCH', where: 'energy' });
  const foreign = { ...args, record: { ...made, owner: beta.member } };
  await channel.refuse(acme, 'records.correct', foreign, { code: 'NOT_OWNER', where: 'owner' });
  const future = { timestamp: '2022-03-30T00:00:00.000Z' };
  await channel.refuse(acme, 'records.correct', args, { code: 'PERIOD_FUTURE' }, future);
});

test('a corrected record is corrected through its successor', async () => {
  const channel = await fixtureChannel();
  const { targets, ids } = await record(channel, acme, [line()]);
  const [target] = targets as [ProvenRecord];
  const first = correction({ facts: { quantity: '1080' }, target });
  const committed = await channel.submit(acme, 'records.correct', first.args);
  const again = correction({ facts: { quantity: '1090' }, target, key: 'again' });
  const otherRecordId = recordId(first.made);
  const superseded = { code: 'RECORD_NOT_ACTIVE', recordId: ids[0] as string, otherRecordId } as const;
  await channel.refuse(acme, 'records.correct', again.args, superseded);
  await channel.refuse(acme, 'records.void', { key: 'v', reason: 'misread', targets: [target] }, superseded);
  const next = correction({
    facts: { quantity: '1090' },
    target: correctedTarget(committed, first.made),
    key: 'next',
  });
  await channel.submit(acme, 'records.correct', next.args);
  assert.equal(channel.state<{ by: string }>(`record/${otherRecordId}`)?.by, recordId(next.made));
});

test('an adjustment adds to an active record, within its line, place and period, and is not entered', async () => {
  const channel = await fixtureChannel();
  const { targets, ids } = await record(channel, acme, [line()]);
  const [target] = targets as [ProvenRecord];
  const before = channel.state(year);
  const kind = 'adjusts';
  const { args, made } = correction({ facts: { quantity: '80' }, target, kind });
  await channel.submit(acme, 'records.correct', args);
  const second = correction({
    facts: { quantity: '5', start: '2022-03-10', end: '2022-03-11' },
    target,
    kind,
    key: 'second',
  });
  await channel.submit(acme, 'records.correct', second.args);
  assert.deepEqual(channel.state(`record/${ids[0]}`), {
    adjustments: [recordId(made), recordId(second.made)],
    owner: 'ACME',
    state: 'active',
  });
  assert.deepEqual(channel.state(year), before);
  await channel.refuse(
    acme,
    'records.correct',
    { ...args, key: 'third' },
    {
      code: 'RECORD_DUPLICATE',
      recordId: recordId(made),
    },
  );
  for (const [facts, where] of [
    [{ meter: meterB }, 'meter'],
    [{ flow: 'net-only' }, 'meter'],
    [gasLine(), 'meter'],
    [{ place: { country: 'US', region: 'CAMX' } }, 'place'],
    [{ end: '2022-04-02' }, 'start'],
    [{ start: '2022-02-28' }, 'start'],
    [{ start: '2023-03-01', end: '2023-04-01' }, 'start'],
  ] as const) {
    const elsewhere = correction({ facts, target, kind, key: 'elsewhere' });
    await channel.refuse(acme, 'records.correct', elsewhere.args, { code: 'ARGUMENTS_INVALID', where });
  }
});

test('an adjustment is not corrected but voided', async () => {
  const channel = await fixtureChannel();
  const { targets } = await record(channel, acme, [line()]);
  const kind = 'adjusts';
  const adjusted = correction({ facts: { quantity: '80' }, target: targets[0] as ProvenRecord, kind });
  const committed = await channel.submit(acme, 'records.correct', adjusted.args);
  const target = correctedTarget(committed, adjusted.made);
  const id = recordId(adjusted.made);
  for (const kind of ['supersedes', 'adjusts'] as const) {
    const { args } = correction({ facts: { quantity: '70' }, target, kind, key: 'other' });
    await channel.refuse(acme, 'records.correct', args, { code: 'ARGUMENTS_INVALID', recordId: id });
  }
  const before = channel.state(year);
  await channel.submit(acme, 'records.void', { key: 'v', reason: 'misread', targets: [target] });
  assert.equal(channel.state<{ state: string }>(`record/${id}`)?.state, 'voided');
  assert.deepEqual(channel.state(year), before);
});

test('a correction names the record that it follows, and one way of following', async () => {
  const channel = await fixtureChannel();
  const { targets } = await record(channel, acme, [line()]);
  const [target] = targets as [ProvenRecord];
  const follows = { record: recordId(target.record), reason: 'misread' } as const;
  const other = { ...follows, record: 'd'.repeat(64) };
  for (const change of [
    {},
    { supersedes: follows, adjusts: follows },
    { supersedes: other },
    { adjusts: other },
    { supersedes: follows, replaces: follows.record },
  ]) {
    const made = recordOf(line({ quantity: '2', ...change }));
    const args = { factors: factorsOf([made]), key: 'k', record: made, target };
    await channel.refuse(acme, 'records.correct', args, { code: 'ARGUMENTS_INVALID', where: 'record' });
  }
});

test('a target must be proven: its content, index, path and page', async () => {
  const channel = await fixtureChannel();
  const { targets, ids } = await record(
    channel,
    acme,
    [1, 2, 3].map((day) => line({ start: `2022-03-0${day}`, end: `2022-03-0${day + 1}` })),
  );
  const { committed } = await record(channel, beta, [line()]);
  const target = targets[1] as ProvenRecord;
  const id = ids[1] as string;
  const flipped = target.path.with(0, 'e'.repeat(64));
  for (const [change, code] of [
    [{ index: 0 }, 'RECORD_PROOF_INVALID'],
    [{ index: 3 }, 'RECORD_PROOF_INVALID'],
    [{ path: flipped }, 'RECORD_PROOF_INVALID'],
    [{ path: [] }, 'RECORD_PROOF_INVALID'],
    [{ page: committed.transactionId }, 'RECORD_PROOF_INVALID'],
    [{ page: 'e'.repeat(64) }, 'RECORD_NOT_FOUND'],
  ] as const) {
    const args = { key: 'v', reason: 'misread', targets: [{ ...target, ...change }] };
    await channel.refuse(acme, 'records.void', args, { code, recordId: id });
  }
  const invented = recordOf(line({ quantity: '5' }));
  const args = { key: 'v', reason: 'misread', targets: [{ ...target, record: invented }] };
  await channel.refuse(acme, 'records.void', args, { code: 'RECORD_PROOF_INVALID', recordId: recordId(invented) });
});

test("somebody else's record is neither corrected nor voided", async () => {
  const channel = await fixtureChannel();
  const { targets, ids } = await record(channel, beta, [line()]);
  const [target] = targets as [ProvenRecord];
  const expected = { code: 'NOT_OWNER', recordId: ids[0] as string, member: beta.member } as const;
  const voiding = { key: 'v', reason: 'misread', targets: [target] };
  await channel.refuse(acme, 'records.void', voiding, expected);
  await channel.refuse(acme, 'records.correct', correction({ facts: { quantity: '2' }, target }).args, expected);
  await channel.refuse(audit, 'records.void', voiding, { code: 'NOT_ALLOWED' });
  // The record of another member passed off as one's own does not lead to its page.
  const own = { ...target, record: { ...target.record, owner: acme.member } };
  await channel.refuse(acme, 'records.void', { ...voiding, targets: [own] }, { code: 'RECORD_PROOF_INVALID' });
});

test('voided content is recorded again by naming what it replaces', async () => {
  const channel = await fixtureChannel();
  const { targets, ids } = await record(channel, acme, [line({ start: '2021-12-20', end: '2022-01-10' }), line()]);
  const [first, second] = ids as [string, string];
  const voiding = { key: 'v', reason: 'entered-in-error', targets };
  const { result, writes } = await channel.submit(acme, 'records.void', voiding);
  assert.deepEqual(result, { voided: ids });
  assert.deepEqual(channel.state(`record/${second}`), {
    adjustments: [],
    owner: 'ACME',
    reason: 'entered-in-error',
    state: 'voided',
  });
  assert.equal([...writes.keys()].filter((key) => key.startsWith('meter/')).length, 2);
  assert.deepEqual(channel.state(year), { entries: [], retired: ids });
  await channel.refuse(acme, 'records.void', { ...voiding, key: 'w' }, { code: 'RECORD_NOT_ACTIVE', recordId: first });
  await refuseRecord(channel, acme, recordOf(line()), { code: 'RECORD_VOIDED' });
  const unknown = recordOf(line({ replaces: 'd'.repeat(64) }));
  await refuseRecord(channel, acme, unknown, { code: 'RECORD_NOT_FOUND', where: 'replaces' });
  const otherMeter = recordOf(line({ meter: meterB, replaces: second }));
  await refuseRecord(channel, acme, otherMeter, { code: 'RECORD_NOT_FOUND', where: 'replaces' });
  const again = recordOf(line({ replaces: second }));
  await channel.submit(acme, 'records.submit', pageOf([again]));
  await refuseRecord(channel, acme, recordOf(line({ quantity: '7' })), {
    code: 'PERIOD_OVERLAP',
    otherRecordId: recordId(again),
  });
});

test('one voiding takes out several records or none', async () => {
  const channel = await fixtureChannel();
  const { targets, ids } = await record(channel, acme, [line(), line({ meter: meterB })]);
  const [first, second] = targets as [ProvenRecord, ProvenRecord];
  const twice = { key: 'v', reason: 'misread', targets: [first, second, first] };
  await channel.refuse(acme, 'records.void', twice, { code: 'ARGUMENTS_INVALID', recordId: ids[0] as string });
  const where = 'arguments.targets';
  await channel.refuse(acme, 'records.void', { ...twice, targets: [] }, { code: 'FIELD_INVALID', where });
  const many = Array.from({ length: 501 }, () => ({ ...first, path: [] }));
  await channel.refuse(acme, 'records.void', { ...twice, targets: many }, { code: 'FIELD_INVALID', where });
  const because = { ...twice, reason: 'because', targets: [first] };
  await channel.refuse(acme, 'records.void', because, { code: 'FIELD_INVALID', where: 'arguments.reason' });
  // An unproven record with an endless period costs no more than any other.
  const endless = { ...first, record: { ...first.record, start: '0000-01-01', end: '2200-12-31' } };
  await channel.refuse(acme, 'records.void', { ...twice, targets: [endless] }, { code: 'RECORD_PROOF_INVALID' });
  assert.deepEqual(channel.keys('record/'), []);
});

test('a new record of a correction stands on a release that is not withdrawn', async () => {
  const channel = await fixtureChannel();
  const { targets } = await record(channel, acme, [line()]);
  const release = { dataset: 'egrid', publisher: 'us-epa', version: 'fixture' };
  await channel.submit(acme, 'factors.withdraw', { reason: 'wrong', release });
  const [target] = targets as [ProvenRecord];
  const { args } = correction({ facts: { quantity: '2' }, target });
  await channel.refuse(acme, 'records.correct', args, { code: 'RELEASE_WITHDRAWN' });
  await channel.submit(acme, 'records.void', { key: 'v', reason: 'factor-withdrawn', targets: [target] });
});
