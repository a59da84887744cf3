import assert from 'node:assert/strict';
import { test } from 'node:test';
import Big from 'big.js';
import fc from 'fast-check';
import { isChannelError } from './error.ts';
import { compare, formatExact, multiply, type Ratio, ratio } from './ratio.ts';
import {
  conversion,
  type Dimension,
  dimensionOf,
  isUnitName,
  parseUnit,
  type UnitName,
  unitNames,
  unitSource,
} from './unit.ts';

// Sizes in joules, cubic metres and kilograms. SI: BIPM brochure. The others: NIST SP 811, appendix B.8 and its footnotes
// (Btu IT 1055.05585262 J; foot 0.3048 m; pound 0.45359237 kg; US gallon 231 cubic inches; imperial gallon 4.54609 L).
const sizes: Readonly<Record<Dimension, Readonly<Record<string, string>>>> = {
  energy: {
    Wh: '3600',
    kWh: '3600000',
    MWh: '3600000000',
    GWh: '3600000000000',
    kJ: '1000',
    MJ: '1000000',
    GJ: '1000000000',
    TJ: '1000000000000',
    Btu: '1055.05585262',
    kBtu: '1055055.85262',
    mmBtu: '1055055852.62',
    therm: '105505585.262',
    'ton-hour': '12660670.23144',
  },
  volume: {
    m3: '1',
    L: '0.001',
    ft3: '0.028316846592',
    CCF: '2.8316846592',
    Mcf: '28.316846592',
    'US gallon': '0.003785411784',
    'imperial gallon': '0.00454609',
  },
  mass: {
    g: '0.001',
    kg: '1',
    t: '1000',
    lb: '0.45359237',
    klb: '453.59237',
    'short ton': '907.18474',
    'long ton': '1016.0469088',
  },
};

// What bills write, by the unit they mean.
const spellings: Readonly<Record<string, readonly string[]>> = {
  Wh: ['wh', 'WH'],
  kWh: ['KWH', 'kwh', 'Kwh', 'KWh', 'kWH', 'kW.h', 'kW·h', 'kW-h', 'kilowatt hours', 'kilowatt-hours', ' kWh\t'],
  MWh: ['MWH', 'Mwh', 'megawatt hours', 'megawatt-hours'],
  GWh: ['GWH', 'Gwh', 'gwh'],
  kJ: ['KJ', 'kj'],
  MJ: ['Mj', 'megajoules'],
  GJ: ['Gj', 'gj', 'gigajoules'],
  TJ: ['Tj', 'tj', 'terajoules'],
  Btu: ['BTU', 'btu'],
  kBtu: ['KBTU', 'kBTU', 'kbtu', 'KBtu'],
  mmBtu: ['MMBtu', 'MMBTU', 'mmbtu', 'mmBTU'],
  therm: ['therms', 'Therm', 'Therms', 'THERM', 'THERMS', 'thm', 'THM'],
  'ton-hour': ['ton-hours', 'ton hours', 'Ton-Hours', 'TON-HOURS'],
  m3: ['M3', 'm³', 'cubic metres', 'cubic meters'],
  L: ['l', 'litre', 'litres', 'liter', 'liters'],
  ft3: ['cf', 'CF', 'scf', 'ft³', 'cubic feet'],
  CCF: ['ccf', 'Ccf', 'hundred cubic feet'],
  Mcf: ['MCF', 'mcf', 'thousand cubic feet'],
  'US gallon': ['US gallons', 'US gal', 'us gal'],
  'imperial gallon': ['imperial gallons', 'imp gal', 'UK gallon', 'UK gallons'],
  g: ['gram', 'grams'],
  kg: ['KG', 'Kg', 'kilogram', 'kilograms'],
  t: ['tonne', 'tonnes', 'metric ton', 'metric tons'],
  lb: ['lbs', 'LB', 'LBS', 'pound', 'pounds'],
  klb: ['KLB', 'Mlb', 'MLB', 'thousand pounds'],
  'short ton': ['short tons', 'US ton', 'US tons'],
  'long ton': ['long tons', 'imperial ton', 'imperial tons'],
};

const exact = (decimal: string): Ratio => {
  const { num, den } = { num: new Big(decimal).times('1e20').toFixed(), den: 10n ** 20n };
  return ratio(BigInt(num), den);
};

test('the table holds exactly the units of the standard, each of its published size', () => {
  const known = Object.values(sizes).flatMap((group) => Object.keys(group));
  assert.deepEqual([...unitNames], known);
  for (const [dimension, base] of [
    ['energy', 'kJ'],
    ['volume', 'm3'],
    ['mass', 'kg'],
  ] as const) {
    const perBase = exact(base === 'kJ' ? '1000' : '1');
    for (const [unit, size] of Object.entries(sizes[dimension])) {
      const found = multiply(conversion(unit as UnitName, base), perBase);
      assert.equal(compare(found, exact(size)), 0, unit);
      assert.equal(dimensionOf(unit as UnitName), dimension);
      assert.match(unitSource(unit as UnitName), /^BIPM|NIST S/);
      assert.equal(isUnitName(unit), true);
    }
  }
});

test('published conversions come out', () => {
  const times = (amount: number, from: UnitName, to: UnitName) =>
    formatExact(multiply(ratio(amount), conversion(from, to)));
  assert.equal(times(1, 'therm', 'Btu'), '100000');
  assert.equal(times(1, 'ton-hour', 'Btu'), '12000');
  assert.equal(times(1, 'Mcf', 'CCF'), '10');
  assert.equal(times(2000, 'lb', 'short ton'), '1');
  assert.equal(times(1, 'long ton', 'lb'), '2240');
  assert.equal(times(1, 'klb', 'lb'), '1000');
  assert.equal(times(1, 'MWh', 'GJ'), '3.6');
  assert.equal(times(1, 'TJ', 'GJ'), '1000');
});

test('a to b to c is a to c, and there and back is one, exactly', () => {
  const groups = Object.values(sizes).map((group) => Object.keys(group) as UnitName[]);
  const unit = fc
    .nat()
    .chain((at) => fc.tuple(...Array.from({ length: 3 }, () => fc.constantFrom(...(groups[at % 3] ?? [])))));
  fc.assert(
    fc.property(unit, ([a, b, c]) => {
      assert.ok(a !== undefined && b !== undefined && c !== undefined);
      assert.equal(compare(multiply(conversion(a, b), conversion(b, c)), conversion(a, c)), 0);
      assert.equal(compare(multiply(conversion(a, b), conversion(b, a)), ratio(1)), 0);
      assert.ok(conversion(a, b).num > 0n && conversion(a, b).den > 0n);
    }),
    { seed: 811, numRuns: 300 },
  );
});

test('units of different dimensions do not convert', () => {
  assert.throws(() => conversion('kWh', 'kg'), {
    code: 'UNIT_UNFIT',
    message: 'kWh measures energy, kg measures mass',
    details: { where: 'unit' },
  });
  assert.throws(() => conversion('m3', 'kWh'), { code: 'UNIT_UNFIT' });
});

test('spellings on bills are read, each as one unit', () => {
  const seen = new Set<string>();
  for (const name of unitNames) {
    assert.equal(parseUnit(name), name);
    for (const spelling of spellings[name] ?? []) {
      assert.equal(parseUnit(spelling), name, spelling);
      assert.equal(isUnitName(spelling), false, spelling);
      assert.ok(!seen.has(spelling));
      seen.add(spelling);
    }
  }
});

test('a spelling with two meanings is refused with both', () => {
  const cases: [string, RegExp][] = [
    ['ton', /t \(1000 kg\), short ton \(907\.18474 kg\), long ton \(1016\.0469088 kg\) or ton-hour \(cooling\)$/],
    ['Tons', /t \(1000 kg\), short ton \(907\.18474 kg\), long ton \(1016\.0469088 kg\) or ton-hour \(cooling\)$/],
    ['mt', /'mt' could mean t \(1000 kg\) or a million tonnes$/],
    ['MT', /'MT' could mean t \(1000 kg\) or a million tonnes$/],
    ['MBtu', /kBtu \(10\^3 Btu\) or mmBtu \(10\^6 Btu\)$/],
    ['MBTU', /kBtu \(10\^3 Btu\) or mmBtu \(10\^6 Btu\)$/],
    ['M Btu', /kBtu \(10\^3 Btu\) or mmBtu \(10\^6 Btu\)$/],
    ['MM Btu', /mmBtu \(10\^6 Btu\)$/],
    ['mWh', /MWh \(megawatt hour\) or milliwatt hour$/],
    ['mJ', /MJ \(megajoule\) or millijoule$/],
    ['mj', /MJ \(megajoule\) or millijoule$/],
    ['gal', /US gallon or imperial gallon$/],
    ['gallon', /US gallon or imperial gallon$/],
    ['Gallons', /US gallon or imperial gallon$/],
  ];
  for (const [text, meanings] of cases) {
    assert.throws(
      () => parseUnit(text),
      (error: unknown) =>
        isChannelError(error, 'UNIT_AMBIGUOUS') && meanings.test(error.message) && error.details.where === 'unit',
      text,
    );
  }
});

test('anything else is unknown, with the way out where there is one', () => {
  const cases: [string, RegExp][] = [
    ['kW', /^kW is power; give the energy in kWh\.$/],
    ['MW', /^MW is power; give the energy in MWh\.$/],
    ['Dth', /1 dekatherm is 1 mmBtu/],
    ['dekatherm', /1 dekatherm is 1 mmBtu/],
    ['Dekatherms', /1 dekatherm is 1 mmBtu/],
    ['HCF', /as CCF\.$/],
    ['furlong', /^Use one of Wh, kWh, .*long ton\.$/],
    ['', /^Use one of/],
    ['constructor', /^Use one of/],
    ['__proto__', /^Use one of/],
    ['toString', /^Use one of/],
    ['hasOwnProperty', /^Use one of/],
    ['ｋＷｈ', /^Use one of/],
    ['kＷh', /^Use one of/],
    ['kWh\u200b', /^Use one of/],
  ];
  for (const [text, fix] of cases) {
    assert.throws(
      () => parseUnit(text),
      (error: unknown) =>
        isChannelError(error, 'UNIT_UNKNOWN') && fix.test(error.fix) && error.details.where === 'unit',
      text,
    );
    assert.equal(isUnitName(text), false, text);
  }
  assert.throws(() => parseUnit('x'.repeat(60)), { message: `unit '${'x'.repeat(40)}' is not in the table of units` });
});
