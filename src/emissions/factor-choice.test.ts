import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { candidate, factorRow } from '../../test/vectors/fixture-rows.ts';
import { isChannelError } from './error.ts';
import { type Candidate, commodities, type FactorRow } from './factor.ts';
import { ageOf, type ChoiceQuery, type ChosenSlice, chooseFactors, methodsFor } from './factor-choice.ts';
import { formatDate, parseDate, parseSpan } from './period.ts';
import type { Place } from './place.ts';
import { defaultPolicy } from './policy.ts';

const usa: Place = { country: 'US' };
const california: Place = { country: 'US', subdivision: 'US-CA', region: 'CAMX' };

function query(start: string, end: string, changes: Partial<ChoiceQuery> = {}): ChoiceQuery {
  return { commodity: 'electricity', span: parseSpan(start, end), place: usa, policy: defaultPolicy, ...changes };
}

const show = (slices: readonly ChosenSlice[]) =>
  slices.map(({ span, main, residual, losses }) =>
    [formatDate(span.start), formatDate(span.end), ...[main, residual, losses].map((each) => each?.row.id ?? '-')].join(
      ' ',
    ),
  );
const choose = (asked: ChoiceQuery, ...candidates: Candidate[]) => show(chooseFactors(asked, candidates));
const ids = (asked: ChoiceQuery, ...candidates: Candidate[]) =>
  chooseFactors(asked, candidates).map(({ main }) => main.row.id);
const grid = (year: number, changes: Partial<FactorRow> = {}) => factorRow({ id: `grid${year}`, year, ...changes });
const residual = (year: number, changes: Partial<FactorRow> = {}) =>
  grid(year, { id: `residual${year}`, publisher: 'green-e', method: 'residual-mix', ...changes });
const loss = (year: number, changes: Partial<FactorRow> = {}) => {
  const share = { value: '0.05', unit: 'fraction' } as const;
  return grid(year, { id: `loss${year}`, method: 'loss-rate', loss: { basis: 'generation', share }, ...changes });
};

test('each commodity looks for the methods that its result needs', () => {
  const methods = commodities.map((commodity) => [commodity, ...Object.values(methodsFor(commodity))]);
  assert.deepEqual(methods, [
    ['electricity', 'location', true, true],
    ['natural-gas', 'fuel', false, false],
    ['steam', 'location', false, false],
    ['heat', 'location', false, false],
    ['cooling', 'location', false, false],
    ['water', 'location', false, false],
  ]);
});

test('a year is cut at its end, each slice with its own rows', () => {
  const rows = [grid(2021), grid(2022), residual(2021), residual(2022), loss(2021), loss(2022)].map((row) =>
    candidate(row),
  );
  assert.deepEqual(choose(query('2021-12-16', '2022-01-15'), ...rows), [
    '2021-12-16 2022-01-01 grid2021 residual2021 loss2021',
    '2022-01-01 2022-01-15 grid2022 residual2022 loss2022',
  ]);
  assert.deepEqual(choose(query('2021-12-31', '2022-01-01'), ...rows), [
    '2021-12-31 2022-01-01 grid2021 residual2021 loss2021',
  ]);
  assert.deepEqual(choose(query('2022-01-01', '2022-01-02'), ...rows), [
    '2022-01-01 2022-01-02 grid2022 residual2022 loss2022',
  ]);
});

test('a year end is a cut also where one row serves both years', () => {
  assert.deepEqual(choose(query('2022-12-01', '2023-02-01'), candidate(grid(2021))), [
    '2022-12-01 2023-01-01 grid2021 - -',
    '2023-01-01 2023-02-01 grid2021 - -',
  ]);
});

test("India's fiscal years cut at 1 April, and the calendar year at 1 January", () => {
  const india = (year: number) =>
    candidate(
      grid(year, {
        id: `in${year}`,
        publisher: 'cea',
        place: { country: 'IN' },
        validFrom: `${year}-04-01`,
        validTo: `${year + 1}-04-01`,
      }),
    );
  const asked = query('2022-12-15', '2023-04-15', { place: { country: 'IN' } });
  assert.deepEqual(choose(asked, india(2022), india(2023)), [
    '2022-12-15 2023-01-01 in2022 - -',
    '2023-01-01 2023-04-01 in2022 - -',
    '2023-04-01 2023-04-15 in2023 - -',
  ]);
});

test('a change of any row of a slice is a cut; a boundary of a row that is not used is none', () => {
  const half = candidate(loss(2022, { id: 'half', validTo: '2022-07-01' }));
  const newer = candidate(loss(2022, { id: 'second', validFrom: '2022-07-01' }));
  assert.deepEqual(choose(query('2022-06-01', '2022-08-01'), candidate(grid(2022)), half, newer), [
    '2022-06-01 2022-07-01 grid2022 - half',
    '2022-07-01 2022-08-01 grid2022 - second',
  ]);
  const unused = candidate(grid(2022, { id: 'ember', publisher: 'ember', validTo: '2022-07-01' }));
  assert.deepEqual(choose(query('2022-06-01', '2022-08-01'), candidate(grid(2022)), unused), [
    '2022-06-01 2022-08-01 grid2022 - -',
  ]);
});

test('places are tried from fine to coarse', () => {
  const rows = {
    region: candidate(grid(2022, { id: 'region', place: { country: 'US', region: 'CAMX' } })),
    state: candidate(grid(2022, { id: 'state', place: { country: 'US', subdivision: 'US-CA' } })),
    country: candidate(grid(2022, { id: 'country' })),
    other: candidate(grid(2022, { id: 'other', place: { country: 'US', region: 'NWPP' } })),
    abroad: candidate(grid(2022, { id: 'abroad', place: { country: 'CA' } })),
  };
  const asked = query('2022-01-01', '2022-02-01', { place: california });
  assert.deepEqual(ids(asked, rows.abroad, rows.other, rows.country, rows.state, rows.region), ['region']);
  assert.deepEqual(ids(asked, rows.abroad, rows.other, rows.country, rows.state), ['state']);
  assert.deepEqual(ids(asked, rows.abroad, rows.other, rows.country), ['country']);
  assert.throws(() => ids(asked, rows.abroad, rows.other), { code: 'FACTOR_NOT_FOUND' });
  // A coarse place does not see finer rows; an older row of the finer place comes before the coarse one of the year.
  assert.throws(() => ids(query('2022-01-01', '2022-02-01'), rows.region, rows.state), { code: 'FACTOR_NOT_FOUND' });
  const old = candidate(grid(2019, { id: 'old', place: { country: 'US', region: 'CAMX' } }));
  assert.deepEqual(ids(asked, old, rows.country), ['old']);
});

test('publishers are tried in the order of the policy, each with its older rows, and no others', () => {
  const of = (publisher: string, year = 2022) => candidate(grid(year, { id: `${publisher}${year}`, publisher }));
  const asked = query('2022-01-01', '2022-02-01');
  assert.deepEqual(ids(asked, of('ember'), of('us-epa')), ['us-epa2022']);
  assert.deepEqual(ids(asked, of('ember'), of('us-epa', 2017)), ['us-epa2017']);
  assert.deepEqual(ids(asked, of('ember'), of('us-epa', 2016)), ['ember2022']);
  for (const publisher of ['desnz', 'constructor', '__proto__', '']) {
    assert.throws(() => ids(asked, of(publisher)), { code: 'FACTOR_NOT_FOUND' }, publisher);
  }
});

test('the latest earlier row within the limit, and never a later one', () => {
  const asked = query('2022-03-01', '2022-04-01');
  assert.deepEqual(ids(asked, candidate(grid(2019)), candidate(grid(2020)), candidate(grid(2023))), ['grid2020']);
  assert.deepEqual(ids(asked, candidate(grid(2017))), ['grid2017']);
  assert.throws(() => ids(asked, candidate(grid(2016))), { code: 'FACTOR_NOT_FOUND' });
  assert.throws(() => ids(asked, candidate(grid(2023))), { code: 'FACTOR_NOT_FOUND' });
  // starting a day later, ending a day earlier
  const late = candidate(grid(2022, { id: 'late', validFrom: '2022-03-02' }));
  assert.throws(() => ids(asked, late), { code: 'FACTOR_NOT_FOUND' });
  const early = candidate(grid(2022, { id: 'early', validTo: '2022-03-31' }));
  const held = ['2022-03-01 2022-03-31 early - -', '2022-03-31 2022-04-01 early - -'];
  assert.deepEqual(choose(asked, early), held);
  assert.deepEqual(choose(asked, early, candidate(grid(2021))), held);
  const limit = { ...defaultPolicy, vintageLimit: 0 };
  assert.throws(() => ids(query('2022-03-01', '2022-04-01', { policy: limit }), candidate(grid(2021))), {
    code: 'FACTOR_NOT_FOUND',
  });
});

test('a row that starts inside the period serves from its start, the older one before it', () => {
  const late = candidate(grid(2022, { id: 'late', validFrom: '2022-03-15' }));
  assert.deepEqual(choose(query('2022-03-01', '2022-04-01'), candidate(grid(2021)), late), [
    '2022-03-01 2022-03-15 grid2021 - -',
    '2022-03-15 2022-04-01 late - -',
  ]);
});

test('in a gap between validities the earlier row serves, in a slice of its own', () => {
  const before = candidate(grid(2022, { id: 'before', validTo: '2022-03-10' }));
  const after = candidate(grid(2022, { id: 'after', validFrom: '2022-03-20' }));
  assert.deepEqual(choose(query('2022-03-01', '2022-04-01'), after, before), [
    '2022-03-01 2022-03-10 before - -',
    '2022-03-10 2022-03-20 before - -',
    '2022-03-20 2022-04-01 after - -',
  ]);
});

test('where a validity ends and nothing newer is published, the same row serves on in a slice of its own', () => {
  const cea = grid(2023, {
    id: 'cea',
    publisher: 'cea',
    place: { country: 'IN' },
    validFrom: '2023-04-01',
    validTo: '2024-04-01',
  });
  const asked = query('2024-03-15', '2024-04-15', { place: { country: 'IN' } });
  assert.deepEqual(choose(asked, candidate(cea)), ['2024-03-15 2024-04-01 cea - -', '2024-04-01 2024-04-15 cea - -']);
  // The same for residual mix and losses; boundaries of both coincide here.
  const usual = [candidate(grid(2022)), candidate(residual(2022, { validTo: '2022-03-10' }))];
  const march = query('2022-03-01', '2022-04-01');
  const both = (id: string) => [`2022-03-01 2022-03-10 grid2022 ${id}`, `2022-03-10 2022-04-01 grid2022 ${id}`];
  assert.deepEqual(choose(march, ...usual), both('residual2022 -'));
  assert.deepEqual(
    choose(march, candidate(grid(2022)), candidate(loss(2022, { validTo: '2022-03-10' }))),
    both('- loss2022'),
  );
});

test('of several editions the newest publication wins, within a year and among older rows', () => {
  const first = candidate(grid(2022, { id: 'z-first', edition: 'z' }), '2024-01-30');
  const second = candidate(grid(2022, { id: 'a-second', edition: 'a' }), '2025-06-12');
  for (const order of [
    [first, second],
    [second, first],
  ]) {
    assert.deepEqual(ids(query('2022-01-01', '2022-02-01'), ...order), ['a-second']);
    assert.deepEqual(ids(query('2024-01-01', '2024-02-01'), ...order), ['a-second']);
  }
  const sameDay = (edition: string, id: string) => candidate(grid(2022, { id, edition }), '2024-01-30');
  const editions = [sameDay('e1', 'b'), sameDay('e2', 'a')];
  assert.deepEqual(ids(query('2022-01-01', '2022-02-01'), ...editions), ['a']);
  assert.deepEqual(ids(query('2022-01-01', '2022-02-01'), sameDay('e', 'b'), sameDay('e', 'a')), ['b']);
});

test('rows equal in publication, edition and id are settled by hash, in whatever order they come', () => {
  const one = candidate(grid(2022, { co2e: { value: '1', unit: 'kg/kWh' } }));
  const two = candidate(grid(2022, { co2e: { value: '2', unit: 'kg/kWh' } }));
  const asked = query('2022-01-01', '2022-02-01');
  const chosen = (...rows: Candidate[]) => chooseFactors(asked, rows)[0]?.main.hash;
  assert.equal(chosen(one, two), chosen(two, one));
});

test('a residual mix may be two years older, and "not applicable" is an answer', () => {
  const asked = query('2023-01-01', '2023-02-01');
  const main = candidate(grid(2023));
  assert.deepEqual(choose(asked, main, candidate(residual(2021))), ['2023-01-01 2023-02-01 grid2023 residual2021 -']);
  assert.deepEqual(choose(asked, main, candidate(residual(2020))), ['2023-01-01 2023-02-01 grid2023 - -']);
  assert.deepEqual(choose(asked, main, candidate(residual(2024))), ['2023-01-01 2023-02-01 grid2023 - -']);
  const none = candidate(residual(2023, { id: 'none', notApplicable: true }));
  assert.deepEqual(choose(asked, main, candidate(residual(2022)), none), ['2023-01-01 2023-02-01 grid2023 none -']);
});

test('"not applicable" is no grid factor and no loss rate', () => {
  const asked = query('2023-01-01', '2023-02-01');
  const none = candidate(grid(2023, { id: 'none', notApplicable: true }));
  const noLoss = candidate(loss(2023, { id: 'no-loss', notApplicable: true }));
  assert.deepEqual(choose(asked, none, noLoss, candidate(grid(2022)), candidate(loss(2022))), [
    '2023-01-01 2023-02-01 grid2022 - loss2022',
  ]);
  assert.throws(() => ids(asked, none), { code: 'FACTOR_NOT_FOUND' });
});

test("losses are those of the grid factor's own publisher", () => {
  const asked = query('2022-01-01', '2022-02-01');
  const foreign = candidate(loss(2022, { id: 'ember-loss', publisher: 'ember' }));
  const own = candidate(loss(2020));
  assert.deepEqual(choose(asked, candidate(grid(2022)), foreign), ['2022-01-01 2022-02-01 grid2022 - -']);
  assert.deepEqual(choose(asked, candidate(grid(2022)), foreign, own), ['2022-01-01 2022-02-01 grid2022 - loss2020']);
  assert.deepEqual(choose(asked, candidate(grid(2022)), candidate(loss(2016))), ['2022-01-01 2022-02-01 grid2022 - -']);
});

test('rows of another commodity or method are never used', () => {
  const asked = query('2022-01-01', '2022-02-01');
  for (const changes of [
    { commodity: 'heat' },
    { commodity: 'natural-gas', method: 'fuel' },
    { method: 'non-baseload' },
    { method: 'upstream' },
    { method: 'fuel' },
    { method: 'residual-mix' },
    { method: 'loss-rate' },
  ] as const) {
    assert.throws(
      () => ids(asked, candidate(grid(2022, changes))),
      { code: 'FACTOR_NOT_FOUND' },
      JSON.stringify(changes),
    );
  }
  const heat = query('2022-01-01', '2022-02-01', { commodity: 'heat' });
  const rows = [grid(2022), residual(2022), loss(2022)].map((row) => candidate({ ...row, commodity: 'heat' }));
  assert.deepEqual(choose(heat, ...rows), ['2022-01-01 2022-02-01 grid2022 - -']);
});

test('gas takes the row of its calorific value, gross where none is stated', () => {
  const fuel = (id: string, calorific?: 'gross' | 'net') =>
    candidate(
      grid(2022, { id, commodity: 'natural-gas', method: 'fuel', ...(calorific === undefined ? {} : { calorific }) }),
    );
  const rows = [fuel('net', 'net'), fuel('gross', 'gross')];
  const asked = (calorific?: 'gross' | 'net') =>
    query('2022-01-01', '2022-02-01', { commodity: 'natural-gas', ...(calorific === undefined ? {} : { calorific }) });
  assert.deepEqual(ids(asked(), ...rows), ['gross']);
  assert.deepEqual(ids(asked('gross'), ...rows), ['gross']);
  assert.deepEqual(ids(asked('net'), ...rows), ['net']);
  assert.deepEqual(ids(asked('net'), fuel('any')), ['any']);
  assert.throws(() => ids(asked('net'), fuel('gross', 'gross')), { code: 'FACTOR_NOT_FOUND' });
});

test('a row with a broken date is refused, unless nothing asks for it', () => {
  const broken = candidate(grid(2022, { id: 'broken', validFrom: '2022-13-01' }));
  const asked = query('2022-01-01', '2022-02-01');
  assert.throws(() => ids(asked, broken, candidate(grid(2022))), { code: 'DATE_INVALID' });
  for (const changes of [
    { place: { country: 'CA' } },
    { method: 'upstream' },
    { publisher: 'desnz' },
    { commodity: 'heat' },
  ] as const) {
    const elsewhere = { ...broken, row: { ...broken.row, ...changes } };
    assert.deepEqual(ids(asked, elsewhere, candidate(grid(2022))), ['grid2022']);
  }
});

test('what was looked for is told step by step', () => {
  const rows = [grid(2023), grid(2015), grid(2024)].map((row) => candidate(row));
  assert.throws(
    () => ids(query('2022-01-01', '2022-02-01', { place: california }), ...rows),
    (error: unknown) => {
      assert.ok(isChannelError(error, 'FACTOR_NOT_FOUND'));
      assert.equal(error.details.where, 'place');
      assert.equal(
        error.message,
        'no location factor for electricity at CAMX, 2022-01-01 to 2022-01-31 (looked at CAMX, then US-CA, then US; ' +
          'us-epa: only 2015 to 2024; green-e: nothing; ember: nothing; at most 5 years older, never later)',
      );
      return true;
    },
  );
});

test('age counts calendar years, and is at least one once the validity is over', () => {
  const row = (from: string, to: string) => ({ validFrom: parseDate(from), validTo: parseDate(to) });
  const age = (from: string, to: string, start: string) => ageOf(row(from, to), parseSpan(start, '2030-01-01'));
  assert.equal(age('2029-01-01', '2030-01-01', '2029-06-01'), 0);
  assert.equal(age('2028-01-01', '2029-01-01', '2028-12-31'), 0);
  assert.equal(age('2028-01-01', '2029-01-01', '2029-01-01'), 1);
  assert.equal(age('2028-01-01', '2028-07-01', '2028-07-01'), 1);
  assert.equal(age('2027-04-01', '2028-04-01', '2028-04-01'), 1);
  assert.equal(age('2027-04-01', '2028-04-01', '2029-01-01'), 1);
  assert.equal(age('2027-04-01', '2028-01-02', '2029-12-31'), 1);
  assert.equal(age('2027-04-01', '2028-01-01', '2029-12-31'), 2);
});

test('the order of candidates never changes the choice, and slices tile the period', () => {
  const anyRow = fc
    .record({
      id: fc.constantFrom('a', 'b', 'c'),
      year: fc.integer({ min: 2015, max: 2024 }),
      publisher: fc.constantFrom('us-epa', 'green-e', 'ember', 'desnz'),
      method: fc.constantFrom('location', 'residual-mix', 'loss-rate'),
      place: fc.constantFrom<Place>(usa, { country: 'US', region: 'CAMX' }, { country: 'US', subdivision: 'US-CA' }),
      from: fc.constantFrom('01-01', '04-01', '07-01'),
      to: fc.constantFrom('01-01', '04-01', '07-01'),
      published: fc.constantFrom('2020', '2024-01', '2024-01-30'),
      value: fc.constantFrom('1', '2'),
    })
    .map(({ published, from, to, value, ...changes }) => {
      const validFrom = `${changes.year}-${from}`;
      const validTo = `${changes.year + 1}-${to}`;
      return candidate(factorRow({ ...changes, validFrom, validTo, co2e: { value, unit: 'kg/kWh' } }), published);
    });
  const rows = fc.array(anyRow as fc.Arbitrary<Candidate>, { minLength: 1, maxLength: 12 });
  const shuffled = rows.chain((list) =>
    fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
  );
  fc.assert(
    fc.property(
      shuffled,
      fc.integer({ min: 0, max: 2_500 }),
      fc.integer({ min: 1, max: 800 }),
      ([list, other], offset, days) => {
        const start = parseDate('2016-01-01') + offset;
        const asked = {
          ...query('2022-01-01', '2022-02-01', { place: california }),
          span: { start, end: start + days },
        };
        const attempt = (candidates: readonly Candidate[]) => {
          try {
            return chooseFactors(asked, candidates);
          } catch (error) {
            assert.ok(isChannelError(error, 'FACTOR_NOT_FOUND'));
            return [];
          }
        };
        const slices = attempt(list);
        assert.deepEqual(attempt(other), slices);
        let edge = start;
        for (const { span, main, residual: mix, losses } of slices) {
          assert.equal(span.start, edge);
          edge = span.end;
          for (const { row } of [main, mix, losses].flatMap((each) => (each === undefined ? [] : [each]))) {
            const [from, to] = [parseDate(row.validFrom), parseDate(row.validTo)];
            assert.ok(to <= span.start || (from <= span.start && to >= span.end), 'holds the slice or is older');
          }
        }
        if (slices.length > 0) assert.equal(edge, start + days);
      },
    ),
    { seed: 2_023, numRuns: 400 },
  );
});
