// `uec calculate`. Expected values: published factors, computed with rational arithmetic apart from
// this software (eGRID2022 CAMX 499.278 lb CO2e/MWh; EEA 2025 DE 2023 316 g/kWh; DESNZ 2023; CEA V21.0; EPA Hub 2025 Table 1).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CalculateOptions, calculateCommand } from '../../src/cli/calculate.ts';
import { exitCodeOf } from '../../src/cli/exit-code.ts';
import { isChannelError } from '../../src/emissions/index.ts';
import { answerOf, command, jsonCommand, refusalOf } from '../support/command.ts';

const january = ['--start', '2022-01-01', '--end', '2022-02-01', '--quantity', '1000', '--unit', 'kWh'];
const camx = ['calculate', '--country', 'US', '--region', 'CAMX'];

interface Electricity {
  readonly kWh: string;
  readonly slices: readonly {
    readonly year: number;
    readonly days: number;
    readonly kWh: string;
    readonly location: {
      readonly factor: string;
      readonly value: string;
      readonly unit: string;
      readonly co2e: string;
    };
  }[];
  readonly location: Readonly<Record<string, string | null>>;
  readonly market: Readonly<Record<string, string | boolean | null>>;
  readonly losses: { readonly kWh: string | null; readonly co2e: string; readonly basis: string } | null;
  readonly flags: readonly string[];
}

interface Fuel {
  readonly scope: number;
  readonly energy: { readonly value: string; readonly unit: string };
  readonly slices: readonly unknown[];
  readonly emissions: Readonly<Record<string, string | null>>;
  readonly flags: readonly string[];
}

/** Every text in a JSON value that looks like a number must be a plain decimal without trailing zeros. */
function checkDecimals(value: unknown): void {
  if (typeof value === 'string' && /^[-+0-9.][-+0-9.eE]*$/.test(value) && !/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(value))
    assert.match(value, /^-?(0|[1-9][0-9]*)(\.[0-9]*[1-9])?$/);
  if (typeof value === 'object' && value !== null) Object.values(value).forEach(checkDecimals);
}

test('electricity: the shape that was promised, and the figures of the publisher', async () => {
  const answer = await answerOf<Electricity>([...camx, ...january]);
  const { kWh, slices, location, market, losses, flags } = answer;
  assert.equal(kWh, '1000');
  assert.equal(slices.length, 1);
  const [slice] = slices;
  assert.deepEqual(
    { year: slice?.year, days: slice?.days, kWh: slice?.kWh, location: slice?.location },
    {
      year: 2022,
      days: 31,
      kWh: '1000',
      location: { factor: 'eGRID2022:CAMX', value: '499.278', unit: 'lb/MWh', co2e: '226.468691' },
    },
  );
  // 497.443, 0.03 and 0.004 lb/MWh x 0.45359237.
  assert.deepEqual(location, {
    co2e: '226.468691',
    co2: '225.636349',
    ch4: '0.013608',
    n2o: '0.001814',
    unit: 'kg',
    gwpSet: 'AR4',
  });
  assert.equal(market.co2e, '229.049537');
  assert.equal(market.factor, 'Green-e-2024:CAMX');
  assert.equal(market.tier, 'residual-mix');
  assert.equal(market.residualMixAvailable, true);
  for (const key of ['co2e', 'co2', 'ch4', 'n2o', 'unit', 'gwpSet', 'factor', 'tier', 'residualMixAvailable'])
    assert.ok(key in market, key);
  assert.deepEqual(Object.keys(losses ?? {}).sort(), ['basis', 'co2e', 'kWh']);
  assert.equal(losses?.basis, 'generation');
  assert.ok(Array.isArray(flags));
  checkDecimals(answer);
});

const base: CalculateOptions = {
  commodity: 'electricity',
  country: 'US',
  region: 'CAMX',
  start: '2022-01-01',
  end: '2022-02-01',
  quantity: '1000',
  unit: 'kWh',
};
const { country: _country, region: _region, ...nowhere } = base;

test('the same place by ZIP, by state and region, by utility; spellings of the unit', async () => {
  const ways: CalculateOptions[] = [
    { ...nowhere, zip: '94105-1234', country: 'us' },
    { ...base, subdivision: 'US-CA', quantity: '1', unit: 'MWh' },
    { ...nowhere, utility: '14328', unit: 'KWH' },
  ];
  for (const way of ways) assert.equal((await calculateCommand(way)).location?.co2e, '226.468691', JSON.stringify(way));
});

test('other countries: EEA, DESNZ with its losses, India across the end of its fiscal year', async () => {
  const spring = { ...nowhere, start: '2023-03-15', end: '2023-04-15' };
  const germany = await calculateCommand({ ...spring, country: 'DE' });
  assert.deepEqual([germany.location?.co2e, germany.market?.co2e, germany.losses], ['316', '719.9', null]);
  assert.ok(germany.flags.includes('losses-unavailable'));
  const uk = await calculateCommand({ ...spring, country: 'GB' });
  assert.equal(uk.location?.co2e, '207.074289');
  assert.deepEqual(uk.losses, { kWh: null, co2e: '17.915111', basis: 'factor' });
  for (const place of [{ country: 'IN' }, { subdivision: 'IN-KA' }]) {
    const india = await calculateCommand({ ...spring, ...place, quantity: '5580' });
    assert.deepEqual(
      india.slices.map(({ days, kWh, location }) => [days, kWh, location?.factor, location?.co2e]),
      [
        [17, '3060', 'CEA-V21.0:2022-23', '2200.446'],
        [14, '2520', 'CEA-V21.0:2023-24', '1837.08'],
      ],
    );
    assert.equal(india.location?.co2e, '4037.526');
    assert.equal(india.location?.ch4, null);
  }
});

test('gas: therms with EPA figures, another GWP set, a volume, UK kWh on the net calorific value', async () => {
  const args = ['calculate', '--country', 'US', '--commodity', 'natural-gas', ...january.slice(0, 4)];
  const gas = await answerOf<Fuel>([...args, '--quantity', '1000', '--unit', 'therm', '--gwp', 'AR5']);
  assert.deepEqual(Object.keys(gas).sort(), ['emissions', 'energy', 'flags', 'scope', 'slices']);
  assert.deepEqual([gas.scope, gas.energy], [1, { value: '100', unit: 'mmBtu' }]);
  // 100 x (53.06 + 0.001 x 28 + 0.0001 x 265)
  assert.deepEqual(gas.emissions, { co2e: '5311.45', co2: '5306', ch4: '0.1', n2o: '0.01', unit: 'kg', gwpSet: 'AR5' });
  checkDecimals(gas);
  const therms: CalculateOptions = { ...nowhere, country: 'US', commodity: 'natural-gas', unit: 'therm' };
  // 100 x (53.06 + 0.001 x 27.9 + 0.0001 x 273)
  assert.equal((await calculateCommand({ ...therms, gwp: 'AR6' })).emissions?.co2e, '5311.52');
  // 10 Mcf x 1.037 mmBtu/Mcf
  const volume = await calculateCommand({ ...therms, quantity: '10', unit: 'Mcf', heatContent: '1.037' });
  assert.deepEqual(volume.energy, { value: '10.37', unit: 'mmBtu' });
  const year = { start: '2023-01-01', end: '2023-02-01' };
  const net = await calculateCommand({ ...therms, ...year, country: 'GB', unit: 'kWh', calorific: 'net' });
  // 1000 kWh are 3.412142 mmBtu, rounded to 6 decimals; x 1055.05585262 / 3.6 kWh x 0.202671418792.
  assert.equal(net.emissions?.co2e, '202.671441');
});

// eGRID2022: NYUP 275.389 lb CO2e/MWh, x 0.45359237.
test('a region settles a ZIP that lies in several, and a state elsewhere is as its country', async () => {
  const settled = await calculateCommand({ ...nowhere, zip: '07401', region: 'nyup' });
  assert.equal(settled.location?.co2e, '124.914349');
  assert.equal(settled.flags.includes('zip-ambiguous'), false);
  const bavaria = await calculateCommand({ ...nowhere, subdivision: 'DE-BY' });
  assert.equal(bavaria.location?.co2e, (await calculateCommand({ ...nowhere, country: 'DE' })).location?.co2e);
  assert.ok(bavaria.flags.includes('place-coarser'));
});

// Water needs no factor, so that the test holds in any year.
test('a period that is not over is a forecast, and says so', async () => {
  const year = new Date().getUTCFullYear() + 1;
  const water = ['calculate', '--country', 'DE', '--commodity', 'water', '--quantity', '5', '--unit', 'm3'];
  const next = [...water, '--start', `${year}-03-01`, '--end', `${year}-04-01`];
  const flagsOf = async (args: string[]) => (await answerOf<{ flags: string[] }>(args)).flags;
  assert.deepEqual(await flagsOf(next), ['period-future']);
  assert.match((await command(next)).stdout, /period-future: the period is not over: .*cannot be recorded/);
  assert.deepEqual(await flagsOf([...water, '--start', '2022-03-01', '--end', '2022-04-01']), []);
});

test('for a person: the figures with their factors and citations', async () => {
  const { code, stdout, stderr } = await command([...camx, ...january]);
  assert.equal(code, 0);
  assert.equal(stderr, '');
  assert.match(stdout, /226\.468691 kg CO2e/);
  assert.match(stdout, /499\.278 lb\/MWh \[eGRID2022:CAMX\]/);
  assert.match(stdout, /egrid2022/i);
});

const refusals: readonly [what: string, options: CalculateOptions, code: string, exit: number, words: RegExp][] = [
  ['unknown unit', { ...base, unit: 'smoots' }, 'UNIT_UNKNOWN', 2, /smoots.*kWh/s],
  ['bare ton', { ...base, unit: 'ton' }, 'UNIT_AMBIGUOUS', 2, /short ton.*long ton/s],
  ['negative', { ...base, quantity: '-5' }, 'QUANTITY_NEGATIVE', 2, /exported/],
  ['exponent', { ...base, quantity: '1e3' }, 'DECIMAL_INVALID', 2, /1e3.*exponent/s],
  ['thousands separator', { ...base, quantity: '1,234' }, 'DECIMAL_INVALID', 2, /thousands/],
  ['blank usage', { ...base, quantity: '' }, 'QUANTITY_BLANK', 2, /blank/],
  ['a unit of another commodity', { ...base, unit: 'm3' }, 'UNIT_UNFIT', 2, /m3/],
  [
    'end before start',
    { ...base, start: '2022-02-01', end: '2022-01-01' },
    'PERIOD_INVALID',
    2,
    /2022-02-01 to 2022-01-01.*exclusive/s,
  ],
  ['30 February', { ...base, start: '2022-02-30', end: '2022-03-02' }, 'DATE_INVALID', 2, /2022-02-30/],
  ['unknown ZIP', { ...nowhere, zip: '00000' }, 'ZIP_UNKNOWN', 2, /00000.*--region/s],
  ['unknown utility', { ...nowhere, utility: '999999' }, 'UTILITY_UNKNOWN', 2, /--zip/],
  ['no place', nowhere, 'PLACE_INVALID', 2, /country/],
  [
    'place without a factor',
    { ...nowhere, country: 'AQ' },
    'FACTOR_NOT_FOUND',
    4,
    /^electricity in AQ is not covered by the factors at hand \(looked for location factors at AQ, from eea, aib, ember; 2022-01-01 to 2022-01-31\) Name a place, commodity and period that docs\/factors\.md lists/,
  ],
  [
    'commodity without a factor',
    { ...nowhere, country: 'US', subdivision: 'US-CA', commodity: 'cooling' },
    'FACTOR_NOT_FOUND',
    4,
    /looked for location factors at US-CA, then US, from us-epa, green-e, ember;.* Name a place, commodity and period/,
  ],
  [
    'year without a factor',
    { ...nowhere, country: 'DE', start: '2090-01-01', end: '2090-02-01' },
    'FACTOR_NOT_FOUND',
    4,
    /at DE, 2090-01-01 to 2090-01-31 \(looked at DE; eea: only 1990 to 2024; .* Name a place, commodity and period/,
  ],
  [
    'year before a factor of several years',
    { ...nowhere, country: 'US', commodity: 'natural-gas', start: '1950-01-01', end: '1950-01-02' },
    'FACTOR_NOT_FOUND',
    4,
    /at US, 1950-01-01 \(looked at US; us-epa: only 2014 to 2025; /,
  ],
  ['a ZIP in another country', { ...nowhere, country: 'DE', zip: '94105' }, 'PLACE_INVALID', 2, /DE/],
  ['no region of the US', { ...base, region: 'XXXX' }, 'PLACE_INVALID', 2, /XXXX.*CAMX/s],
  ['a region misspelt', { ...base, region: 'camex' }, 'PLACE_INVALID', 2, /CAMEX.*did you mean CAMX\?/s],
  ['no state', { ...nowhere, subdivision: 'US-ZZ' }, 'PLACE_INVALID', 2, /US-ZZ.*US-CA/s],
  ['a region of another country', { ...base, country: 'DE' }, 'PLACE_INVALID', 2, /CAMX.*DE/s],
  ['a region of nobody', { ...base, country: 'DE', region: 'NORD' }, 'PLACE_INVALID', 2, /NORD in DE/],
  ['a region the ZIP is not in', { ...nowhere, zip: '10001', region: 'CAMX' }, 'PLACE_INVALID', 2, /NYCW.*CAMX/s],
  ['a region the state is not in', { ...base, subdivision: 'US-NY' }, 'PLACE_INVALID', 2, /US-NY.*CAMX.*NYUP/s],
  ['a region of another utility', { ...nowhere, utility: '14328', region: 'NYCW' }, 'PLACE_INVALID', 2, /CAMX/],
  ['for water too', { ...base, commodity: 'water', unit: 'm3', region: 'XXXX' }, 'PLACE_INVALID', 2, /XXXX/],
  ['GWP set', { ...base, gwp: 'AR9' }, 'OPTION_INVALID', 2, /AR4, AR5, AR6/],
  ['commodity', { ...base, commodity: 'coal' }, 'COMMODITY_UNKNOWN', 2, /coal.*natural-gas/s],
];
for (const [what, options, code, exit, words] of refusals) {
  test(`refused: ${what}`, async () => {
    const error = await calculateCommand(options).then(
      () => assert.fail('it was calculated'),
      (reason: unknown) => reason,
    );
    assert.ok(isChannelError(error));
    assert.equal(error.code, code);
    assert.equal(exitCodeOf(error), exit);
    assert.match(`${error.message} ${error.fix}`, words);
  });
}

test('a refusal is one JSON object on stdout where asked, and a text on stderr otherwise', async () => {
  const args = [...camx, ...january.slice(0, 6), '--unit', 'ton'];
  const refusal = await refusalOf(args);
  assert.deepEqual([refusal.code, refusal.exit, refusal.where], ['UNIT_AMBIGUOUS', 2, 'unit']);
  const plain = await command(args);
  assert.deepEqual([plain.code, plain.stdout], [2, '']);
  assert.match(plain.stderr, /^UNIT_AMBIGUOUS: .*short ton.*\n {2}Name the unit/);
});

test('a wrong use of the command ends with 2', async () => {
  for (const args of [['calculate', '--bogus'], ['bogus'], ['document']]) {
    const { code, answer } = await jsonCommand<{ error: { code: string; message: string; fix: string } }>(args);
    assert.equal(code, 2, args.join(' '));
    assert.equal(answer.error.code, 'OPTION_INVALID');
    assert.notEqual(answer.error.message, '');
  }
  const plain = await command(['inventory', 'x', '--year', '20']);
  assert.deepEqual([plain.code, plain.stdout], [2, '']);
  assert.match(plain.stderr, /--year.*four digits/);
});
