import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import type { DocumentRequest, ProvenRecord } from '../channel/index.ts';
import { Inventory } from './inventory.ts';
import { Chain, documentOf, electricity, idOf, meterOf } from './sample-blocks.conformance.ts';

function modelOf(chain: Chain): Inventory {
  const inventory = Inventory.open(':memory:');
  for (const block of chain.blocks) inventory.apply(block);
  return inventory;
}

const daily = (day: number, change = {}) =>
  electricity({
    start: `2022-03-${String(day).padStart(2, '0')}`,
    end: `2022-03-${String(day + 1).padStart(2, '0')}`,
    ...change,
  });

test('a prefix of 8 digits finds a record; one that two records share is refused', () => {
  const folder = mkdtempSync(join(tmpdir(), 'uec-inventory-'));
  const path = join(folder, 'a.sqlite');
  const chain = new Chain();
  const [one, two] = [daily(1), daily(2)];
  chain.submit(one, two);
  const inventory = Inventory.open(path);
  inventory.apply(chain.blocks[0] as never);
  const id = idOf(one);
  assert.equal(inventory.record(id.slice(0, 8))?.id, id);
  assert.equal(inventory.record(id)?.id, id);
  assert.equal(inventory.record('0'.repeat(64)), undefined);
  assert.throws(() => inventory.record(id.slice(0, 7)), { code: 'FIELD_INVALID' });
  assert.throws(() => inventory.record('not-an-id'), { code: 'FIELD_INVALID' });
  // Two ids that share 20 digits do not come by themselves.
  const database = new DatabaseSync(path);
  const twin = Buffer.from(id.slice(0, 20) + idOf(two).slice(20), 'hex');
  const start = Number.parseInt(id.slice(0, 13), 16);
  database.prepare('UPDATE records SET id = ?, id_start = ? WHERE seq = 2').run(twin, start);
  database.close();
  assert.throws(() => inventory.record(id.slice(0, 10)), { code: 'RECORD_ID_AMBIGUOUS' });
  assert.throws(() => inventory.provenRecord(id.slice(0, 20)), { code: 'RECORD_ID_AMBIGUOUS' });
  assert.equal(inventory.record(id)?.id, id);
  inventory.close();
  rmSync(folder, { recursive: true, force: true });
});

test('pages follow one another without repeats while records come in', () => {
  const chain = new Chain();
  const meters = ['a', 'b', 'c'].map(meterOf);
  const first = meters.flatMap((meter, at) =>
    [1, 3, 5, 7, 9].map((day) => daily(day, { meter, owner: at === 2 ? 'BETA' : 'ACME' })),
  );
  chain.submit(...first);
  const inventory = modelOf(chain);
  const seen: string[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < 20; page += 1) {
    const { items, next } = inventory.records({}, { limit: 4, ...(cursor === undefined ? {} : { cursor }) });
    seen.push(...items.map(({ id }) => id));
    if (page === 1) {
      chain.submit(daily(2, { meter: meterOf('new') }), daily(20, { meter: meterOf('new') }));
      inventory.apply(chain.blocks.at(-1) as never);
    }
    cursor = next;
    if (next === undefined) break;
  }
  assert.equal(new Set(seen).size, seen.length);
  for (const record of first) assert.ok(seen.includes(idOf(record)));
  const starts = seen.map((id) => inventory.record(id)?.record.start as string);
  assert.deepEqual(starts, starts.toSorted().toReversed());
  assert.throws(() => inventory.records({}, { cursor: 'bm90' }), { code: 'FIELD_INVALID' });
  assert.throws(() => inventory.records({}, { limit: 0 }), { code: 'FIELD_INVALID' });
});

test('a list over many kinds is in the same order as one over few', () => {
  const chain = new Chain();
  const records = Array.from({ length: 40 }, (_, at) =>
    daily((at % 9) + 1, { owner: `M${at % 20}`, meter: meterOf(`${at}`) }),
  );
  chain.submit(...records);
  const inventory = modelOf(chain);
  const listed: string[] = [];
  for (let cursor: string | undefined, more = true; more; more = cursor !== undefined) {
    const page = inventory.records({ flow: 'delivered' }, { limit: 7, ...(cursor === undefined ? {} : { cursor }) });
    listed.push(...page.items.map(({ id }) => id));
    cursor = page.next;
  }
  const order = records
    .map((record, at) => ({ id: idOf(record), start: record.start, at }))
    .sort((a, b) => (a.start === b.start ? b.at - a.at : a.start < b.start ? 1 : -1));
  assert.deepEqual(
    listed,
    order.map(({ id }) => id),
  );
});

test('filters narrow a list', () => {
  const chain = new Chain();
  const estimated = daily(1, { readBasis: 'estimated', meter: meterOf('a') });
  const texan = daily(2, { place: { country: 'US', subdivision: 'US-TX' }, meter: meterOf('b') });
  const exported = daily(3, { flow: 'exported' });
  const crossing = electricity({ start: '2021-12-01', end: '2022-01-02', meter: meterOf('c'), owner: 'BETA' });
  chain.submit(estimated, texan, exported, crossing);
  const inventory = modelOf(chain);
  const ids = (filter: Parameters<Inventory['records']>[0]) => inventory.records(filter).items.map(({ id }) => id);
  assert.deepEqual(ids({ readBasis: 'estimated' }), [idOf(estimated)]);
  assert.deepEqual(ids({ subdivision: 'US-TX' }), [idOf(texan)]);
  assert.deepEqual(ids({ flow: 'exported' }), [idOf(exported)]);
  assert.deepEqual(ids({ owner: 'BETA' }), [idOf(crossing)]);
  assert.deepEqual(ids({ year: 2021 }), [idOf(crossing)]);
  assert.equal(ids({ year: 2022 }).length, 4);
  assert.deepEqual(ids({ from: '2022-01-01', to: '2022-03-02' }), [idOf(estimated), idOf(crossing)]);
  assert.deepEqual(ids({ meter: meterOf('b').slice(0, 12) }), [idOf(texan)]);
  assert.deepEqual(ids({ meter: meterOf('b').slice(0, 12), subdivision: 'US-CA' }), []);
  assert.deepEqual(ids({ flag: 'place-coarser' }), [idOf(texan)]);
  assert.deepEqual(ids({ release: 'green-e/residual-mix/fixture' }).length, 3);
  assert.deepEqual(ids({ evidence: 'verified' }), []);
  assert.throws(() => ids({ meter: "x' OR 1" }), { code: 'FIELD_INVALID' });
  const line = inventory.records({ meter: meterOf('a') }).items[0];
  assert.deepEqual(
    {
      energy: line?.energy,
      location: line?.location,
      market: line?.market,
      quantity: line?.quantity,
      unit: line?.unit,
    },
    { energy: '1000', location: '373.127954', market: '382.795242', quantity: '1000', unit: 'kWh' },
  );
});

const commitment = documentOf('bill');
const asked: DocumentRequest = {
  auditor: 'AUDIT',
  commitment,
  deadline: '2024-04-01',
  id: '',
  owner: 'ACME',
  purpose: 'limited assurance',
};

function request(chain: Chain, target: ProvenRecord): DocumentRequest {
  const id = chain.add('documents.request', { commitment, key: 'r', target }, (transaction) => ({
    ...asked,
    id: transaction,
  }));
  return { ...asked, id };
}

test('evidence states follow the ledger and move the shares of totals', () => {
  const chain = new Chain();
  const [line, second] = chain.submit(
    daily(1, { evidence: { document: commitment } }),
    daily(2, { evidence: { document: commitment } }),
    daily(3),
  );
  assert.ok(line && second);
  const inventory = modelOf(chain);
  const shares = () => inventory.inventory('ACME', 2022).scope2.location.quality.shares;
  const step = () => inventory.apply(chain.blocks.at(-1) as never);
  assert.deepEqual([shares().committed, shares().withoutEvidence], ['0.6667', '0.3333']);

  const open = request(chain, line);
  step();
  assert.equal(inventory.record(idOf(line.record))?.evidence, 'challenged');
  assert.equal(shares().challenged, '0.6667');
  chain.add('documents.request', {}, () => open);
  step();
  assert.equal(inventory.requests().length, 1);

  const offered: DocumentRequest = { ...open, answer: 'offered' };
  chain.add('documents.answer', { request: open.id, answer: 'offered' }, () => offered);
  step();
  chain.add('documents.verdict', { request: open.id, verdict: 'matches' }, () => ({ ...offered, verdict: 'matches' }));
  step();
  assert.equal(shares().verified, '0.6667');
  assert.equal(inventory.requests()[0]?.verdict, 'matches');
  assert.equal(inventory.records({ evidence: 'verified' }).items.length, 2);

  const erased = {
    commitment,
    date: '2024-03-02',
    owner: 'ACME',
    reason: 'retention-ended',
    records: [],
    state: 'erased',
  };
  chain.add('documents.erased', { commitment }, () => erased);
  step();
  assert.deepEqual([shares().erased, shares().verified], ['0.6667', '0']);
  const [document] = inventory.documents({ state: 'erased' }).items;
  assert.deepEqual(
    { ...document, records: undefined },
    {
      commitment,
      owner: 'ACME',
      state: 'erased',
      reason: 'retention-ended',
      date: '2024-03-02',
      recordCount: 2,
      records: undefined,
    },
  );
  assert.deepEqual(document?.records, [idOf(line.record), idOf(second.record)]);
  chain.add('documents.verdict', {}, () => ({ ...offered, verdict: 'not-presented' }));
  step();
  assert.equal(inventory.documents().items[0]?.state, 'erased');
  // A later record that names the erased document has no proof either.
  chain.submit(daily(4, { evidence: { document: commitment } }));
  step();
  assert.equal(inventory.records({ evidence: 'erased' }).items.length, 3);
});

test('an attached document proves older records; attaching it again does not reset its state', () => {
  const chain = new Chain();
  const [line] = chain.submit(daily(1));
  assert.ok(line);
  const attach = { commitment, key: 'a', targets: [line] };
  const status = { commitment, owner: 'ACME', records: [idOf(line.record)], state: 'committed' };
  chain.add('documents.attach', attach, () => status);
  const open = request(chain, line);
  chain.add('documents.answer', {}, () => ({ ...open, answer: 'refused', reason: 'legal privilege' }));
  chain.add('documents.attach', attach, () => status);
  const inventory = modelOf(chain);
  const view = inventory.record(idOf(line.record));
  assert.deepEqual(view?.documents, [{ commitment, state: 'withheld' }]);
  assert.equal(inventory.inventory('ACME', 2022).scope2.location.quality.shares.withheld, '1');
  chain.add('documents.lost', {}, () => ({ ...status, state: 'lost', date: '2024-03-03' }));
  inventory.apply(chain.blocks.at(-1) as never);
  assert.equal(inventory.documents({ commitment }).items[0]?.state, 'lost');
});

test('one verified document of two proves the record', () => {
  const chain = new Chain();
  const [line] = chain.submit(daily(1, { evidence: { document: documentOf('own') } }));
  assert.ok(line);
  chain.add('documents.attach', { commitment, key: 'a', targets: [line] }, () => ({
    commitment,
    owner: 'ACME',
    records: [idOf(line.record)],
    state: 'committed',
  }));
  const open = request(chain, line);
  chain.add('documents.verdict', {}, () => ({ ...open, answer: 'offered', verdict: 'matches' }));
  chain.add('documents.lost', {}, () => ({
    commitment: documentOf('own'),
    date: '2024-03-03',
    owner: 'ACME',
    state: 'lost',
  }));
  const inventory = modelOf(chain);
  assert.equal(inventory.record(idOf(line.record))?.evidence, 'verified');
});

test('members and releases as the ledger answered them; a withdrawal names the records concerned', () => {
  const chain = new Chain();
  const acme = { id: 'ACME', name: 'Acme Inc', roles: ['reporter'] };
  chain.add('channel.create', {}, () => acme);
  chain.add('members.admit', {}, () => ({ id: 'BETA', name: 'Beta', roles: [] }));
  chain.add('members.suspend', {}, () => ({ id: 'BETA', name: 'Beta', roles: [], suspended: 'left' }));
  const manifest = { publisher: 'us-epa', dataset: 'egrid', version: 'fixture', root: 'ab' };
  const id = chain.add('factors.publish', { manifest }, () => ({}));
  const record = daily(1);
  chain.submit(record, daily(2, { flow: 'exported' }));
  chain.add(
    'factors.withdraw',
    { reason: 'wrong', release: { publisher: 'us-epa', dataset: 'egrid', version: 'fixture' } },
    () => ({}),
  );
  const inventory = modelOf(chain);
  assert.deepEqual(inventory.members(), [acme, { id: 'BETA', name: 'Beta', roles: [], suspended: 'left' }]);
  const [release] = inventory.releases();
  assert.equal(release?.name, 'us-epa/egrid/fixture');
  assert.deepEqual(
    [release?.publishedBy, release?.transaction, release?.rowsUsed, release?.withdrawn],
    ['ACME', id, 1, { date: '2024-03-01', reason: 'wrong' }],
  );
  assert.deepEqual(
    inventory.recordsUsing('us-epa/egrid/fixture').items.map((line) => line.id),
    [idOf(record)],
  );
  assert.deepEqual(inventory.recordsUsing('us-epa/egrid/none').items, []);
});
