import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { isChannelError, keyIdOf } from '../emissions/index.ts';
import type { Block, Ledger, SubmitReceipt } from './ledger.ts';
import { steps } from './toy-contract.conformance.ts';

/** A ledger under test: one channel, run with `toyContract`, as two members see it. */
export interface LedgerHarness {
  readonly first: Ledger;
  readonly second: Ledger;
  /** Public keys (DER SPKI, base64) with which the two sign; absent where key ids are made of something else. */
  readonly publicKeys?: readonly [string, string];
  /** Private collections are there; otherwise their use must be refused with STORE_UNAVAILABLE. */
  readonly collections: boolean;
  /** Sends one signed transaction twice, where the ledger's client can be made to. */
  resend?(name: string, args: string): Promise<readonly [SubmitReceipt, SubmitReceipt]>;
  close(): Promise<void>;
}

/** The cases that every `Ledger` must pass. The last one closes the second member's ledger. */
export function ledgerConformance(name: string, makeHarness: () => Promise<LedgerHarness>): void {
  suite(`ledger conformance: ${name}`, () => {
    let harness: LedgerHarness;
    let first: Ledger;
    let second: Ledger;
    before(async () => {
      harness = await makeHarness();
      ({ first, second } = harness);
    });
    after(() => harness.close());

    const submit = async (args: string) => JSON.parse((await first.submit('steps', args)).result) as unknown[];
    const read = async (args: string, ledger = first) => JSON.parse(await ledger.evaluate('steps', args)) as unknown[];

    test('a committed value is read by both members', async () => {
      await submit(steps(['put', 'value/a', '"1"']));
      assert.deepEqual(await read(steps(['get', 'value/a'])), ['"1"']);
      assert.deepEqual(await read(steps(['get', 'value/a']), second), ['"1"']);
    });

    test('a transaction does not see its own writes', async () => {
      await submit(steps(['put', 'own/old', '"old"']));
      const seen = await submit(
        steps(
          ['put', 'own/old', '"new"'],
          ['put', 'own/fresh', '"x"'],
          ['get', 'own/old'],
          ['getMany', ['own/fresh', 'own/old']],
          ['range', 'own/', 'own0'],
          ['delete', 'own/old'],
          ['get', 'own/old'],
        ),
      );
      assert.deepEqual(seen, ['"old"', [null, '"old"'], [['own/old', '"old"']], '"old"']);
      assert.deepEqual(await read(steps(['getMany', ['own/old', 'own/fresh']])), [[null, '"x"']]);
    });

    test('the last write of a key in a transaction holds', async () => {
      await submit(
        steps(['put', 'last/a', '"1"'], ['put', 'last/a', '"2"'], ['delete', 'last/b'], ['put', 'last/b', '"3"']),
      );
      assert.deepEqual(await read(steps(['getMany', ['last/a', 'last/b']])), [['"2"', '"3"']]);
    });

    test('a deleted key is absent, from ranges too, and can be written again', async () => {
      await submit(steps(['put', 'gone/a', '"1"'], ['put', 'gone/b', '"2"']));
      await submit(steps(['delete', 'gone/a'], ['delete', 'gone/never']));
      assert.deepEqual(await read(steps(['get', 'gone/a'], ['range', 'gone/', 'gone0'])), [null, [['gone/b', '"2"']]]);
      await submit(steps(['put', 'gone/a', '"3"']));
      assert.deepEqual(await read(steps(['get', 'gone/a'])), ['"3"']);
    });

    test('many keys are read in the order asked', async () => {
      await submit(steps(['put', 'many/1', '"one"'], ['put', 'many/2', '"two"']));
      const keys = ['many/2', 'many/none', 'many/1', 'many/2'];
      assert.deepEqual(await submit(steps(['getMany', keys], ['put', 'many/3', '"x"'])), [
        ['"two"', null, '"one"', '"two"'],
      ]);
    });

    test('ranges run in byte order of UTF-8, from start inclusive to end exclusive', async () => {
      // UTF-16 order would put U+1F600 (surrogates D83D DE00) before U+FFFD.
      const ordered = [
        'order/A',
        'order/Z',
        'order/a',
        'order/a/b',
        'order/ab',
        'order/\u00e9',
        'order/\u6f22',
        'order/\ufffd',
        'order/\u{1f600}',
      ];
      const shuffled = [4, 8, 0, 6, 2, 7, 1, 5, 3].map((at) => ordered[at] as string);
      for (const half of [shuffled.slice(0, 5), shuffled.slice(5)]) {
        await submit(steps(...half.map((key) => ['put', key, '"v"'] as const)));
      }
      const [all, part, none] = (await read(
        steps(['range', 'order/', 'order0'], ['range', 'order/a', 'order/\u{1f600}'], ['range', 'order/b', 'order/b']),
      )) as [string, string][][];
      assert.deepEqual(
        all?.map(([key]) => key),
        ordered,
      );
      assert.deepEqual(
        part?.map(([key]) => key),
        ordered.slice(2, -1),
      );
      assert.deepEqual(none, []);
    });

    test('a long range is complete', async () => {
      const keys = Array.from({ length: 1203 }, (_, index) => `long/${String(index).padStart(5, '0')}`);
      await submit(steps(...keys.map((key) => ['put', key, '"v"'] as const)));
      const [found] = (await read(steps(['range', 'long/', 'long0']))) as [string, string][][];
      assert.deepEqual(
        found?.map(([key]) => key),
        keys,
      );
    });

    test('a refusal keeps its code and ids and leaves nothing', async () => {
      await assert.rejects(
        first.submit('steps', steps(['put', 'refused/a', '"1"'], ['emit', 'E', '{}'], ['refuse'])),
        (error) => {
          assert.ok(isChannelError(error, 'NOT_ALLOWED'));
          assert.equal(error.kind, 'refused');
          assert.equal(error.details.recordId, 'r1');
          assert.equal(error.details.index, 3);
          return true;
        },
      );
      assert.deepEqual(await read(steps(['get', 'refused/a'])), [null]);
    });

    test('a fault of the contract is INTERNAL and leaves nothing', async () => {
      await assert.rejects(first.submit('steps', steps(['put', 'fault/a', '"1"'], ['fail'])), code('INTERNAL'));
      assert.deepEqual(await read(steps(['get', 'fault/a'])), [null]);
    });

    test('unknown names and arguments that are not canonical are refused', async () => {
      await assert.rejects(first.submit('nothing', '[]'), code('TRANSACTION_UNKNOWN'));
      await assert.rejects(first.evaluate('nothing', '[]'), code('TRANSACTION_UNKNOWN'));
      await assert.rejects(first.submit('steps', '[ ]'), code('NOT_CANONICAL'));
      await assert.rejects(first.submit('steps', '["\ud800"]'), code('NOT_CANONICAL'));
    });

    test('keys are non-empty UTF-8 without NUL', async () => {
      for (const key of ['', 'nul/\0']) {
        await assert.rejects(first.submit('steps', steps(['put', key, '"1"'])), (error) => isChannelError(error));
      }
    });

    test('the context names the channel, the caller, the transaction and the proposal', async () => {
      const receipts = [await first.submit('steps', steps(['caller'], ['emit', 'Called', '{}']))];
      receipts.push(await second.submit('steps', steps(['caller'], ['emit', 'Called', '{}'])));
      const calls = receipts.map(({ result }) => (JSON.parse(result) as Record<string, string>[])[0]);
      for (const [index, ledger] of [first, second].entries()) {
        const call = calls[index];
        assert.equal(call?.channel, ledger.channel);
        assert.equal(call?.member, ledger.member);
        assert.equal(call?.transactionId, receipts[index]?.transactionId);
        assert.match(String(call?.timestamp), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
        assert.match(String(call?.keyId), /^[0-9a-f]{64}$/);
        const spki = harness.publicKeys?.[index];
        if (spki !== undefined) assert.equal(call?.keyId, keyIdOf(spki));
      }
      assert.notEqual(calls[0]?.keyId, calls[1]?.keyId);
    });

    test('a receipt leads to the transaction in its block, whole', async () => {
      const args = steps(
        ['put', 'receipt/a', '"\u{1f600} \u00e9"'],
        ['get', 'receipt/a'],
        ['emit', 'Put', '{"key":"receipt/a"}'],
      );
      const receipt = await second.submit('steps', args);
      assert.match(receipt.transactionId, /^[0-9a-f]{64}$/);
      assert.equal(receipt.result, '[null]');
      const block = await blockAt(first, receipt.height);
      const transaction = block.transactions.find(({ id }) => id === receipt.transactionId);
      assert.equal(transaction?.name, 'steps');
      assert.equal(transaction?.args, args);
      assert.equal(transaction?.result, receipt.result);
      assert.equal(transaction?.caller.member, second.member);
      assert.equal(transaction?.valid, true);
      assert.deepEqual(transaction?.event, { name: 'Put', payload: '{"key":"receipt/a"}' });
    });

    test('the last event of a transaction holds, and an event alone is recorded', async () => {
      const receipt = await first.submit('steps', steps(['emit', 'One', '1'], ['emit', 'Two', '2']));
      const block = await blockAt(first, receipt.height);
      const transaction = block.transactions.find(({ id }) => id === receipt.transactionId);
      assert.deepEqual(transaction?.event, { name: 'Two', payload: '2' });
    });

    test('a transaction that changes nothing is answered, and not written where its receipt names no block', async () => {
      const height = await first.height();
      const receipt = await first.submit('steps', steps(['get', 'nothing/here']));
      assert.equal(receipt.result, '[null]');
      if (receipt.height === undefined) assert.equal(await first.height(), height);
      else
        assert.ok((await blockAt(first, receipt.height)).transactions.some(({ id }) => id === receipt.transactionId));
    });

    test('evaluate writes nothing and sees committed values only', async () => {
      await submit(steps(['put', 'committed/a', '"0"']));
      const height = await first.height();
      const slow = first.submit('steps', steps(['put', 'committed/a', '"1"']));
      const [before] = await read(steps(['get', 'committed/a']));
      assert.ok(before === '"0"' || before === '"1"');
      await slow;
      assert.deepEqual(await read(steps(['get', 'committed/a'])), ['"1"']);
      assert.equal(await first.height(), height + 1);
    });

    test('blocks come in order from a cursor, linked by their hashes', async () => {
      for (const index of [0, 1, 2]) await submit(steps(['put', `chain/${index}`, '"v"']));
      const blocks = await collect(second.blocks(0));
      assert.equal(blocks.length, await first.height());
      for (const [height, block] of blocks.entries()) {
        assert.equal(block.height, height);
        assert.match(block.hash, /^[0-9a-f]{64}$/);
        if (height > 0) assert.equal(block.previous, blocks[height - 1]?.hash);
      }
      assert.deepEqual(await collect(first.blocks(blocks.length - 2)), blocks.slice(-2));
      assert.deepEqual(await collect(first.blocks(blocks.length)), []);
    });

    test('following gives the blocks to come, until aborted', async () => {
      const stop = new AbortController();
      const from = await second.height();
      const followed: string[] = [];
      const following = (async () => {
        for await (const block of second.blocks(from, { follow: true, signal: stop.signal })) {
          followed.push(...block.transactions.map(({ id }) => id));
          if (followed.length === 3) stop.abort();
        }
      })();
      const sent: string[] = [];
      for (const index of [0, 1, 2]) {
        sent.push((await first.submit('steps', steps(['put', `follow/${index}`, '"v"']))).transactionId);
      }
      await following;
      assert.deepEqual(followed, sent);
    });

    test('a follower that stops reading holds nobody up', async () => {
      const iterator = second.blocks(0, { follow: true })[Symbol.asyncIterator]();
      assert.equal((await iterator.next()).value?.height, 0);
      await submit(steps(['put', 'slow/a', '"v"']));
      await iterator.return?.();
      assert.deepEqual(await read(steps(['get', 'slow/a'])), ['"v"']);
    });

    test('concurrent submissions of both members all commit', async () => {
      const submissions = Array.from({ length: 24 }, (_, index) =>
        (index % 2 === 0 ? first : second).submit('steps', steps(['put', `many-at-once/${index}`, `"${index}"`])),
      );
      const receipts = await Promise.all(submissions);
      assert.equal(new Set(receipts.map(({ transactionId }) => transactionId)).size, 24);
      const [found] = (await read(steps(['range', 'many-at-once/', 'many-at-once0']))) as [string, string][][];
      assert.equal(found?.length, 24);
    });

    test('concurrent writes to one key lose nothing: each commits on the state before it, or fails with NOT_COMMITTED', async () => {
      const outcomes = await Promise.allSettled(
        Array.from({ length: 8 }, (_, index) => first.submit('steps', steps(['append', 'contended', `item ${index}`]))),
      );
      const committed = outcomes.filter(({ status }) => status === 'fulfilled').length;
      for (const outcome of outcomes) {
        if (outcome.status === 'rejected') assert.ok(isChannelError(outcome.reason, 'NOT_COMMITTED'));
      }
      assert.ok(committed >= 1);
      const [list] = await read(steps(['get', 'contended']));
      assert.equal((JSON.parse(String(list)) as string[]).length, committed);
    });

    test('a refusal among concurrent submissions affects no other', async () => {
      const outcomes = await Promise.allSettled([
        first.submit('steps', steps(['put', 'among/1', '"v"'])),
        first.submit('steps', steps(['put', 'among/2', '"v"'], ['refuse'])),
        first.submit('steps', steps(['put', 'among/3', '"v"'])),
      ]);
      assert.deepEqual(
        outcomes.map(({ status }) => status),
        ['fulfilled', 'rejected', 'fulfilled'],
      );
      assert.deepEqual(await read(steps(['getMany', ['among/1', 'among/2', 'among/3']])), [['"v"', null, '"v"']]);
    });

    test('one signed transaction sent twice is one transaction with one receipt', async (context) => {
      if (harness.resend === undefined) return context.skip('this client cannot send a transaction twice');
      const [one, two] = await harness.resend('steps', steps(['append', 'resent', 'item']));
      assert.deepEqual(two, one);
      assert.deepEqual(await read(steps(['get', 'resent'])), ['["item"]']);
    });

    test('evidence is there for what was committed, and for nothing else', async () => {
      const receipt = await first.submit('steps', steps(['put', 'evidence/a', '"v"']));
      const evidence = await second.evidence(receipt.transactionId);
      assert.equal(evidence?.transactionId, receipt.transactionId);
      assert.equal(evidence?.height, receipt.height);
      assert.equal(await first.evidence('0'.repeat(64)), undefined);
    });

    test('an intact ledger verifies, from both sides', async () => {
      const done: number[] = [];
      const height = await first.height();
      const report = await first.verify((blocks, total) => {
        assert.equal(total, height);
        done.push(blocks);
      });
      assert.deepEqual(report.faults, []);
      assert.equal(report.blocks, height);
      assert.equal(done.at(-1), height);
      const blocks = await collect(first.blocks(0));
      assert.equal(report.head, blocks.at(-1)?.hash);
      assert.equal(report.transactions, blocks.flatMap((block) => block.transactions).length);
      assert.deepEqual((await second.verify()).faults, []);
    });

    test('private collections keep values, or are refused with STORE_UNAVAILABLE', async () => {
      const use = first.submit('steps', steps(['collection'], ['put', 'collections/a', '"v"']));
      if (harness.collections) await use;
      else await assert.rejects(use, code('STORE_UNAVAILABLE'));
    });

    test('a submission given up before it was sent changes nothing', async () => {
      const signal = AbortSignal.abort();
      const given = first.submit('steps', steps(['put', 'abandoned', '"v"']), { signal });
      await assert.rejects(given, code('LEDGER_UNAVAILABLE'));
      assert.deepEqual(await read(steps(['get', 'abandoned'])), [null]);
    });

    test('a closed ledger refuses everything, ends its followers and leaves the other open', async () => {
      const following = collect(second.blocks(await second.height(), { follow: true }));
      await read(steps(), second);
      await second.close();
      assert.deepEqual(await following, []);
      await assert.rejects(second.submit('steps', steps(['put', 'closed', '"v"'])), code('LEDGER_CLOSED'));
      await assert.rejects(second.evaluate('steps', steps()), code('LEDGER_CLOSED'));
      await assert.rejects(second.height(), code('LEDGER_CLOSED'));
      await second.close();
      await submit(steps(['put', 'open', '"v"']));
      assert.deepEqual(await read(steps(['getMany', ['closed', 'open']])), [[null, '"v"']]);
    });
  });
}

function code(expected: Parameters<typeof isChannelError>[1]): (error: unknown) => boolean {
  return (error) => isChannelError(error, expected as NonNullable<typeof expected>);
}

async function blockAt(ledger: Ledger, height: number | undefined): Promise<Block> {
  assert.ok(height !== undefined, 'the receipt names a block');
  for await (const block of ledger.blocks(height)) return block;
  throw new assert.AssertionError({ message: `there is no block ${height}` });
}

async function collect(blocks: AsyncIterable<Block>): Promise<Block[]> {
  return Array.fromAsync(blocks);
}
