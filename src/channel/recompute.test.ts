import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  acme,
  factorsOf,
  fixtureChannel,
  gasLine,
  line,
  meterB,
  pageOf,
  recordOf,
  refuseRecord,
} from '../../test/support/fixture-channel.ts';
import {
  britain,
  egrid,
  type FixtureRelease,
  figure,
  fixtureRelease,
  hub,
  india,
  notApplicable,
  releases,
  residual,
} from '../../test/support/fixture-releases.ts';
import type { Expected } from '../../test/support/test-context.ts';
import {
  type Candidate,
  type ChosenSlice,
  canonical,
  defaultPolicy,
  formatDate,
  isChannelError,
  parseDate,
} from '../emissions/index.ts';
import { figureCache, recompute } from './recompute.ts';
import { type ActivityRecord, buildRecord, type RecordFacts } from './record.ts';

const place = { country: 'GB' };
const samples: Readonly<Record<string, ActivityRecord>> = {
  electricity: recordOf(line()),
  'electricity over a year end': recordOf(line({ start: '2021-12-16', end: '2022-01-15' })),
  'gas by volume': recordOf(
    gasLine({ unit: 'Mcf', quantity: '12.5', heatContent: { value: '1.037', unit: 'mmBtu/Mcf' } }),
  ),
  'electricity by gas': recordOf(line({ place })),
  'fiscal years': recordOf(line({ place: { country: 'IN' }, start: '2022-03-17', end: '2022-04-16' })),
};

for (const [name, sample] of Object.entries(samples)) {
  test(`every figure of a record is recomputed: ${name}`, async () => {
    const channel = await fixtureChannel();
    const figures = paths(sample).filter((path) => /^\d+(\.\d+)?$/.test(String(at(sample, path))));
    assert.ok(figures.length >= 6, String(figures));
    for (const path of figures) {
      const tampered = changed(sample, path, nudge(at(sample, path) as string));
      await refuseRecord(channel, acme, tampered, { code: 'ARITHMETIC_MISMATCH', where: whereOf(path) });
    }
    await channel.submit(acme, 'records.submit', pageOf([sample]));
  });

  test(`no figure can be left out and none added: ${name}`, async () => {
    const channel = await fixtureChannel();
    for (const path of paths(sample).filter((one) => ['co2', 'ch4', 'n2o', 'kWh'].includes(one.at(-1) as string))) {
      await refuseRecord(channel, acme, changed(sample, path, undefined), { code: 'ARITHMETIC_MISMATCH' });
    }
    const refusal = { code: 'ARITHMETIC_MISMATCH', where: 'results' } as const;
    for (const result of ['location', 'market', 'emissions', 'losses'] as const) {
      if (sample[result] !== undefined)
        await refuseRecord(channel, acme, changed(sample, [result], undefined), refusal);
    }
    const extra = sample.location === undefined ? 'location' : 'emissions';
    await refuseRecord(channel, acme, { ...sample, [extra]: { co2e: '1', gwpSet: 'AR5' } }, refusal);
    if (sample.losses === undefined)
      await refuseRecord(channel, acme, { ...sample, losses: { basis: 'delivered', co2e: '1' } }, refusal);
  });

  test(`flags are derived: ${name}`, async () => {
    const channel = await fixtureChannel();
    const refusal = { code: 'ARITHMETIC_MISMATCH', where: 'flags' } as const;
    for (const flag of sample.flags) {
      const flags = sample.flags.filter((one) => one !== flag);
      await refuseRecord(channel, acme, { ...sample, flags }, refusal);
    }
    for (const flags of [
      [...sample.flags, 'verified'],
      ['lifecycle', ...sample.flags],
      ['zone-assumed', 'co2-only'],
    ]) {
      await refuseRecord(channel, acme, { ...sample, flags }, refusal);
    }
    await refuseRecord(
      channel,
      acme,
      { ...sample, flags: [...sample.flags, 'zone-assumed', 'zip-ambiguous'] },
      refusal,
    );
    const flags = [...sample.flags, 'zip-ambiguous', 'zone-assumed'].sort();
    await channel.submit(acme, 'records.submit', pageOf([{ ...sample, flags }]));
  });
}

test('the labels of a result are recomputed', async () => {
  const channel = await fixtureChannel();
  const sample = recordOf(line());
  for (const [path, value, where] of [
    [['market', 'tier'], 'grid-average', 'results'],
    [['market', 'residual'], 'absent', 'results'],
    [['location', 'gwpSet'], 'AR6', 'results'],
    [['losses', 'basis'], 'delivered', 'results'],
    [['energyUnit'], 'mmBtu', 'energy'],
    [['unit'], 'MWh', 'energy'],
    [['readBasis'], 'estimated', undefined],
  ] as const) {
    const tampered = changed(sample, path, value);
    if (where === undefined) await channel.submit(acme, 'records.submit', pageOf([tampered]));
    else await refuseRecord(channel, acme, tampered, { code: 'ARITHMETIC_MISMATCH', where });
  }
});

test('a record has results exactly where its line can have them', async () => {
  const channel = await fixtureChannel();
  const delivered = recordOf(line());
  const exported = recordOf(line({ flow: 'exported' }));
  const refusal = { code: 'ARITHMETIC_MISMATCH', where: 'noResult' } as const;
  await refuseRecord(channel, acme, { ...delivered, noResult: 'flow' }, refusal);
  await refuseRecord(channel, acme, { ...delivered, flow: 'exported' }, refusal);
  await refuseRecord(channel, acme, { ...exported, noResult: 'commodity' }, refusal);
  await refuseRecord(channel, acme, { ...exported, location: { co2e: '0', gwpSet: 'AR5' } }, refusal);
  await refuseRecord(channel, acme, changed(exported, ['noResult'], undefined), refusal);
  await refuseRecord(channel, acme, { ...exported, flow: 'delivered' }, refusal);
  const bare = changed(changed(delivered, ['slices'], undefined), ['factors'], undefined);
  await refuseRecord(channel, acme, bare, { code: 'SLICES_INVALID', where: 'slices' });
});

test('units and gas fields that do not fit the commodity', async () => {
  const channel = await fixtureChannel();
  const heatContent = { value: '1.037', unit: 'mmBtu/Mcf' };
  const gas = recordOf(gasLine({ unit: 'Mcf' }));
  assert.deepEqual(gas.flags, ['co2e-computed', 'heat-content-default']);
  for (const [record, expected] of [
    [
      { ...recordOf(line()), unit: 'm3' },
      { code: 'UNIT_UNFIT', where: 'unit' },
    ],
    [
      { ...recordOf(line()), unit: 'ton-hour' },
      { code: 'UNIT_UNFIT', where: 'unit' },
    ],
    [
      { ...recordOf(line()), heatContent },
      { code: 'FIELD_INVALID', where: 'heatContent' },
    ],
    [
      { ...gas, calorific: 'gross' },
      { code: 'FIELD_INVALID', where: 'calorific' },
    ],
    [
      { ...gas, heatContent: { ...heatContent, value: '1037' } },
      { code: 'FIELD_INVALID', where: 'heatContent' },
    ],
  ] as const) {
    await refuseRecord(channel, acme, record, expected);
  }
});

test('a GWP set that a row cannot give is refused', async () => {
  const channel = await fixtureChannel();
  const asked = { ...recordOf(line()), gwp: 'AR6' };
  await refuseRecord(channel, acme, asked, { code: 'FACTOR_GWP_UNAVAILABLE', where: 'us:2022' });
  const gas = recordOf(gasLine({ gwp: 'AR6' }));
  // 10 mmBtu x (53.06 + 0.001 x 27.9 + 0.0001 x 273)
  assert.equal(gas.emissions?.co2e, '531.152');
  // One page may ask one row for several sets.
  const own = recordOf(gasLine({ meter: meterB }));
  assert.equal(own.emissions?.co2e, '531.145');
  await channel.submit(acme, 'records.submit', pageOf([gas, own]));
});

const us = (id: string) => candidate(egrid, id);
const twoYears = line({ start: '2021-12-16', end: '2022-01-15' });
const year2021 = { main: us('us:2021'), losses: us('us:2021:loss') };
const year2022 = { main: us('us:2022'), losses: us('us:2022:loss') };

test('slices: uncut year end, needless cuts, gaps and overlaps', async () => {
  const channel = await fixtureChannel();
  const where = 'slices';
  const uncut = build(twoYears, [{ ...year2021, from: '2021-12-16', to: '2022-01-15' }]);
  await refuseRecord(channel, acme, uncut, { code: 'SLICES_INVALID', where });
  const needless = build(line(), [
    { ...year2022, from: '2022-03-01', to: '2022-03-16' },
    { ...year2022, from: '2022-03-16', to: '2022-04-01' },
  ]);
  await refuseRecord(channel, acme, needless, { code: 'SLICES_INVALID', where });
  const beyond = build(line({ end: '2022-03-16' }), [
    { ...year2022, from: '2022-03-01', to: '2022-03-17' },
    { ...year2022, from: '2022-03-17', to: '2022-03-18' },
  ]);
  await refuseRecord(channel, acme, beyond, { code: 'SLICES_INVALID', where });
  const backwards = build(line(), [
    { ...year2022, from: '2022-03-01', to: '2022-04-01' },
    { ...year2022, from: '2022-03-16', to: '2022-04-01' },
  ]);
  await refuseRecord(channel, acme, backwards, { code: 'SLICES_INVALID', where });
  const april = line({ place: { country: 'IN' }, start: '2022-03-17', end: '2022-04-16' });
  const empty = build(april, [
    { main: candidate(india, 'in:2021'), from: '2022-03-17', to: '2022-04-01' },
    { main: candidate(india, 'in:2022'), from: '2022-04-01', to: '2022-04-01' },
    { main: candidate(india, 'in:2022'), from: '2022-04-01', to: '2022-04-16' },
  ]);
  await refuseRecord(channel, acme, empty, { code: 'SLICES_INVALID', where });
  const early = build(twoYears, [
    { ...year2021, from: '2021-12-16', to: '2021-12-31' },
    { ...year2022, from: '2021-12-31', to: '2022-01-15' },
  ]);
  await refuseRecord(channel, acme, early, { code: 'SLICES_INVALID', where });
  const whole = recordOf(twoYears);
  const [first, second] = whole.slices as [object, object];
  // A gap and an overlap are slices that do not start where the one before ends.
  for (const start of ['2022-01-02', '2021-12-31']) {
    const slices = [first, { ...second, start }];
    await refuseRecord(channel, acme, { ...whole, slices }, { code: 'ARITHMETIC_MISMATCH', where: 'slices[1]' });
  }
  const open = changed(whole, ['slices', '0', 'end'], undefined);
  await refuseRecord(channel, acme, open, { code: 'DATE_INVALID', where: 'slice end' });
  const late = changed(whole, ['slices', '1', 'end'], '2022-01-16');
  await refuseRecord(channel, acme, late, { code: 'ARITHMETIC_MISMATCH', where: 'slices[1]' });
});

test('a cut inside a year needs a row that ends or begins on that day, not merely another row', async () => {
  const channel = await fixtureChannel();
  const facts = line({ place: { country: 'US', region: 'CAMX' } });
  const mixed = build(facts, [
    { main: candidate(egrid, 'camx:2022'), from: '2022-03-01', to: '2022-03-16' },
    { main: us('us:2022'), from: '2022-03-16', to: '2022-04-01' },
  ]);
  await refuseRecord(channel, acme, mixed, { code: 'SLICES_INVALID', where: 'slices' });
  // A row that ends inside the period is cut there and serves the rest as an older one.
  const aged = build(line({ place: { country: 'IN' }, start: '2023-03-17', end: '2023-04-16', zone: 'Asia/Kolkata' }), [
    { main: candidate(india, 'in:2022'), from: '2023-03-17', to: '2023-04-01' },
    { main: candidate(india, 'in:2022'), from: '2023-04-01', to: '2023-04-16' },
  ]);
  assert.ok(aged.flags.includes('factor-older-1'));
  await channel.submit(acme, 'records.submit', pageOf([aged]));
});

test('a row must be of the method, commodity, place and publisher', async () => {
  const foreign = fixtureRelease({ publisher: 'acme-lab', dataset: 'own', version: '1' }, '2024', [
    { id: 'lab:2022', year: 2022, co2e: figure('0.001') },
  ]);
  const others = fixtureRelease({ publisher: 'us-epa', dataset: 'other', version: '1' }, '2024', [
    { id: 'nonbaseload:2022', year: 2022, method: 'non-baseload', co2e: figure('0.1') },
    { id: 'heat:2022', year: 2022, commodity: 'heat', co2e: figure('0.1') },
    { id: 'us-ca:2022', year: 2022, place: { country: 'US', subdivision: 'US-CA' }, co2e: figure('0.1') },
  ]);
  const from = [...releases, foreign, others];
  const channel = await fixtureChannel(from);
  const whole = { from: '2022-03-01', to: '2022-04-01' };
  const refused = async (slice: Omit<Slice, 'from' | 'to'>, message: RegExp, facts = line()) => {
    const made = build(facts, [{ ...whole, ...slice }]);
    const factors = factorsOf([made], from);
    await refuseRecord(channel, acme, made, { code: 'FACTOR_UNFIT', where: 'factors' }, { factors });
    const error = await channel.refuse(acme, 'records.submit', pageOf([made], 'again', from), {});
    assert.match(error.message, message);
  };
  await refused({ main: candidate(foreign, 'lab:2022') }, /is of acme-lab, whom the policy does not list for US/);
  await refused({ main: candidate(others, 'nonbaseload:2022') }, /is a non-baseload row, location is needed/);
  await refused({ main: candidate(others, 'heat:2022') }, /is for heat/);
  await refused({ main: candidate(others, 'us-ca:2022') }, /is for another place/);
  await refused({ main: us('camx:2022') }, /is for another place/);
  await refused({ main: candidate(britain, 'gb:2022') }, /is of desnz, whom the policy does not list for US/);
  await refused({ main: candidate(residual, 'residual:2022') }, /is a residual-mix row, location is needed/);
  await refused({ main: us('us:2022'), residual: us('us:2021') }, /is a location row, residual-mix is needed/);
  await refused({ main: us('us:2022'), losses: candidate(britain, 'gb:2022:loss') }, /is not the grid factor's loss/);
  const heat = line({ commodity: 'heat' });
  const heatRow = candidate(others, 'heat:2022');
  await refused({ main: heatRow, residual: candidate(residual, 'residual:2022') }, /heat has no residual mix/, heat);
  await refused({ main: heatRow, losses: us('us:2022:loss') }, /is not the grid factor's loss rate/, heat);
  const gas = candidate(hub, 'gas');
  await refused({ main: gas }, /is per gross calorific value/, gasLine({ calorific: 'net' }));
});

test('a row that says "not applicable" is no grid factor', async () => {
  const nothing = fixtureRelease({ publisher: 'desnz', dataset: 'other', version: '1' }, '2024', [
    { id: 'gb:none', year: 2022, place, notApplicable: true },
  ]);
  const from = [...releases, nothing];
  const channel = await fixtureChannel(from);
  const sample = recordOf(line({ place }));
  const hash = candidate(nothing, 'gb:none').hash;
  const factors = [hash, ...(sample.factors ?? []).slice(1)];
  const forged = { ...sample, factors };
  const carried = factorsOf([forged], from);
  await refuseRecord(channel, acme, forged, { code: 'FACTOR_UNFIT', where: 'factors' }, { factors: carried });
  // As a residual mix it ends the search.
  const used = build(line({ place }), [
    {
      main: candidate(britain, 'gb:2022'),
      residual: candidate(notApplicable, 'residual:gb:2022'),
      from: '2022-03-01',
      to: '2022-04-01',
    },
  ]);
  assert.equal(used.market?.tier, 'grid-average');
  await channel.submit(acme, 'records.submit', pageOf([used], 'again', from));
});

test('vintage: at most five years older, residual mixes two, and never later', async () => {
  const old = fixtureRelease({ publisher: 'us-epa', dataset: 'old', version: '1' }, '2024', [
    { id: 'us:2016', year: 2016, co2e: figure('0.5') },
    { id: 'us:2017', year: 2017, co2e: figure('0.5') },
    { id: 'residual:2019', year: 2019, method: 'residual-mix', co2e: figure('0.5') },
    { id: 'residual:2020', year: 2020, method: 'residual-mix', co2e: figure('0.5') },
  ]);
  const from = [...releases, old];
  const channel = await fixtureChannel(from);
  const whole = { from: '2022-03-01', to: '2022-04-01' };
  const refused = async (slice: Omit<Slice, 'from' | 'to'>) => {
    const made = build(line(), [{ ...whole, ...slice }]);
    const factors = factorsOf([made], from);
    await refuseRecord(channel, acme, made, { code: 'FACTOR_UNFIT', where: 'factors' }, { factors });
  };
  await refused({ main: candidate(old, 'us:2016') });
  await refused({ main: us('us:2023') });
  await refused({ main: us('us:2022'), residual: candidate(old, 'residual:2019') });
  // A row that holds only a part of the slice does not hold it.
  const partly = build(line({ place: { country: 'IN' }, start: '2022-03-17', end: '2022-04-16' }), [
    { main: candidate(india, 'in:2021'), from: '2022-03-17', to: '2022-04-16' },
  ]);
  await refuseRecord(channel, acme, partly, { code: 'FACTOR_UNFIT', where: 'factors' });
  const oldest = build(line(), [{ ...whole, main: candidate(old, 'us:2017') }]);
  const limits = build(line({ meter: meterB }), [
    { ...whole, main: us('us:2022'), residual: candidate(old, 'residual:2020') },
  ]);
  assert.ok(oldest.flags.includes('factor-older-5'));
  assert.ok(limits.flags.includes('residual-older-2'));
  await channel.submit(acme, 'records.submit', pageOf([oldest, limits], 'limits', from));
});

test('factors are listed once, all are used, and the page carries them', async () => {
  const channel = await fixtureChannel();
  const sample = recordOf(line());
  const factors = sample.factors as readonly string[];
  const cases: [unknown, Expected][] = [
    [{ ...sample, factors: [...factors, us('us:2021').hash] }, { code: 'FACTOR_UNFIT' }],
    [{ ...sample, factors: [...factors, factors[0]] }, { code: 'FACTOR_UNFIT' }],
    [
      { ...sample, factors: factors.slice(0, 1) },
      { code: 'FACTOR_UNFIT', where: 'slices' },
    ],
    [changed(sample, ['factors'], undefined), { code: 'FACTOR_UNFIT', where: 'slices' }],
    [changed(sample, ['slices', '0', 'main'], 63), { code: 'FACTOR_UNFIT', where: 'slices' }],
  ];
  for (const [record, expected] of cases) await refuseRecord(channel, acme, record, { where: 'factors', ...expected });
  await refuseRecord(channel, acme, sample, { code: 'FACTOR_UNFIT', where: 'factors' }, { factors: [] });
  const gas = recordOf(gasLine({ start: '2021-12-16', end: '2022-01-15' }));
  const [row] = gas.factors as [string];
  const twice = changed({ ...gas, factors: [row, row] }, ['slices', '1', 'main'], 1);
  await refuseRecord(channel, acme, twice, { code: 'FACTOR_UNFIT', where: 'factors' });
});

const day = fc.integer({ min: parseDate('2018-01-01'), max: parseDate('2023-12-31') });
const somewhere = fc.constantFrom({ country: 'US' }, { country: 'US', region: 'CAMX' });
const anyRow = fc
  .record({
    kind: fc.constantFrom('location', 'location', 'residual-mix', 'none', 'loss-rate'),
    place: somewhere,
    from: fc.oneof(day, fc.constantFrom(...[2018, 2019, 2020, 2021, 2022].map((year) => parseDate(`${year}-04-01`)))),
    days: fc.constantFrom(31, 365, 366, 730),
    amount: fc.integer({ min: 1, max: 999_999 }),
  })
  .map(({ kind, place, from, days, amount }) => {
    const rate = { basis: 'generation', share: figure(`0.${amount}1`, 'fraction') } as const;
    const bare = { year: 2020, place, validFrom: formatDate(from), validTo: formatDate(from + days) };
    if (kind === 'loss-rate') return { ...bare, method: kind, loss: rate } as const;
    if (kind === 'none') return { ...bare, method: 'residual-mix', notApplicable: true } as const;
    return { ...bare, method: kind as 'location', co2e: figure(`0.${amount}1`) } as const;
  });

test('what the rule chooses and computes, the contract accepts', () => {
  let recorded = 0;
  const rowsOf = fc.array(anyRow, { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(rowsOf, day, fc.integer({ min: 1, max: 800 }), somewhere, (rows, start, days, at) => {
      const fields = rows.map((row, n) => ({ ...row, id: `row:${n}` }));
      const release = fixtureRelease({ publisher: 'us-epa', dataset: 'any', version: '1' }, '2024', fields);
      const facts = line({ place: at, start: formatDate(start), end: formatDate(start + days) });
      let made: ActivityRecord;
      try {
        made = recordOf(facts, [release]);
      } catch (error) {
        if (isChannelError(error, 'FACTOR_NOT_FOUND')) return;
        throw error;
      }
      recorded += 1;
      const proven = new Map(release.candidates.map(({ hash, row }) => [hash, row]));
      recompute(made, proven, defaultPolicy, figureCache());
    }),
    { numRuns: 400 },
  );
  assert.ok(recorded > 50, String(recorded));
});

interface Slice {
  readonly main: Candidate;
  readonly residual?: Candidate;
  readonly losses?: Candidate;
  readonly from: string;
  readonly to: string;
}

/** A record whose arithmetic is right and whose slices and rows are whatever the test wants. */
function build(facts: RecordFacts, slices: readonly Slice[]): ActivityRecord {
  const chosen = slices.map(
    ({ from, to, ...rows }): ChosenSlice => ({ ...rows, span: { start: parseDate(from), end: parseDate(to) } }),
  );
  return JSON.parse(canonical(buildRecord(facts, chosen))) as ActivityRecord;
}

function candidate(release: FixtureRelease, id: string): Candidate {
  return release.candidates.find(({ row }) => row.id === id) as Candidate;
}

/** Paths to all texts of a record that are figures or stand among them. */
function paths(value: unknown, path: readonly string[] = []): string[][] {
  if (typeof value === 'string') return [[...path]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => paths(member, [...path, key]));
}

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, key) => (inner as Record<string, unknown>)[key], value);
}

/** A copy with one member changed, or left out. */
function changed(record: ActivityRecord, path: readonly string[], value: unknown): ActivityRecord {
  const copy = structuredClone(record);
  const parent = at(copy, path.slice(0, -1)) as Record<string, unknown>;
  const key = path.at(-1) as string;
  if (value === undefined) delete parent[key];
  else parent[key] = value;
  return copy;
}

/** One unit more, or less, in the last place. */
function nudge(figure: string): string {
  const last = Number(figure.at(-1));
  return figure.slice(0, -1) + (last === 9 ? 8 : last + 1);
}

function whereOf([first, second]: readonly string[]): string {
  if (first === 'slices') return `slices[${second}]`;
  const inputs = ['energy', 'quantity', 'heatContent'];
  return inputs.includes(first as string) ? 'energy' : 'results';
}
