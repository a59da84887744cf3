// The limits of docs/channel.md: the largest value that is taken, and the next one, which is not.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commitment, factorsOf, line, recordOf } from '../../test/support/fixture-channel.ts';
import { egrid } from '../../test/support/fixture-releases.ts';
import { canonical, defaultPolicy, isChannelError } from '../emissions/index.ts';
import { attachShape } from './documents.ts';
import { policyShape } from './policies.ts';
import { provenRecordShape } from './proven-record.ts';
import { runQuery } from './queries.ts';
import { recordShape } from './record-shape.ts';
import { provenRowsShape, publishShape } from './releases.ts';
import type { Shape } from './shape.ts';

const hash = 'd'.repeat(64);
const target = { index: 0, page: hash, path: [], record: recordOf(line()) };

function takes(shape: Shape, value: unknown): boolean {
  try {
    shape(JSON.parse(canonical(value)), 'arguments');
    return true;
  } catch (error) {
    if (!isChannelError(error, 'FIELD_INVALID')) throw error;
    return false;
  }
}

/** Whether the largest and the next value are taken: it must be yes and no. */
function edge(shape: Shape, at: (size: number) => unknown, most: number): [boolean, boolean] {
  return [takes(shape, at(most)), takes(shape, at(most + 1))];
}

test('a page has at most 2,000 records, and a path 16 steps', () => {
  assert.deepEqual(
    edge(provenRecordShape, (index) => ({ ...target, index }), 1_999),
    [true, false],
  );
  assert.deepEqual(
    edge(provenRecordShape, (steps) => ({ ...target, path: Array(steps).fill(hash) }), 16),
    [true, false],
  );
});

test('a document is attached to at most 100 records at once', () => {
  const attach = (count: number) => ({ commitment, key: 'k', targets: Array(count).fill(target) });
  assert.deepEqual(edge(attachShape, attach, 100), [true, false]);
});

test('a policy names at most 10 publishers a country and 300 countries, and looks back 0 to 10 years', () => {
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
  const countries = letters.flatMap((first) => letters.map((second) => first + second));
  // The star that serves the others counts too.
  const many = (count: number) => ({
    ...defaultPolicy,
    publishers: Object.fromEntries(['*', ...countries.slice(0, count - 1)].map((name) => [name, ['ember']])),
  });
  const long = (count: number) => ({ ...defaultPolicy, publishers: { '*': Array(count).fill('ember') } });
  assert.deepEqual(edge(policyShape, many, 300), [true, false]);
  assert.deepEqual(edge(policyShape, long, 10), [true, false]);
  for (const field of ['vintageLimit', 'residualVintageLimit']) {
    assert.deepEqual(
      edge(policyShape, (years) => ({ ...defaultPolicy, [field]: years }), 10),
      [true, false],
      field,
    );
    assert.ok(takes(policyShape, { ...defaultPolicy, [field]: 0 }), field);
  }
});

test('at most 5,000 meters and years are asked for at once', async () => {
  const context = {
    channel: 'test',
    get: async () => undefined,
    getMany: async (keys: readonly string[]) => keys.map(() => undefined),
    range: async function* () {},
  };
  const ask = (count: number) =>
    runQuery(context, 'meter-years.get', JSON.stringify({ keys: Array(count).fill('meter/ACME') }));
  assert.equal((JSON.parse(await ask(5_000)) as unknown[]).length, 5_000);
  await assert.rejects(ask(5_001), (error) => isChannelError(error, 'FIELD_INVALID'));
});

test('a record has at most 40 flags, 64 factors and 40 slices, and a slice names one of 64 factors', () => {
  const record = recordOf(line());
  const [slice] = record.slices ?? [];
  for (const [most, at] of [
    [40, (count: number) => ({ ...record, flags: Array(count).fill('net-only') })],
    [64, (count: number) => ({ ...record, factors: Array(count).fill(hash) })],
    [40, (count: number) => ({ ...record, slices: Array(count).fill(slice) })],
    [63, (main: number) => ({ ...record, slices: [{ ...slice, main }] })],
  ] as const) {
    assert.deepEqual(edge(recordShape, at, most), [true, false], at.toString());
  }
  assert.ok(!takes(recordShape, { ...record, factors: [] }));
  assert.ok(!takes(recordShape, { ...record, slices: [] }));
  const mixed = { ...record, location: { ...record.location, gwpSet: 'mixed' }, losses: { basis: 'mixed', co2e: '1' } };
  assert.ok(takes(recordShape, mixed));
});

test('a page has at most 500 factor rows, each at index 1,000,000 at most and with a path of 40 steps at most', () => {
  const [row] = factorsOf([recordOf(line())]);
  assert.deepEqual(
    edge(provenRowsShape, (count) => Array(count).fill(row), 500),
    [true, false],
  );
  assert.deepEqual(
    edge(provenRowsShape, (index) => [{ ...row, index }], 1_000_000),
    [true, false],
  );
  assert.deepEqual(
    edge(provenRowsShape, (steps) => [{ ...row, path: Array(steps).fill(hash) }], 40),
    [true, false],
  );
});

test('a release has 1 to 1,000,000 rows, and its terms are open or not', () => {
  const { manifest } = egrid;
  assert.deepEqual(
    edge(publishShape, (rowCount) => ({ manifest: { ...manifest, rowCount } }), 1_000_000),
    [true, false],
  );
  assert.ok(!takes(publishShape, { manifest: { ...manifest, rowCount: 0 } }));
  for (const [open, taken] of [
    [true, true],
    [false, true],
    ['false', false],
    [null, false],
  ] as const) {
    assert.equal(takes(publishShape, { manifest: { ...manifest, terms: { ...manifest.terms, open } } }), taken);
  }
});
