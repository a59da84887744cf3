import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import type { Contract } from '../../channel/index.ts';
import { canonical, isChannelError, sha256 } from '../../emissions/index.ts';
import type { Evidence } from '../ledger.ts';
import { steps, toyContract } from '../toy-contract.conformance.ts';
import { createEmbeddedLedger, type EmbeddedLedger, openEmbeddedLedger } from './embedded-ledger.ts';
import { type Envelope, signEnvelope } from './envelope.ts';
import { checkEmbeddedEvidence, type EmbeddedProof } from './evidence.ts';
import { createTestLedger, openTestLedger, signer, testFolder, testSigner } from './test-ledger.conformance.ts';

async function withLedger(task: (ledger: EmbeddedLedger, dir: string) => Promise<void>): Promise<void> {
  const { dir, remove } = testFolder();
  try {
    const ledger = await createTestLedger(dir);
    await task(ledger, dir);
    await ledger.close();
  } finally {
    remove();
  }
}

const put = (ledger: EmbeddedLedger, key: string, value = '"v"') => ledger.submit('steps', steps(['put', key, value]));
const code = (expected: Parameters<typeof isChannelError>[1]) => (error: unknown) =>
  isChannelError(error, expected as NonNullable<typeof expected>);

test('a folder holds one ledger, made whole or not at all', async () => {
  const { dir, remove } = testFolder();
  await assert.rejects(openTestLedger(dir), code('LEDGER_ABSENT'));
  const options = { dir, channel: 'test', contract: toyContract, signer };
  const refused = createEmbeddedLedger({ ...options, genesis: { name: 'steps', args: steps(['refuse']) } });
  await assert.rejects(refused, code('NOT_ALLOWED'));
  assert.ok(!existsSync(join(dir, 'blocks.log')));
  const ledger = await createTestLedger(dir);
  assert.equal(await ledger.height(), 1);
  assert.deepEqual(ledger.notices, []);
  await ledger.close();
  await assert.rejects(createTestLedger(dir), code('LEDGER_EXISTS'));
  assert.equal(statSync(join(dir, 'blocks.log')).mode & 0o777, 0o600);
  remove();
});

test('the lock names its holder, and ends with it', () =>
  withLedger(async (ledger, dir) => {
    const child = spawn(process.execPath, [
      join(import.meta.dirname, 'crash-child.conformance.ts'),
      join(dir, 'other'),
      '0',
      '1',
    ]);
    await new Promise((resolve) => child.stdout.once('data', resolve));
    await assert.rejects(openTestLedger(join(dir, 'other')), (error) => {
      assert.ok(isChannelError(error, 'LEDGER_LOCKED'));
      assert.match(error.message, new RegExp(`process ${child.pid} on ${hostname()} since \\d{4}-.*\\(test\\)`));
      return true;
    });
    const ended = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGKILL');
    await ended;
    await (await openTestLedger(join(dir, 'other'))).close();
    // Within one process too.
    await assert.rejects(openTestLedger(dir), code('LEDGER_LOCKED'));
    await put(ledger, 'still/open');
  }));

test('a lock whose file cannot be used is held by nobody: the file is named', () =>
  withLedger(async (ledger, dir) => {
    await ledger.close();
    writeFileSync(join(dir, 'lock'), 'no file of SQLite, and longer than its header of a hundred bytes. '.repeat(20));
    await assert.rejects(openTestLedger(dir), (error) => {
      assert.ok(isChannelError(error, 'LEDGER_UNAVAILABLE'));
      assert.equal(error.details.where, join(dir, 'lock'));
      return true;
    });
  }));

test('the transaction id is the hash of the signed header, in canonical form', () =>
  withLedger(async (ledger) => {
    const timestamp = '2024-02-29T12:00:00.000Z';
    const args = steps(['put', 'a', '"1"']);
    const envelope = signEnvelope(signer, { channel: 'test', name: 'steps', args, timestamp });
    const { nonce } = envelope.header;
    const text = `{"argsHash":"${sha256(args)}","channel":"test","member":"ACME","name":"steps","nonce":"${nonce}","publicKey":"${signer.publicKey}","timestamp":"${timestamp}"}`;
    assert.equal((await ledger.submitEnvelope(envelope)).transactionId, sha256(text));
  }));

test('an envelope that was changed, of another channel or malformed is refused and not logged', () =>
  withLedger(async (ledger) => {
    const args = steps(['put', 'forged', '"v"']);
    const timestamp = new Date().toISOString();
    const good = signEnvelope(signer, { channel: 'test', name: 'steps', args, timestamp });
    const elsewhere = signEnvelope(signer, { channel: 'elsewhere', name: 'steps', args, timestamp });
    const withHeader = (change: object): Envelope => ({ ...good, header: { ...good.header, ...change } });
    const cases: [Envelope, Parameters<typeof isChannelError>[1]][] = [
      [{ ...good, args: steps(['put', 'other', '"v"']) }, 'SIGNATURE_INVALID'],
      [withHeader({ member: 'BETA' }), 'SIGNATURE_INVALID'],
      [withHeader({ publicKey: testSigner('BETA').publicKey }), 'SIGNATURE_INVALID'],
      [withHeader({ timestamp: '2020-01-01T00:00:00.000Z' }), 'SIGNATURE_INVALID'],
      [{ ...good, signature: `${good.signature.slice(0, -4)}AAA=` }, 'SIGNATURE_INVALID'],
      [{ ...good, signature: '' }, 'SIGNATURE_INVALID'],
      [elsewhere, 'CHANNEL_WRONG'],
      [withHeader({ nonce: 'short' }), 'ARGUMENTS_INVALID'],
      [withHeader({ timestamp: '2024-02-31T00:00:00.000Z' }), 'ARGUMENTS_INVALID'],
      [withHeader({ member: undefined }), 'ARGUMENTS_INVALID'],
      [{ ...good, args: 'x'.repeat(4 * 1024 * 1024 + 1) }, 'PAGE_TOO_LARGE'],
    ];
    for (const [envelope, expected] of cases)
      await assert.rejects(ledger.submitEnvelope(envelope), code(expected), expected);
    assert.equal(await ledger.height(), 1);
    assert.equal((await ledger.submitEnvelope(good)).height, 1);
  }));

test('submissions that wait together share a block; each sees those before it', () =>
  withLedger(async (ledger) => {
    const lists = Array.from({ length: 20 }, (_, index) =>
      ledger.submit('steps', steps(['append', 'list', String(index)], ['get', 'list'])),
    );
    const receipts = await Promise.all(lists);
    assert.ok((await ledger.height()) < 21);
    const seen = receipts.map(
      ({ result }) => (JSON.parse((JSON.parse(result) as (string | null)[])[0] ?? '[]') as string[]).length,
    );
    assert.deepEqual(
      seen,
      Array.from({ length: 20 }, (_, index) => index),
    );
  }));

test('the same envelope is answered with its first receipt: in one block, later, and after a restart', async () => {
  const { dir, remove } = testFolder();
  const ledger = await createTestLedger(dir);
  const timestamp = new Date().toISOString();
  const envelope = signEnvelope(signer, {
    channel: 'test',
    name: 'steps',
    args: steps(['append', 'l', 'x'], ['get', 'l']),
    timestamp,
  });
  const [one, two] = await Promise.all([ledger.submitEnvelope(envelope), ledger.submitEnvelope(envelope)]);
  assert.deepEqual(one.result, '[null]');
  assert.deepEqual(two, one);
  await put(ledger, 'between');
  assert.deepEqual(await ledger.submitEnvelope(envelope), one);
  await ledger.close();
  const again = await openTestLedger(dir);
  assert.deepEqual(await again.submitEnvelope(envelope), one);
  assert.equal(await again.evaluate('steps', steps(['get', 'l'])), canonical(['["x"]']));
  await again.close();
  remove();
});

test('the same envelope in the next block is answered with its first receipt', async () => {
  const { dir, remove } = testFolder();
  const ledger = await createTestLedger(dir);
  // Too large for two to share a block.
  const args = steps(['append', 'l', 'x'], ['put', 'large', `"${'v'.repeat(1_000_000)}"`]);
  const envelope = signEnvelope(signer, { channel: 'test', name: 'steps', args, timestamp: new Date().toISOString() });
  const [one, ...more] = await Promise.all([1, 2, 3].map(() => ledger.submitEnvelope(envelope)));
  assert.deepEqual(more, [one, one]);
  assert.equal(one?.height, 1);
  assert.equal(await ledger.evaluate('steps', steps(['get', 'l'])), canonical(['["x"]']));
  await ledger.close();
  remove();
});

test('a query sees one state from its first read to its last', async () => {
  const { dir, remove } = testFolder();
  const slow: Contract = {
    run: toyContract.run,
    async query(context) {
      const first = await context.get('a');
      await new Promise((resolve) => setTimeout(resolve, 30));
      return canonical([first ?? null, (await context.get('a')) ?? null]);
    },
  };
  const genesis = { name: 'steps', args: steps(['put', 'a', '"1"']) };
  const ledger = await createEmbeddedLedger({ dir, channel: 'test', contract: slow, signer, genesis });
  const [answer] = await Promise.all([ledger.evaluate('q', '[]'), put(ledger, 'a', '"2"')]);
  assert.equal(answer, canonical(['"1"', '"1"']));
  assert.equal(await ledger.evaluate('q', '[]'), canonical(['"2"', '"2"']));
  await ledger.close();
  remove();
});

test('evidence is checked offline, and shows the block that holds the transaction', () =>
  withLedger(async (ledger) => {
    const receipts = await Promise.all(['a', 'b', 'c'].map((key) => put(ledger, key)));
    await put(ledger, 'later');
    for (const { transactionId, height } of receipts) {
      const evidence = JSON.parse(JSON.stringify(await ledger.evidence(transactionId))) as Evidence;
      const proven = checkEmbeddedEvidence(evidence);
      const [block] = await Array.fromAsync(ledger.blocks(Number(height)));
      assert.equal(proven.blockHash, block?.hash);
      assert.equal(proven.height, height);
      assert.equal(proven.member, 'ACME');
      const transaction = block?.transactions.find(({ id }) => id === transactionId);
      assert.equal(proven.argsHash, sha256(String(transaction?.args)));
      assert.deepEqual(proven.keyId, transaction?.caller.keyId);
      const proof = evidence.proof as EmbeddedProof;
      assert.equal(proof.head.height, (await ledger.height()) - 1);
      for (const broken of [
        { ...proof, header: { ...proof.header, member: 'BETA' } },
        { ...proof, signature: testSigner('X').sign(Buffer.from('x')) },
        { ...proof, outcome: sha256('another answer') },
        { ...proof, block: { ...proof.block, root: sha256('another root') } },
        { ...proof, block: { ...proof.block, height: proof.block.height + 1 } },
        { ...proof, index: proof.index + 1 },
      ]) {
        assert.throws(
          () => checkEmbeddedEvidence({ ...evidence, proof: broken }),
          (error) => isChannelError(error, 'EVIDENCE_INVALID', 'SIGNATURE_INVALID'),
        );
      }
    }
  }));

test('a state that is behind, unreadable or gone is made right; one that knows other blocks is not opened', async () => {
  const { dir, remove } = testFolder();
  const ledger = await createTestLedger(dir);
  await put(ledger, 'a', '"1"');
  await ledger.close();
  const early = readFileSync(join(dir, 'state.db'));
  const again = await openTestLedger(dir);
  await put(again, 'a', '"2"');
  await put(again, 'b', '"3"');
  await again.close();
  const late = readFileSync(join(dir, 'state.db'));
  const other = testFolder();
  const otherLedger = await createTestLedger(other.dir);
  await put(otherLedger, 'a', '"other"');
  await otherLedger.close();
  const cases: [string, Buffer | undefined, RegExp | undefined][] = [
    ['behind', early, undefined],
    [
      'not a database',
      Buffer.from('not a database at all, but long enough to be read as one'.repeat(40)),
      /not a database/,
    ],
    ['gone', undefined, undefined],
    ['as it was', late, undefined],
  ];
  for (const [name, state, notice] of cases) {
    for (const file of readdirSync(dir)) if (file.startsWith('state.db')) writeFileSync(join(dir, file), '');
    if (state !== undefined) writeFileSync(join(dir, 'state.db'), state);
    const opened = await openTestLedger(dir);
    assert.equal(opened.notices.length, notice === undefined ? 0 : 1, name);
    if (notice !== undefined) assert.match(String(opened.notices[0]?.message), notice);
    assert.equal(await opened.evaluate('steps', steps(['getMany', ['a', 'b']])), '[["\\"2\\"","\\"3\\""]]', name);
    assert.deepEqual((await opened.fsck()).faults, [], name);
    await opened.close();
  }
  writeFileSync(join(dir, 'state.db'), readFileSync(join(other.dir, 'state.db')));
  await assert.rejects(
    openTestLedger(dir),
    (error) => isChannelError(error, 'LEDGER_CORRUPT') && /block 1 of the log is not the one/.test(error.message),
  );
  other.remove();
  remove();
});

test('a log that lost acknowledged blocks, whole or in part, is not opened and nothing of it is cut', async () => {
  const { dir, remove } = testFolder();
  const ledger = await createTestLedger(dir);
  await put(ledger, 'a', '"1"');
  const whole = statSync(join(dir, 'blocks.log')).size;
  await put(ledger, 'b', '"2"');
  await ledger.close();
  const log = readFileSync(join(dir, 'blocks.log'));
  for (const size of [whole, whole + 5, log.length - 1]) {
    writeFileSync(join(dir, 'blocks.log'), log.subarray(0, size));
    await assert.rejects(openTestLedger(dir), (error) => isChannelError(error, 'LEDGER_CORRUPT'));
    assert.equal(statSync(join(dir, 'blocks.log')).size, size);
  }
  writeFileSync(join(dir, 'blocks.log'), log);
  await (await openTestLedger(dir)).close();
  remove();
});

test('fsck finds a changed, a missing and an added row of the state and names them; rebuild mends them', async () => {
  const { dir, remove } = testFolder();
  const ledger = await createTestLedger(dir);
  for (const key of ['a', 'b', 'c', 'd']) await put(ledger, key, `"${key}"`);
  const { transactionId } = await put(ledger, 'e');
  await ledger.close();
  const database = new DatabaseSync(join(dir, 'state.db'));
  database.exec(`UPDATE world SET value = '"x"' WHERE key = 'b'; DELETE FROM world WHERE key = 'c';
    INSERT INTO world (key, value) VALUES ('cc', '"new"');`);
  database.prepare('UPDATE transactions SET position = 7 WHERE id = ?').run(Buffer.from(transactionId, 'hex'));
  database.close();
  const opened = await openTestLedger(dir);
  const { faults } = await opened.fsck();
  assert.ok(faults.every(({ code }) => code === 'STATE_CORRUPT'));
  assert.deepEqual(
    faults.map(({ where }) => where),
    ['state.db', 'state, key b', 'state, key c', 'state, key cc', `state, transaction ${transactionId}`],
  );
  assert.deepEqual((await opened.verify()).faults, []);
  await opened.rebuild();
  assert.deepEqual((await opened.fsck()).faults, []);
  assert.equal(
    await opened.evaluate('steps', steps(['range', 'a', 'd'])),
    canonical([
      [
        ['a', '"a"'],
        ['b', '"b"'],
        ['c', '"c"'],
      ],
    ]),
  );
  await put(opened, 'f');
  await opened.close();
  const last = await openTestLedger(dir);
  assert.deepEqual((await last.fsck()).faults, []);
  assert.deepEqual(
    readdirSync(dir).filter((file) => file.includes('new') || file.includes('scratch')),
    [],
  );
  await last.close();
  remove();
});

test('a flipped bit anywhere in the state file is found, at the latest by fsck', async () => {
  const { dir, remove } = testFolder();
  const ledger = await createTestLedger(dir);
  for (let index = 0; index < 30; index += 1) await put(ledger, `key/${index}`, `"${'v'.repeat(index * 10)}"`);
  await ledger.close();
  const path = join(dir, 'state.db');
  const bytes = readFileSync(path);
  const seal = readFileSync(`${path}.seal`);
  // A prime step visits every region of the file: header, pages in use, free space between.
  for (let at = 5; at < bytes.length; at += 487) {
    const changed = Buffer.from(bytes);
    changed[at] = (changed[at] as number) ^ (1 << (at % 8));
    writeFileSync(path, changed);
    writeFileSync(`${path}.seal`, seal);
    // A flip in the height or the hash that the file holds looks like another log's state: that is not opened at all.
    const opened = await openTestLedger(dir).catch((error) => {
      assert.ok(isChannelError(error, 'LEDGER_CORRUPT'), `byte ${at}: ${error}`);
      return undefined;
    });
    if (opened === undefined) continue;
    const found = opened.notices.length + (await opened.fsck()).faults.length;
    assert.ok(found > 0, `byte ${at} of ${bytes.length}`);
    await opened.close();
  }
  remove();
});

test('a flipped bit in the log of an open ledger is found by verify, by readers and by fsck', () =>
  withLedger(async (ledger, dir) => {
    for (const key of ['a', 'b', 'c']) await put(ledger, key);
    const path = join(dir, 'blocks.log');
    const bytes = readFileSync(path);
    const at = bytes.indexOf('["put","b"');
    const changed = Buffer.from(bytes);
    changed[at] = 0x5a;
    writeFileSync(path, changed);
    for (const report of [await ledger.verify(), await ledger.fsck(), await ledger.replay()]) {
      assert.deepEqual(
        report.faults.map(({ code }) => code),
        ['LEDGER_CORRUPT'],
      );
      assert.match(String(report.faults[0]?.where), /^block 2, byte \d+$/);
    }
    const heights: number[] = [];
    const read = async () => {
      for await (const { height } of ledger.blocks(0)) heights.push(height);
    };
    await assert.rejects(read(), code('LEDGER_CORRUPT'));
    assert.deepEqual(heights, [0, 1]);
    writeFileSync(path, bytes);
  }));

test('replay runs the rules again and finds what they would not give', async () => {
  const { dir, remove } = testFolder();
  // The holder of the log cheats: it runs other rules than the channel's.
  const cheat: Contract = {
    query: toyContract.query,
    async run(context, name, args) {
      if (args.includes('answer')) return canonical(['another answer']);
      if (args.includes('event')) context.emit('Cheated', '{}');
      if (args.includes('writes')) context.put('gift', '"x"');
      if (args.includes('refused')) {
        context.put('refused', '"x"');
        return '[]';
      }
      return toyContract.run(context, name, args);
    },
  };
  const genesis = { name: 'steps', args: steps() };
  const ledger = await createEmbeddedLedger({ dir, channel: 'test', contract: cheat, signer, genesis });
  await put(ledger, 'honest');
  await put(ledger, 'event');
  await put(ledger, 'writes');
  await ledger.submit('steps', steps(['refuse'], ['put', 'refused', '"v"']));
  await ledger.submit('steps', steps(['get', 'gift'], ['append', 'honest/too', 'x']));
  assert.deepEqual((await ledger.replay()).faults, []);
  await ledger.close();
  const honest = await openEmbeddedLedger({ dir, contract: toyContract, signer });
  assert.deepEqual((await honest.verify()).faults, []);
  assert.deepEqual((await honest.fsck()).faults, []);
  const { faults, blocks } = await honest.replay();
  assert.equal(blocks, 6);
  assert.deepEqual(
    faults.map(({ code, where }) => `${code} ${where}`),
    [
      'REPLAY_MISMATCH block 2, transaction 0',
      'REPLAY_MISMATCH block 3, transaction 0',
      'REPLAY_MISMATCH block 4, transaction 0',
    ],
  );
  assert.match(String(faults[0]?.message), /another event/);
  assert.match(String(faults[1]?.message), /other writes/);
  assert.match(String(faults[2]?.message), /rules refuse .*told to refuse/);
  await honest.close();
  remove();
});

test('groups of the state, a restart and a rebuild give the same answers as the log', async () => {
  const { dir, remove } = testFolder();
  const ledger = await createTestLedger(dir);
  // More blocks than a group, keys that are rewritten and deleted across groups.
  for (let index = 0; index < 300; index += 1) {
    const key = `k/${String((index * 7) % 40).padStart(2, '0')}`;
    await ledger.submit(
      'steps',
      steps(index % 5 === 4 ? ['delete', key] : ['put', key, `"${index}"`], ['emit', 'E', '1']),
    );
  }
  const all = steps(['range', 'k/', 'k0']);
  const expected = new Map<string, string>();
  for (let index = 0; index < 300; index += 1) {
    const key = `k/${String((index * 7) % 40).padStart(2, '0')}`;
    if (index % 5 === 4) expected.delete(key);
    else expected.set(key, `"${index}"`);
  }
  const answer = canonical([[...expected].sort(([a], [b]) => (a < b ? -1 : 1))]);
  assert.equal(await ledger.evaluate('steps', all), answer);
  assert.deepEqual((await ledger.replay()).faults, []);
  await ledger.close();
  const again = await openTestLedger(dir);
  assert.equal(await again.evaluate('steps', all), answer);
  await again.rebuild();
  assert.equal(await again.evaluate('steps', all), answer);
  await again.close();
  remove();
});

test('a reader of blocks that the end of the ledger interrupts is told, so that no part is taken for the whole', async () => {
  const { dir, remove } = testFolder();
  const ledger = await createTestLedger(dir);
  await put(ledger, 'a');
  const blocks = ledger.blocks(0)[Symbol.asyncIterator]();
  await blocks.next();
  await ledger.close();
  await assert.rejects(blocks.next(), code('LEDGER_CLOSED'));
  remove();
});

test('closing answers what was submitted before', async () => {
  const { dir, remove } = testFolder();
  const ledger = await createTestLedger(dir);
  const pending = Promise.all(['a', 'b', 'c'].map((key) => put(ledger, key)));
  await ledger.close();
  assert.equal((await pending).length, 3);
  await assert.rejects(put(ledger, 'd'), code('LEDGER_CLOSED'));
  const again = await openTestLedger(dir);
  assert.equal(await again.evaluate('steps', steps(['getMany', ['a', 'c', 'd']])), '[["\\"v\\"","\\"v\\"",null]]');
  await again.close();
  remove();
});
