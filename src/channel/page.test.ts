import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { acme, fixtureChannel, line, pageOf, recordOf } from '../../test/support/fixture-channel.ts';
import { canonical } from '../emissions/index.ts';
import { maxPageBytes, parseJson, parsePage, recordIds } from './page.ts';
import { recordId } from './record.ts';

const days = Array.from({ length: 5 }, (_, day) =>
  recordOf(line({ start: `2022-03-0${day + 1}`, end: `2022-03-0${day + 2}` })),
);

test('ids are leaf hashes of RFC 9162 and the root is its tree hash', () => {
  const sha = (...parts: (string | Buffer)[]) => {
    const hash = createHash('sha256');
    for (const part of parts) hash.update(part);
    return hash.digest();
  };
  const leaves = days.map((record) => sha(Buffer.of(0), canonical(record)));
  const node = (left: Buffer, right: Buffer) => sha(Buffer.of(1), left, right);
  const [a, b, c, d, e] = leaves as [Buffer, Buffer, Buffer, Buffer, Buffer];
  const { ids, root } = parsePage(canonical(pageOf(days)));
  const hex = leaves.map((leaf) => leaf.toString('hex'));
  assert.deepEqual(ids, hex);
  assert.deepEqual(recordIds(days), hex);
  assert.equal(root, node(node(node(a, b), node(c, d)), e).toString('hex'));
});

test('a page holds at most 2,000 records and a megabyte', async () => {
  const channel = await fixtureChannel();
  const water = recordOf(line({ commodity: 'water', unit: 'm3', quantity: '1', zone: 'Etc/UTC' }));
  const many = pageOf(Array.from({ length: 2001 }, () => water));
  assert.ok(canonical(many).length < maxPageBytes);
  const error = await channel.refuse(acme, 'records.submit', many, { code: 'PAGE_TOO_LARGE' });
  assert.match(error.message, /2001 records; 2000 are allowed/);
  const full = await channel.refuse(acme, 'records.submit', { ...many, records: many.records.slice(1) }, {});
  assert.equal(full.code, 'PAGE_REFUSED');
  assert.equal(full.details.problems?.length, 1999);
});

test('the limit is in bytes, not in characters', () => {
  assert.deepEqual(parseJson(`"${'a'.repeat(999_998)}"`), 'a'.repeat(999_998));
  assert.throws(() => parseJson(`"${'a'.repeat(999_999)}"`), { code: 'PAGE_TOO_LARGE' });
  assert.throws(() => parseJson(`"${'é'.repeat(500_000)}"`), { code: 'PAGE_TOO_LARGE' });
});

test('a thousand records over a year end are read and written once a meter and year', async () => {
  const channel = await fixtureChannel();
  const meters = Array.from({ length: 1000 }, (_, at) => at.toString(16).padStart(64, '0'));
  const made = meters.map((meter) =>
    recordOf(line({ meter, flow: 'exported', start: '2021-12-20', end: '2022-01-10' })),
  );
  const { result, writes } = await channel.submit(acme, 'records.submit', pageOf(made));
  assert.equal(result.count, 1000);
  assert.equal(writes.size, 2002);
  assert.deepEqual(
    [...writes.values()].filter((value) => value?.includes(recordId(made[7] as (typeof made)[0]))).length,
    2,
  );
});
