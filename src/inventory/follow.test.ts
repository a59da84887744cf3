import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import { verifyInclusion } from '../emissions/index.ts';
import { Inventory } from './inventory.ts';
import { Chain, documentOf, electricity, idOf, meterOf } from './sample-blocks.conformance.ts';

const folder = mkdtempSync(join(tmpdir(), 'uec-inventory-'));
after(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;
function newPath(): string {
  files += 1;
  return join(folder, `${files}.sqlite`);
}

function modelOf(chain: Chain, path = newPath()): Inventory {
  const inventory = Inventory.open(path);
  for (const block of chain.blocks) inventory.apply(block);
  return inventory;
}

/** Every table of the file, row by row. */
function dump(path: string): string {
  const database = new DatabaseSync(path);
  const tables = database.prepare(`SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name`).all();
  const rows = tables.map(({ name }) => {
    const statement = database.prepare(`SELECT * FROM ${String(name)}`);
    statement.setReadBigInts(true);
    return [name, statement.all()];
  });
  database.close();
  return JSON.stringify(rows, (_key, value: unknown) => (typeof value === 'bigint' ? `${value}` : value));
}

const monthly = (year: number, month: number, change = {}) =>
  electricity({
    start: `${year}-${String(month).padStart(2, '0')}-01`,
    end: month === 12 ? `${year + 1}-01-01` : `${year}-${String(month + 1).padStart(2, '0')}-01`,
    ...change,
  });

function eventful(): Chain {
  const chain = new Chain();
  const [january, february] = chain.submit(
    monthly(2022, 1, { readBasis: 'estimated', evidence: { document: documentOf('a') } }),
    monthly(2022, 2),
    monthly(2022, 3, { flow: 'exported', quantity: '10' }),
  );
  assert.ok(january && february);
  const { record: base } = january;
  chain.correct(
    monthly(2022, 1, { quantity: '1080', supersedes: { record: idOf(base), reason: 'estimate-replaced' } }),
    january,
  );
  chain.correct(
    monthly(2022, 2, { quantity: '7', adjusts: { record: idOf(february.record), reason: 'rebilled' } }),
    february,
  );
  chain.add('documents.attach', { commitment: documentOf('b'), key: 'b', targets: [february] }, () => ({
    commitment: documentOf('b'),
    owner: 'ACME',
    records: [idOf(february.record)],
    state: 'committed',
  }));
  chain.void(february);
  return chain;
}

test('T1: 1000 kWh of 2022 give 373.127954 kg', () => {
  const chain = new Chain();
  chain.submit(monthly(2022, 1));
  const inventory = modelOf(chain);
  const { scope2 } = inventory.inventory('ACME', 2022);
  assert.deepEqual(scope2.location.co2e, { kg: '373.127954', t: '0.373127954' });
  assert.equal(scope2.market.co2e.kg, '382.795242');
  assert.equal(scope2.location.records, 1);
  inventory.close();
});

test('T20: an estimate replaced by an actual reading counts once', () => {
  const chain = new Chain();
  const [estimate] = chain.submit(monthly(2022, 1, { readBasis: 'estimated' }));
  assert.ok(estimate);
  const follows = { record: idOf(estimate.record), reason: 'estimate-replaced' } as const;
  const actual = monthly(2022, 1, { quantity: '1080', supersedes: follows });
  chain.correct(actual, estimate);
  const inventory = modelOf(chain);
  const { energy, scope2 } = inventory.inventory('ACME', 2022);
  assert.equal(energy[0]?.energy, '1080');
  // 1080 x 0.373127954
  assert.equal(scope2.location.co2e.kg, '402.97819');
  assert.equal(scope2.location.quality.shares.estimated, '0');
  assert.equal(inventory.records().items.length, 2);
  const old = inventory.record(idOf(estimate.record));
  assert.equal(old?.state, 'superseded');
  assert.equal(old?.by, idOf(actual));
  assert.equal(old?.reason, 'estimate-replaced');
  assert.deepEqual(
    inventory.records({ state: 'active' }).items.map(({ id }) => id),
    [idOf(actual)],
  );
  inventory.close();
});

test('T23: records that differ in their start alone are two', () => {
  const chain = new Chain();
  const one = electricity({ start: '2022-01-01', end: '2022-02-01' });
  const other = electricity({ start: '2022-01-02', end: '2022-02-01' });
  chain.submit(one, other);
  const inventory = modelOf(chain);
  assert.notEqual(idOf(one), idOf(other));
  assert.deepEqual(inventory.record(idOf(one))?.record, JSON.parse(JSON.stringify(one)));
  assert.equal(inventory.record(idOf(other))?.index, 1);
  inventory.close();
});

test('an adjustment counts as long as the record that it adjusts', () => {
  const chain = new Chain();
  const [base] = chain.submit(monthly(2022, 1));
  assert.ok(base);
  const follows = { record: idOf(base.record), reason: 'rebilled' } as const;
  const adjustment = chain.correct(monthly(2022, 1, { quantity: '50', adjusts: follows }), base);
  const inventory = modelOf(chain);
  const kWh = () => inventory.inventory('ACME', 2022).energy[0]?.energy;
  assert.equal(kWh(), '1050');
  assert.deepEqual(inventory.record(idOf(base.record))?.adjustments, [idOf(adjustment.record)]);
  chain.void(base);
  inventory.apply(chain.blocks.at(-1) as never);
  assert.equal(kWh(), undefined);
  const view = inventory.record(idOf(adjustment.record));
  assert.equal(view?.state, 'active');
  assert.equal(view?.counted, false);
  assert.equal(inventory.record(idOf(base.record))?.reason, 'entered-in-error');
  inventory.close();
});

test('a voided adjustment leaves its record counting', () => {
  const chain = new Chain();
  const [base] = chain.submit(monthly(2022, 1));
  assert.ok(base);
  const follows = { record: idOf(base.record), reason: 'rebilled' } as const;
  chain.void(chain.correct(monthly(2022, 1, { quantity: '50', adjusts: follows }), base));
  const inventory = modelOf(chain);
  assert.equal(inventory.inventory('ACME', 2022).energy[0]?.energy, '1000');
  inventory.close();
});

test('repeated submissions and invalid transactions change nothing', () => {
  const chain = new Chain();
  const record = monthly(2022, 1);
  const [first] = chain.submit(record);
  assert.ok(first);
  const args = JSON.parse(chain.blocks[0]?.transactions[0]?.args as string);
  chain.add('records.submit', args, () => ({ count: 1, owner: 'ACME', root: idOf(record), transaction: first.page }));
  chain.add('records.submit', { ...args, key: 'x' }, (transaction) => ({ transaction }), { valid: false });
  const inventory = modelOf(chain);
  assert.equal(inventory.records().items.length, 1);
  assert.equal(inventory.height, 3);
  inventory.close();
});

test('a block is taken in once; one that does not follow is refused and changes nothing', () => {
  const chain = eventful();
  const inventory = modelOf(chain);
  const before = inventory.totals();
  for (const block of chain.blocks) assert.equal(inventory.apply(block), false);
  assert.deepEqual(inventory.totals(), before);
  const next = { ...(chain.blocks[0] as (typeof chain.blocks)[0]), height: chain.blocks.length };
  assert.throws(() => inventory.apply({ ...next, previous: 'ff' }), { code: 'STATE_CORRUPT' });
  assert.throws(() => inventory.apply({ ...next, height: next.height + 1 }), { code: 'STATE_CORRUPT' });
  assert.equal(inventory.height, chain.blocks.length);
  inventory.close();
});

test('rebuilding gives the same file, however the blocks came', async () => {
  const chain = eventful();
  const [single, grouped] = [newPath(), newPath()];
  const inventory = modelOf(chain, single);
  const answers = [
    inventory.totals({ by: ['month', 'place'] }),
    inventory.inventory('ACME', 2022),
    inventory.records(),
  ];
  inventory.close();
  const other = Inventory.open(grouped);
  assert.equal(await other.catchUp(chain.ledger()), chain.blocks.length);
  const first = dump(grouped);
  assert.equal(await other.rebuild(chain.ledger()), chain.blocks.length);
  assert.deepEqual([other.totals({ by: ['month', 'place'] }), other.inventory('ACME', 2022), other.records()], answers);
  other.close();
  assert.equal(dump(grouped), first);
  assert.equal(dump(single), first);
});

test('a stop inside a group loses nothing that the ledger does not give again', async () => {
  const chain = eventful();
  const path = newPath();
  const inventory = Inventory.open(path);
  let failed = 0;
  const broken = chain.ledger((block) => {
    // A second connection sees what a kill at this moment would leave: nothing of the open group, and its cursor.
    if (block.height === 4) {
      const database = new DatabaseSync(path, { readOnly: true });
      failed = database.prepare('SELECT (SELECT count(*) FROM records) + height AS left FROM cursor').get()
        ?.left as number;
      database.close();
      throw new Error('the ledger went away');
    }
  });
  await assert.rejects(inventory.catchUp(broken), /went away/);
  assert.equal(failed, 0);
  assert.equal(inventory.height, 4);
  inventory.close();
  const again = Inventory.open(path);
  assert.equal(again.height, 4);
  await again.catchUp(chain.ledger());
  again.close();
  const whole = newPath();
  modelOf(chain, whole).close();
  assert.equal(dump(path), dump(whole));
});

test('a transaction that cannot be read leaves the file at the last whole group', async () => {
  const chain = eventful();
  const path = newPath();
  const inventory = modelOf(chain, path);
  const before = dump(path);
  chain.submit(monthly(2022, 5));
  chain.add('records.void', { targets: [{ page: 'ab', index: 0 }], reason: 'other' }, () => ({}));
  await assert.rejects(inventory.catchUp(chain.ledger()));
  assert.equal(inventory.height, chain.blocks.length - 2);
  inventory.close();
  assert.equal(dump(path), before);
});

test('a ledger that does not hold the block of the cursor is refused before anything is taken in', async () => {
  const chain = eventful();
  const path = newPath();
  modelOf(chain, path).close();
  const shorter = new Chain();
  shorter.submit(monthly(2022, 1));
  const longer = new Chain();
  for (let count = 0; count < chain.blocks.length + 2; count += 1) longer.submit(monthly(2010 + count, 1));
  for (const other of [shorter, longer]) {
    const inventory = Inventory.open(path);
    await assert.rejects(inventory.catchUp(other.ledger()), { code: 'STATE_CORRUPT' });
    assert.equal(inventory.height, chain.blocks.length);
    inventory.close();
  }
});

test('a file of another version is built anew, one that is no database is refused', async () => {
  const path = newPath();
  const database = new DatabaseSync(path);
  database.exec('CREATE TABLE cursor (height INTEGER); PRAGMA user_version = 99');
  database.close();
  const inventory = Inventory.open(path);
  assert.equal(inventory.height, 0);
  inventory.close();
  const { writeFileSync } = await import('node:fs');
  const other = newPath();
  writeFileSync(
    other,
    'this is no database, only a text that is long enough to be taken for a header of one, and more',
  );
  assert.throws(() => Inventory.open(other), { code: 'STATE_CORRUPT' });
});

test('a record is proven to its page by a path', () => {
  const chain = new Chain();
  const records = Array.from({ length: 7 }, (_, at) => monthly(2022, at + 1));
  const pages = chain.submit(...records);
  const inventory = modelOf(chain);
  const { root } = JSON.parse(chain.blocks[0]?.transactions[0]?.result as string) as { root: string };
  records.forEach((record, index) => {
    const proven = inventory.provenRecord(idOf(record));
    assert.equal(proven?.index, index);
    assert.equal(proven?.page, pages[0]?.page);
    assert.equal(verifyInclusion(idOf(record), index, 7, proven?.path ?? [], root), true);
  });
  assert.equal(inventory.provenRecord('f'.repeat(64)), undefined);
  inventory.close();
});

test('records of more than one bundle and of several pages are found whole', () => {
  const chain = new Chain();
  const records = Array.from({ length: 150 }, (_, at) => monthly(2022, (at % 12) + 1, { meter: meterOf(`m${at}`) }));
  chain.submit(...records.slice(0, 70));
  chain.submit(...records.slice(70));
  const inventory = modelOf(chain);
  for (const record of records) assert.equal(inventory.record(idOf(record))?.record.meter, record.meter);
  assert.equal(inventory.totals().rows[0]?.energy[0]?.energy, '150000');
  inventory.close();
});
