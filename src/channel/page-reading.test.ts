import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { acme, gasLine, line, recordOf } from '../../test/support/fixture-channel.ts';
import { releases } from '../../test/support/fixture-releases.ts';
import { canonical, defaultPolicy, formatDate, isChannelError, parseDate } from '../emissions/index.ts';
import { PageRecords } from './page-reading.ts';
import { type ActivityRecord, givenFlags, type RecordFacts } from './record.ts';
import { RecordCheck } from './record-check.ts';
import { RecordPlan } from './record-plan.ts';
import { recordShape } from './record-shape.ts';

const state = new Map([
  ['policy', canonical(defaultPolicy)],
  ...releases.map(({ manifest }): [string, string] => [
    `release/${manifest.publisher}/${manifest.dataset}/${manifest.version}`,
    canonical({ manifest, publishedBy: acme.member, transaction: 't' }),
  ]),
]);
const facts = {
  caller: acme,
  timestamp: '2024-06-01T12:00:00.000Z',
  get: async (key: string) => state.get(key),
};
const rows = releases.flatMap(({ proven }) => [...proven.values()]);
const check = await RecordCheck.of(facts, rows);

function made(facts: RecordFacts): ActivityRecord | undefined {
  try {
    return recordOf(facts);
  } catch (error) {
    if (isChannelError(error)) return undefined;
    throw error;
  }
}

const kinds = [
  line(),
  line({ place: { country: 'GB' } }),
  line({ place: { country: 'IN' } }),
  line({ flow: 'net-only' }),
  line({ flow: 'exported' }),
  gasLine(),
  gasLine({ unit: 'Mcf', heatContent: { value: '1.037', unit: 'mmBtu/Mcf' } }),
  gasLine({ unit: 'kWh', calorific: 'gross' }),
];
const factsOf = fc
  .record({
    kind: fc.constantFrom(...kinds),
    start: fc.integer({ min: parseDate('2020-06-01'), max: parseDate('2023-12-31') }),
    days: fc.integer({ min: 1, max: 60 }),
    units: fc.bigInt({ min: 0n, max: 10n ** 12n }),
    places: fc.integer({ min: 0, max: 6 }),
    gwp: fc.constantFrom('publisher', 'publisher', 'AR5', 'AR6'),
    given: fc.subarray([...givenFlags]),
  })
  .map(({ kind, start, days, units, places, ...rest }): RecordFacts => {
    const digits = String(units).padStart(places + 1, '0');
    const whole = digits.slice(0, digits.length - places);
    const quantity = places === 0 ? digits : `${whole}.${digits.slice(-places)}`;
    return {
      ...kind,
      ...(rest as Partial<RecordFacts>),
      start: formatDate(start),
      end: formatDate(start + days),
      quantity,
    };
  });

type Content = Record<string, unknown>;

/** A copy of the record, changed in one member at any depth: taken over from the other, left out, or a last digit more. */
function tampered(record: ActivityRecord, other: ActivityRecord, choose: (most: number) => number): ActivityRecord {
  const copy = structuredClone(record) as unknown as Content;
  let inner = copy;
  let from: Content = other as unknown as Content;
  for (;;) {
    const keys = [...new Set([...Object.keys(inner), ...Object.keys(from)])];
    const key = keys[choose(keys.length)] as string;
    const value = inner[key];
    const theirs = from[key];
    if (typeof value === 'object' && value !== null && Object.keys(value).length > 0 && choose(4) > 0) {
      inner = value as Content;
      from = (theirs ?? {}) as Content;
      continue;
    }
    const how = choose(3);
    if (how === 0 && theirs !== undefined && (key in inner || !Array.isArray(inner))) inner[key] = theirs;
    else if (how === 1 && !Array.isArray(inner)) delete inner[key];
    else if (typeof value === 'string') inner[key] = value.slice(0, -1) + ((Number(value.at(-1)) + 1) % 10 || 1);
    return copy as unknown as ActivityRecord;
  }
}

const drawn = fc.record({
  facts: factsOf,
  dates: factsOf,
  alike: fc.boolean(),
  picks: fc.array(fc.nat(999), { minLength: 12, maxLength: 12 }),
});

/** Records as a page may hold them: right ones, half of them of the kind of the one before, each with two that are tampered with. */
function pageOf(draws: (typeof drawn extends fc.Arbitrary<infer T> ? T : never)[]): ActivityRecord[] {
  const records: ActivityRecord[] = [];
  let last: ActivityRecord | undefined;
  for (const { facts, dates, alike, picks } of draws) {
    const { start, end } = dates;
    const record = made(alike && last !== undefined ? { ...facts, ...kindOf(last), start, end } : facts);
    if (record === undefined) continue;
    let next = 0;
    const choose = (most: number) => (picks[next++ % picks.length] as number) % most;
    records.push(record, tampered(record, last ?? record, choose), tampered(last ?? record, record, choose));
    last = record;
  }
  return records.map((record) => JSON.parse(canonical(record)) as ActivityRecord);
}

/** True where the record passes alone: its shape, and every rule that looks at it by itself. */
function passes(check: RecordCheck, record: ActivityRecord): boolean {
  try {
    recordShape(record, 'record');
    check.checkIndependent(record);
    return true;
  } catch (error) {
    if (!isChannelError(error)) throw error;
    return false;
  }
}

const textOf = (records: readonly ActivityRecord[]) => `${records.map(canonical).join(',')}]}`;

/** True where the last record passes, read after the others. */
function passesAfter(check: RecordCheck, records: readonly ActivityRecord[]): boolean {
  try {
    return new PageRecords(textOf(records), check).read(0)?.length === records.length;
  } catch (error) {
    if (!isChannelError(error)) throw error;
    return false;
  }
}

/** Counts what plans accept while the task runs. */
async function planned(task: () => unknown): Promise<number> {
  const { read } = RecordPlan.prototype;
  let count = 0;
  RecordPlan.prototype.read = function (...args) {
    const found = read.apply(this, args);
    if (found !== undefined) count += 1;
    return found;
  };
  try {
    await task();
  } finally {
    RecordPlan.prototype.read = read;
  }
  return count;
}

test('records are judged together as one by one, whatever their slices', async () => {
  const verdicts = new Map<string, number>();
  const served = await planned(() =>
    fc.assert(
      fc.asyncProperty(fc.array(drawn, { minLength: 2, maxLength: 12 }), async (draws) => {
        const page = pageOf(draws);
        const sound: ActivityRecord[] = [];
        for (const record of page) {
          const alone = passes(check, record);
          assert.equal(passesAfter(check, [...sound, record]), alone, canonical(record));
          if (alone) sound.push(record);
          const kind = `${alone} ${(record.slices?.length ?? 0) > 1}`;
          verdicts.set(kind, (verdicts.get(kind) ?? 0) + 1);
        }
      }),
      { numRuns: 250 },
    ),
  );
  for (const kind of ['true true', 'true false', 'false true', 'false false'])
    assert.ok((verdicts.get(kind) ?? 0) > 60, String([...verdicts]));
  assert.ok(served > 500, `plans served ${served} records`);
});

function kindOf({ commodity, flow, unit, zone, place, gwp, heatContent, calorific }: ActivityRecord) {
  return JSON.parse(
    JSON.stringify({ commodity, flow, unit, zone, place, gwp, heatContent, calorific }),
  ) as Partial<RecordFacts>;
}

type Field = { path: string[]; value: string };

/** Every text of a record, at any depth. */
function fieldsOf(value: unknown, path: string[] = []): Field[] {
  if (typeof value === 'string') return [{ path, value }];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => fieldsOf(member, [...path, name]));
}

function withField(record: ActivityRecord, path: readonly string[], value: string | undefined): ActivityRecord {
  const copy = structuredClone(record) as unknown as Content;
  let inner = copy;
  for (const name of path.slice(0, -1)) inner = inner[name] as Content;
  const last = path.at(-1) as string;
  if (value === undefined) delete inner[last];
  else inner[last] = value;
  return copy as unknown as ActivityRecord;
}

for (const [what, dates] of [
  ['one slice', ['2022-03-01', '2022-04-01', '2022-05-01', '2022-06-01']],
  ['several slices', ['2021-12-10', '2022-01-12', '2021-12-14', '2022-01-09']],
] as const) {
  test(`every text of a record of ${what} that a plan serves is looked at`, async () => {
    const [start, end, nextStart, nextEnd] = dates;
    const first = recordOf(line({ start, end }));
    const second = recordOf(line({ quantity: '73.25', start: nextStart, end: nextEnd }));
    assert.equal(await planned(() => assert.ok(passesAfter(check, [first, second]))), 1);
    assert.equal((second.slices?.length ?? 0) > 1, what === 'several slices');
    let refused = 0;
    for (const { path, value } of fieldsOf(second)) {
      for (const wrong of [`${value}0`, `${value}1`, '0', '', '"', undefined]) {
        const tamper = withField(second, path, wrong);
        const alone = passes(check, tamper);
        assert.equal(passesAfter(check, [first, tamper]), alone, `${path.join('.')} ${wrong}`);
        if (!alone) refused += 1;
      }
    }
    assert.ok(refused > 100, String(refused));
  });
}

test('a plan leaves amounts that a record cannot hold to the shape', async () => {
  const first = recordOf(line({ unit: 'MWh', quantity: '1' }));
  const large = recordOf(line({ unit: 'MWh', quantity: '9'.repeat(30) }));
  assert.ok(!passes(check, large));
  assert.ok(!passesAfter(check, [first, large]));
});

test('a plan reads no date after the last recordable day and no other owner', async () => {
  const first = recordOf(line({ start: '2023-01-01', end: '2023-02-01' }));
  const check = await RecordCheck.of({ ...facts, timestamp: '2023-03-01T00:00:00.000Z' }, rows);
  const late = recordOf(line({ start: '2023-03-01', end: '2023-03-03' }));
  const intime = recordOf(line({ start: '2023-03-01', end: '2023-03-02' }));
  assert.equal(passes(check, intime), passesAfter(check, [first, intime]));
  assert.ok(passesAfter(check, [first, intime]));
  assert.ok(!passesAfter(check, [first, late]));
  assert.ok(!passesAfter(check, [first, { ...intime, owner: 'BETA' }]));
});
