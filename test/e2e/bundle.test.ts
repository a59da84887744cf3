// A record taken away from its node as a file, and checked without the node: by what the command does, on a channel of three members.
import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import type { BundleVerification } from '../../src/bundles/index.ts';
import type { RecordAnswer } from '../../src/node/index.ts';
import { answerOf, command, jsonCommand, refusalOf } from '../support/command.ts';
import { billFile, type Channel, newChannel, onNode, samples, temporaryFolder } from '../support/nodes.ts';

let channel: Channel;
let record: string;
let folder: string;
let bundle: string;
let trust: string;

const bill = join(samples, 'acme/bills/harbor-office-2022-01.pdf');

before(async () => {
  channel = await newChannel();
  folder = temporaryFolder();
  [bundle, trust] = [join(folder, 'record.json'), join(folder, 'trust.json')];
  const { lines } = await answerOf<RecordAnswer>(['record', channel.acme, join(samples, 'acme/california-2022.csv')]);
  record = lines[0]?.recordId as string;
});

interface Exported {
  readonly recordId: string;
  readonly otherRecords: number;
  readonly file: string;
  readonly bytes: number;
}

test('a member exports any record of the channel; nothing is overwritten', async () => {
  const args = ['bundle', 'export', channel.beta, record.slice(0, 12), '-o', bundle];
  const made = await answerOf<Exported>(args);
  assert.deepEqual([made.recordId, made.otherRecords, made.file], [record, 11, bundle]);
  assert.deepEqual([statSync(bundle).size, statSync(bundle).mode & 0o777], [made.bytes, 0o600]);
  const again = await refusalOf(args);
  assert.deepEqual([again.code, again.exit], ['FILE_UNREADABLE', 2]);
  const unknown = await refusalOf(['bundle', 'export', channel.beta, '0'.repeat(64), '-o', join(folder, 'none')]);
  assert.deepEqual([unknown.code, unknown.exit], ['RECORD_NOT_FOUND', 4]);
});

test('it verifies against the trust of another member, given as a file or as its folder', async () => {
  await answerOf(['bundle', 'trust', channel.audit, '-o', trust]);
  const printed = await command(['bundle', 'trust', channel.audit]);
  assert.deepEqual(JSON.parse(printed.stdout), JSON.parse(readFileSync(trust, 'utf8')));
  for (const at of [trust, folder]) {
    const answer = await answerOf<BundleVerification>(['bundle', 'verify', bundle, '--trust', at]);
    assert.deepEqual([answer.recordId, answer.verified], [record, true]);
  }
  const { stdout } = await command(['bundle', 'verify', bundle, '--trust', trust]);
  assert.match(stdout, /^Record [0-9a-f]{64}\n {2}ACME: .* of electricity, 2022-/);
  assert.match(stdout, /The record verifies; left open: the rule chooses the same factors, what became of the record/);
});

test('a changed bundle, an older trust and another channel end with 5', async () => {
  const text = readFileSync(bundle, 'utf8');
  const changed = join(folder, 'changed.json');
  writeFileSync(changed, text.replace('\\"commodity\\":\\"electricity\\"', '\\"commodity\\":\\"heat\\"'));
  const { code, answer } = await jsonCommand<BundleVerification>(['bundle', 'verify', changed, '--trust', trust]);
  assert.deepEqual([code, answer.verified], [5, false]);
  const shown = await command(['bundle', 'verify', changed, '--trust', trust]);
  assert.match(shown.stdout, /FAILED {8}each transaction is signed and stands in its block: SIGNATURE_INVALID/);
  assert.match(shown.stdout, /The record DOES NOT VERIFY/);

  const other = join(folder, 'other.json');
  writeFileSync(other, JSON.stringify({ ...JSON.parse(readFileSync(trust, 'utf8')), genesis: '0'.repeat(64) }));
  assert.equal((await jsonCommand(['bundle', 'verify', bundle, '--trust', other])).code, 5);
});

test('what is no bundle, no trust, or too large is refused without reading on', async () => {
  const verify = (file: string, at: string) => ['bundle', 'verify', file, '--trust', at];
  const huge = join(folder, 'huge.json');
  writeFileSync(huge, Buffer.alloc(16_000_001, ' '));
  assert.deepEqual([(await refusalOf(verify(huge, trust))).code], ['EVIDENCE_INVALID']);
  assert.equal((await jsonCommand(verify(bill, trust))).code, 5);
  assert.equal((await jsonCommand(verify(join(samples, 'README.md'), trust))).code, 5);
  const noTrust = await refusalOf(verify(bundle, bundle));
  assert.deepEqual([noTrust.exit, noTrust.code], [2, 'FILE_MALFORMED']);
  const absent = await refusalOf(verify(bundle, join(folder, 'nowhere')));
  assert.deepEqual([absent.exit, absent.code, absent.where], [2, 'FILE_UNREADABLE', '--trust']);
});

test('the document at hand is checked with its key, and with the opening that the owner gives', async () => {
  const kDoc = await onNode(channel.acme, async (call, node) => {
    const { documents } = await call('documents', {});
    const own = documents.find(({ records }) => records.includes(record));
    return (await node.archive.disclose(own?.commitment as string)).kDoc;
  });
  const evidence = async (args: string[]) => {
    const { code, answer } = await jsonCommand<BundleVerification>([
      'bundle',
      'verify',
      bundle,
      '--trust',
      trust,
      ...args,
    ]);
    return [code, answer.checks.at(-1)?.result];
  };
  assert.deepEqual(await evidence(['--document', bill, '--key', kDoc]), [0, 'passed']);
  assert.deepEqual(await evidence(['--document', bundle, '--key', kDoc]), [5, 'failed']);
  assert.deepEqual(await evidence(['--document', bill, '--key', '0'.repeat(64)]), [5, 'failed']);
  const head = JSON.stringify({ kDoc });
  const opening = join(folder, 'opening');
  writeFileSync(opening, Buffer.concat([Buffer.from(`${head}\n`), readFileSync(bill)]));
  assert.deepEqual(await evidence(['--opening', opening]), [0, 'passed']);
  const noKey = await refusalOf(['bundle', 'verify', bundle, '--trust', trust, '--document', bill]);
  assert.deepEqual([noKey.exit, noKey.code], [2, 'OPTION_INVALID']);
  const noOpening = await refusalOf(['bundle', 'verify', bundle, '--trust', trust, '--opening', bill]);
  assert.deepEqual([noOpening.exit, noOpening.code], [2, 'FILE_KIND_UNKNOWN']);
});

test('what became of the record since is told as the word of whoever made the bundle', async () => {
  await answerOf(['void', channel.acme, record, '--reason', 'entered-in-error']);
  const later = join(folder, 'later.json');
  await answerOf(['bundle', 'export', channel.acme, record, '-o', later]);
  const { answer } = await jsonCommand<BundleVerification>(['bundle', 'verify', later, '--trust', trust]);
  const since = answer.checks.find(({ check }) => check === 'what became of the record');
  assert.deepEqual([answer.verified, since?.result], [true, 'not-verified']);
  assert.match(since?.detail ?? '', /record voided/);
});

test('a line without result needs no factors', async () => {
  const water = billFile(join(folder, 'water.csv'), ['W-1,water,2023-01-01,2023-01-31,inclusive,12,m3,DE']);
  const { lines } = await answerOf<RecordAnswer>(['record', channel.acme, water]);
  const file = join(folder, 'water.json');
  await answerOf(['bundle', 'export', channel.acme, lines[0]?.recordId as string, '-o', file]);
  await answerOf(['bundle', 'trust', channel.acme, '-o', join(folder, 'now.json')]);
  const answer = await answerOf<BundleVerification>(['bundle', 'verify', file, '--trust', join(folder, 'now.json')]);
  assert.equal(answer.verified, true);
});
