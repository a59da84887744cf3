import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { commitment, line, pageOf, recordOf } from '../../test/support/fixture-channel.ts';
import { type ActivityRecord, recordId } from '../channel/index.ts';
import { canonical, inclusionPath, isChannelError } from '../emissions/index.ts';
import { type EmbeddedBundle, formatBundle } from './bundle.ts';
import {
  acme,
  admit,
  beta,
  create,
  type Forged,
  forge,
  newSigner,
  page,
  publications,
  records,
  type Sample,
  sampleChain,
  shown,
  trustOf,
} from './sample-chain.conformance.ts';
import { parseTrust, type Trust } from './trust.ts';
import { type BundleVerification, verifyBundle } from './verify-bundle.ts';

const OPEN = [
  'the rule chooses the same factors',
  'what became of the record',
  'the evidence is what was committed to',
];

let sample: Sample;
before(async () => {
  sample = await sampleChain('sample');
});
after(() => sample.close());

const verify = (bundle: EmbeddedBundle, trust: Trust = sample.trust, presented = {}) =>
  verifyBundle(formatBundle(bundle), trust, presented);

function resultsOf({ checks }: BundleVerification, result: string): string[] {
  return checks.filter((each) => each.result === result).map(({ check }) => check);
}

function detailOf({ checks }: BundleVerification, name: string): string {
  return checks.find(({ check }) => check === name)?.detail ?? '';
}

describe('a good bundle', () => {
  test('shows everything that a bundle can show, in a fixed order', async () => {
    const answer = await verify(sample.bundle);
    assert.equal(answer.verified, true);
    assert.deepEqual(answer.record, records[1]);
    assert.deepEqual(
      answer.checks.map(({ check, result }) => [check, result]),
      [
        ['the file is a bundle', 'passed'],
        ['the channel is the one trusted', 'passed'],
        ['the blocks link from the genesis block to the head', 'passed'],
        ['the chain is the one that others hold', 'passed'],
        ['each transaction is signed and stands in its block', 'passed'],
        ['members and policy follow from those transactions', 'passed'],
        ['the page was submitted by its owner', 'passed'],
        ['the record stands in its page', 'passed'],
        ['each factor stands in its release', 'passed'],
        ['the arithmetic gives the same figures', 'passed'],
        ['the rules of the channel accept the record', 'passed'],
        ['the rule chooses the same factors', 'not-verified'],
        ['what became of the record', 'not-verified'],
        ['the evidence is what was committed to', 'not-verified'],
      ],
    );
    assert.match(
      detailOf(answer, 'each factor stands in its release'),
      /us:2022 in us-epa\/egrid\/fixture, published by ACME/,
    );
    assert.match(detailOf(answer, 'what became of the record'), /stated by whoever made the bundle: record active/);
  });

  test('carries the members, policy, releases used and the page, and no other transaction', () => {
    const names = sample.bundle.transactions.map(({ name }) => name);
    assert.deepEqual(names, [
      'channel.create',
      'factors.publish',
      'factors.publish',
      'policy.set',
      'members.admit',
      'records.submit',
    ]);
    assert.equal(sample.bundle.blocks.length, publications.length + 5);
  });

  test('a document at hand is checked against the commitment of the record', async () => {
    assert.equal((await verify(sample.bundle, sample.trust, { commitment })).checks.at(-1)?.result, 'passed');
    const other = await verify(sample.bundle, sample.trust, { commitment: 'd'.repeat(64) });
    assert.deepEqual([other.verified, resultsOf(other, 'failed')], [false, ['the evidence is what was committed to']]);
    const bare = await verify(
      await sample.ask({ record: { id: recordId(records[2] as ActivityRecord), index: 2 } }),
      sample.trust,
      { commitment },
    );
    assert.deepEqual(resultsOf(bare, 'failed'), ['the evidence is what was committed to']);
  });

  test('a record in several slices, and one that corrects another', async () => {
    assert.equal(
      (await verify(await sample.ask({ record: { id: recordId(records[0] as ActivityRecord), index: 0 } }))).verified,
      true,
    );
    const change = { quantity: '900', supersedes: { record: shown.id, reason: 'misread' as const } };
    const record = recordOf(line({ owner: beta.member, ...change }));
    const path = inclusionPath(records.map(recordId), shown.index);
    const target = { index: shown.index, page: sample.page, path, record: records[1] };
    const { factors } = pageOf([record]);
    const correction = canonical({ factors, key: 'correction', record, target });
    const { transactionId } = await sample.beta.submit('records.correct', correction);
    const corrected = await sample.ask({ page: transactionId, record: { id: recordId(record), index: 0 } });
    assert.equal((await verify(corrected)).verified, false, 'the trust ends before it');
    const answer = await verify(corrected, await trustOf(sample.ledger));
    assert.deepEqual(resultsOf(answer, 'not-verified'), OPEN);
    assert.equal(answer.verified, true);
    assert.equal(answer.record?.quantity, '900');
    assert.match(
      detailOf(answer, 'the rules of the channel accept the record'),
      /that it follows record [0-9a-f]{12} is not looked at/,
    );
  });
});

describe('trust', () => {
  test('a wrong genesis block, another channel and another later block fail', async () => {
    const wrong = 'e'.repeat(64);
    const failedBy = async (trust: Trust) => resultsOf(await verify(sample.bundle, trust), 'failed');
    assert.deepEqual(await failedBy({ ...sample.trust, genesis: wrong }), ['the channel is the one trusted']);
    assert.deepEqual(await failedBy({ ...sample.trust, channel: 'other' }), ['the channel is the one trusted']);
    assert.deepEqual(await failedBy({ ...sample.trust, head: { height: 3, hash: wrong } }), [
      'the chain is the one that others hold',
    ]);
  });

  test('a foreign channel with the same members, rules and records is told apart', async () => {
    const foreign = await sampleChain('foreign');
    try {
      assert.equal((await verify(foreign.bundle, foreign.trust)).verified, true);
      assert.deepEqual(resultsOf(await verify(foreign.bundle, { ...sample.trust, channel: 'foreign' }), 'failed'), [
        'the channel is the one trusted',
        'the chain is the one that others hold',
      ]);
      // Its transactions do not become this channel's by another name.
      const renamed = await verify({ ...foreign.bundle, channel: 'sample' });
      assert.equal(renamed.verified, false);
      assert.ok(resultsOf(renamed, 'failed').includes('each transaction is signed and stands in its block'));
    } finally {
      await foreign.close();
    }
  });

  test('what the trust names and the bundle cannot show is not verified, and no pass', async () => {
    const { schema, channel, genesis, head } = sample.trust as Required<Trust>;
    const others = 'the chain is the one that others hold';
    const beyond = await verify(sample.bundle, { ...sample.trust, head: { height: 99, hash: head.hash } });
    assert.deepEqual([beyond.verified, resultsOf(beyond, 'not-verified')], [false, [others, ...OPEN]]);
    const early = await verify(sample.bundle, { ...sample.trust, head: { height: 0, hash: genesis } });
    assert.deepEqual([early.verified, resultsOf(early, 'not-verified')], [false, [others, ...OPEN]]);
    // Nothing was asked about the chain's later blocks: left open, and said.
    const alone = await verify(sample.bundle, { schema, channel, genesis });
    assert.deepEqual([alone.verified, resultsOf(alone, 'not-verified')], [true, [others, ...OPEN]]);
  });

  test('a trust file that is not one is refused', () => {
    const good = JSON.stringify(sample.trust);
    assert.deepEqual(parseTrust(good), sample.trust);
    const { head: _head, ...bare } = sample.trust;
    assert.deepEqual(parseTrust(JSON.stringify(bare)), bare);
    const bad = [
      '',
      '[]',
      'null',
      '7',
      good.replace('uec-trust/1', 'uec-trust/2'),
      good.replace('"genesis":"', '"genesis":"x'),
    ];
    bad.push(JSON.stringify({ ...sample.trust, more: 1 }), JSON.stringify({ ...sample.trust, head: null }));
    bad.push(JSON.stringify({ ...sample.trust, head: { height: '3', hash: 'e'.repeat(64) } }));
    for (const text of bad)
      assert.throws(
        () => parseTrust(text),
        (error) => isChannelError(error, 'FILE_MALFORMED'),
        text,
      );
  });
});

type Path = readonly (string | number)[];

/** Every text and number below a value, by its path. */
function leavesOf(value: unknown, at: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [at];
  return Object.entries(value).flatMap(([key, below]) =>
    leavesOf(below, [...at, Array.isArray(value) ? Number(key) : key]),
  );
}

function changed(value: unknown, [key, ...rest]: Path, change: (leaf: unknown) => unknown): unknown {
  if (key === undefined) return change(value);
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<string | number, unknown>;
  copy[key] = changed(copy[key], rest, change);
  return copy;
}

/** The smallest change that keeps a leaf of its kind: hex stays hex, base64 stays base64, a number stays a number. */
function another(leaf: unknown): unknown {
  if (typeof leaf === 'number') return leaf + 1;
  if (typeof leaf === 'boolean') return !leaf;
  const text = leaf as string;
  const at = Math.floor(text.length / 2);
  return `${text.slice(0, at)}${text[at] === '1' ? '2' : '1'}${text.slice(at + 1)}`;
}

/** Fields whose change no check can see: the word of whoever made the bundle, always shown as not verified. */
const NOT_COVERED = ['stated.documents.0.commitment', 'stated.documents.0.state', 'stated.state'];

describe('every field of a bundle', () => {
  test('changed alone, is found out, except what is listed as not covered', async () => {
    const survived: string[] = [];
    const leaves = leavesOf(sample.bundle);
    assert.ok(leaves.length > 80, `only ${leaves.length} leaves`);
    for (const path of leaves) {
      const answer = await verifyBundle(canonical(changed(sample.bundle, path, another)), sample.trust);
      if (answer.verified) survived.push(path.join('.'));
    }
    assert.deepEqual(survived.sort(), NOT_COVERED);
  });

  test('inside the arguments, changed alone, is found out', async () => {
    for (const [at, { args, name }] of sample.bundle.transactions.entries()) {
      const content: unknown = JSON.parse(args);
      for (const path of leavesOf(content)) {
        const text = canonical(changed(content, path, another));
        const answer = await verify(changed(sample.bundle, ['transactions', at, 'args'], () => text) as EmbeddedBundle);
        assert.equal(answer.verified, false, `${name} ${path.join('.')}`);
      }
    }
  });

  test('left out, or of another kind, is found out', async () => {
    const places = [
      ...new Set(
        leavesOf(sample.bundle).flatMap((path) => path.map((_, end) => JSON.stringify(path.slice(0, end + 1)))),
      ),
    ];
    for (const place of places) {
      const path = JSON.parse(place) as Path;
      if (path.join('.') === 'stated.documents.0') continue;
      for (const change of [() => undefined, () => null, () => ({}), () => [[]], () => true]) {
        let text: string;
        try {
          text = canonical(changed(sample.bundle, path, change));
        } catch {
          continue;
        }
        assert.equal((await verifyBundle(text, sample.trust)).verified, false, `${place} ${change}`);
      }
    }
  });

  test('parts that changed places, came twice or came from elsewhere are found out', async () => {
    const { bundle } = sample;
    const { transactions, blocks } = bundle;
    const [first, second, ...rest] = transactions;
    const foreign = newSigner(beta.member);
    const bad: Record<string, EmbeddedBundle> = {
      'two transactions': { ...bundle, transactions: [second, first, ...rest] as typeof transactions },
      'one transaction twice': { ...bundle, transactions: [first, ...transactions] as typeof transactions },
      'the first transaction left out': { ...bundle, transactions: transactions.slice(1) },
      'the admission left out': {
        ...bundle,
        transactions: transactions.filter(({ name }) => name !== 'members.admit'),
      },
      'a release left out': { ...bundle, transactions: transactions.toSpliced(1, 1) },
      'the page left out': { ...bundle, transactions: transactions.slice(0, -1) },
      'no transactions': { ...bundle, transactions: [] },
      'two blocks': { ...bundle, blocks: [...blocks].reverse() },
      'a block left out': { ...bundle, blocks: blocks.slice(1) },
      'the last block left out': { ...bundle, blocks: blocks.slice(0, -1) },
      'no blocks': { ...bundle, blocks: [] },
      'another record of the page': { ...bundle, record: { id: shown.id, index: 0 } },
      'a record of another page': { ...bundle, record: { id: recordId(recordOf(line())), index: 1 } },
      "another's key": changed(
        bundle,
        ['transactions', transactions.length - 1, 'publicKey'],
        () => foreign.publicKey,
      ) as EmbeddedBundle,
    };
    for (const [what, made] of Object.entries(bad)) assert.equal((await verify(made)).verified, false, what);
  });
});

describe('the file', () => {
  const refusedAs = async (text: string, fault: RegExp) => {
    const answer = await verifyBundle(text, sample.trust);
    assert.equal(answer.verified, false);
    assert.deepEqual(resultsOf(answer, 'failed'), ['the file is a bundle']);
    assert.equal(answer.checks.length, 14);
    assert.match(detailOf(answer, 'the file is a bundle'), fault);
  };

  test('cut anywhere, with something added, or in another form is refused', async () => {
    const text = formatBundle(sample.bundle);
    for (let at = 0; at < text.length - 1; at += 997) await refusedAs(text.slice(0, at), /breaks off/);
    await refusedAs(`${text}{}`, /not JSON/);
    await refusedAs(JSON.stringify(sample.bundle, null, 1), /canonical/);
    await refusedAs(text.replace('{', '{"channel":"other",'), /canonical/);
    await refusedAs(canonical({ ...sample.bundle, note: 'more' }), /not part of a bundle/);
    await refusedAs(text.replace('uec-bundle/1', 'uec-bundle/2'), /version/);
    assert.equal((await verifyBundle(`${text}\n`, sample.trust)).verified, true);
  });

  test('a huge one and a deeply nested one are refused', async () => {
    await refusedAs(' '.repeat(16_000_001), /more than 16000000 bytes/);
    await refusedAs('['.repeat(1_000_000), /not JSON/);
    await refusedAs(`${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}`, /not an object/);
    const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
    await refusedAs(
      formatBundle(sample.bundle).replace('"record":{', `"record":{"deep":${deep},`),
      /not part of a bundle/,
    );
    const args = await verify(changed(sample.bundle, ['transactions', 1, 'args'], () => deep) as EmbeddedBundle);
    assert.equal(args.verified, false);
  });

  test('one that would be too large is not made', () => {
    const blocks = Array.from({ length: 250_000 }, (): [string, number] => ['e'.repeat(64), 1]);
    assert.throws(
      () => formatBundle({ ...sample.bundle, blocks }),
      (error) => isChannelError(error, 'BUNDLE_TOO_LARGE'),
    );
  });
});

// Whoever holds the log can write any chain, signed by keys of their own. What they cannot do must be found by the rules.
describe('chains made up by hand, hashed and signed as they should be', () => {
  const found = (name: string, args: string, signer = acme): Forged => ({ signer, name, args });
  const honest = [
    found('channel.create', create),
    ...publications.map((args) => found('factors.publish', args)),
    found('members.admit', admit),
    found('records.submit', page, beta),
  ];
  const replaced = (name: string, ...by: Forged[]) => honest.flatMap((one) => (one.name === name ? by : [one]));
  const failures = async (transactions: readonly Forged[], record = shown) => {
    const { bundle, trust } = forge('forged', transactions);
    return resultsOf(await verify({ ...bundle, record }, trust), 'failed');
  };
  /** The page with its shown record changed, and the record's place under its new id. */
  const withRecord = (change: Partial<ActivityRecord>) => {
    const content = JSON.parse(page) as { records: ActivityRecord[] };
    const record = { ...content.records[1], ...change } as ActivityRecord;
    content.records[1] = record;
    return failures(replaced('records.submit', found('records.submit', canonical(content), beta)), {
      id: recordId(record),
      index: 1,
    });
  };

  test('the honest one passes', async () => {
    assert.deepEqual(await failures(honest), []);
  });

  test('a page by somebody who is no member, by another key, without the role, suspended, for another owner', async () => {
    const submitter = ['the page was submitted by its owner', 'the rules of the channel accept the record'];
    assert.deepEqual(await failures(replaced('members.admit')), submitter);
    assert.deepEqual(
      await failures(replaced('records.submit', found('records.submit', page, newSigner(beta.member)))),
      submitter,
    );
    const auditor = canonical({ ...JSON.parse(admit), roles: ['auditor'] });
    assert.deepEqual(await failures(replaced('members.admit', found('members.admit', auditor))), submitter);
    const suspension = found('members.suspend', canonical({ id: beta.member, reason: 'left' }));
    assert.deepEqual(await failures(replaced('members.admit', found('members.admit', admit), suspension)), submitter);
    assert.deepEqual(await failures(replaced('records.submit', found('records.submit', page, acme))), submitter);
  });

  test('an admission that no steward signed, a release that no publisher signed, a second beginning', async () => {
    const governance = ['members and policy follow from those transactions'];
    assert.deepEqual(await failures(replaced('members.admit', found('members.admit', admit, beta))), governance);
    const [first, ...others] = publications as [string, ...string[]];
    const unpublished = [
      ...others.map((args) => found('factors.publish', args)),
      found('factors.publish', first, newSigner(acme.member)),
    ];
    assert.deepEqual(
      await failures([found('channel.create', create), ...unpublished, ...honest.slice(-2)]),
      governance,
    );
    assert.deepEqual(await failures([found('channel.create', create), ...honest]), governance);
    // The genesis block is the trusted one; the channel that the bundle tells of begins after it, with another founder.
    const usurper = newSigner('Usurper');
    const again = canonical({ member: { id: usurper.member, name: 'Usurper', publicKey: usurper.publicKey } });
    const taken = honest.slice(1).map((one) => (one.signer === acme ? { ...one, signer: usurper } : one));
    const { bundle, trust } = forge(
      'forged',
      [found('channel.create', create), found('channel.create', again, usurper), ...taken],
      1,
    );
    assert.ok(
      resultsOf(await verify(bundle, trust), 'failed').includes('each transaction is signed and stands in its block'),
    );
  });

  test('figures that do not follow, factors that are not of the release, a record that is none', async () => {
    const [arithmetic, rules, factors] = [
      'the arithmetic gives the same figures',
      'the rules of the channel accept the record',
      'each factor stands in its release',
    ];
    assert.deepEqual(await withRecord({ quantity: '1001' }), [arithmetic, rules]);
    assert.deepEqual(await withRecord({ losses: { basis: 'generation', co2e: '0' } }), [arithmetic, rules]);
    assert.deepEqual(await withRecord({ factors: ['e'.repeat(64)] }), [factors, arithmetic, rules]);
    assert.deepEqual(await withRecord({ zone: 'somewhere else' }), [rules]);
    assert.deepEqual(await withRecord({ note: 'more' } as never), [rules]);
    assert.ok((await withRecord({ place: { country: 'us' } })).includes(rules));
    const content = JSON.parse(page) as { factors: { row: { id: string; co2e?: { value: string } } }[] };
    const used = content.factors.find(({ row }) => row.id === 'us:2022')?.row as { co2e: { value: string } };
    used.co2e.value = '0.1';
    const cheaper = found('records.submit', canonical(content), beta);
    assert.deepEqual(await failures(replaced('records.submit', cheaper)), [factors, arithmetic, rules]);
    assert.deepEqual(await failures(honest.filter(({ args }) => args !== publications[0])), [factors, rules]);
  });

  test('a transaction of another kind in the place of the page or before it', async () => {
    assert.deepEqual(await failures(replaced('records.submit', found('policy.set', page, beta))), [
      'the record stands in its page',
    ]);
    assert.deepEqual(await failures([...honest, found('records.submit', page, beta)]), [
      'members and policy follow from those transactions',
    ]);
    assert.deepEqual(await failures(replaced('records.submit', found('records.submit', '{"records":7}', beta))), [
      'the record stands in its page',
    ]);
    assert.deepEqual(await failures(replaced('records.submit', found('records.submit', 'null', beta))), [
      'the record stands in its page',
    ]);
  });
});
