import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { gasLine, line, recordOf } from '../../test/support/fixture-channel.ts';
import { releases } from '../../test/support/fixture-releases.ts';
import { canonical, defaultPolicy, formatDate, isChannelError, parseDate, parseSpan } from '../emissions/index.ts';
import { Recomputation } from './recomputation.ts';
import { figureCache, recompute } from './recompute.ts';
import { type ActivityRecord, givenFlags, type RecordFacts } from './record.ts';
import { recordShape } from './record-shape.ts';

const proven = new Map(releases.flatMap(({ candidates }) => candidates.map(({ hash, row }) => [hash, row])));

/** The message of a refusal; undefined where the record is accepted. */
function verdict(check: () => void): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (!isChannelError(error)) throw error;
    return `${error.code} ${error.message} ${JSON.stringify(error.details)}`;
  }
}

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

function isWellFormed(record: ActivityRecord): boolean {
  return verdict(() => recordShape(record, 'record') ?? parseSpan(record.start, record.end)) === undefined;
}

test('records are judged together as one by one', () => {
  const verdicts = new Map<boolean, number>();
  fc.assert(
    fc.property(fc.array(drawn, { minLength: 2, maxLength: 12 }), (draws) => {
      const recomputation = new Recomputation(proven, defaultPolicy);
      for (const record of pageOf(draws).filter(isWellFormed)) {
        const alone = verdict(() => recompute(record, proven, defaultPolicy, figureCache()));
        const together = verdict(() => recomputation.check(record, parseSpan(record.start, record.end)));
        assert.equal(together, alone, JSON.stringify(record));
        verdicts.set(alone === undefined, (verdicts.get(alone === undefined) ?? 0) + 1);
      }
    }),
    { numRuns: 250 },
  );
  for (const accepted of [true, false]) assert.ok((verdicts.get(accepted) ?? 0) > 150, String([...verdicts]));
});

function kindOf({ commodity, flow, unit, zone, place, gwp, heatContent, calorific }: ActivityRecord) {
  return JSON.parse(
    JSON.stringify({ commodity, flow, unit, zone, place, gwp, heatContent, calorific }),
  ) as Partial<RecordFacts>;
}

test('every figure and label of a record that a plan serves is looked at', () => {
  const first = recordOf(line());
  const second = recordOf(line({ quantity: '73.25', start: '2022-05-01', end: '2022-06-01' }));
  const recomputation = new Recomputation(proven, defaultPolicy);
  const check = (record: ActivityRecord) => recomputation.check(record, parseSpan(record.start, record.end));
  check(first);
  check(second);
  for (const name of ['location', 'market', 'losses'] as const) {
    const result = second[name] as unknown as Record<string, string>;
    for (const [field, value] of Object.entries(result)) {
      for (const wrong of [`${value}0`, `${value}1`, '0', undefined]) {
        const { [field]: _, ...rest } = result;
        const tamper = { ...second, [name]: wrong === undefined ? rest : { ...rest, [field]: wrong } };
        assert.throws(
          () => check(tamper as ActivityRecord),
          { code: 'ARITHMETIC_MISMATCH' },
          `${name}.${field} ${wrong}`,
        );
      }
    }
    assert.throws(() => check({ ...second, [name]: { ...result, ch5: '0' } } as ActivityRecord), {
      code: 'ARITHMETIC_MISMATCH',
    });
  }
  assert.throws(() => check({ ...second, energy: '73.250' }), { code: 'ARITHMETIC_MISMATCH' });
  assert.throws(() => check({ ...second, start: '2021-12-31' }), { code: 'SLICES_INVALID' });
});
