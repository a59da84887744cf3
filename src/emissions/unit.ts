import { ChannelError } from './error.ts';
import { type Ratio, ratio } from './ratio.ts';

export type Dimension = 'energy' | 'volume' | 'mass';

interface UnitEntry {
  readonly dimension: Dimension;
  /** Exact size in the dimension's base: joule, cubic metre, kilogram. */
  readonly size: Ratio;
  /** Other spellings, compared letter by letter; case matters only where it changes the meaning. */
  readonly spellings: readonly string[];
  readonly source: string;
}

const SI = 'BIPM, The International System of Units, 9th edition (2019)';
const NIST = 'NIST Special Publication 811 (2008), appendix B.8';
// International Table Btu, exactly 1055.05585262 J (NIST SP 811, footnote 9 of appendix B).
const BTU_NUM = 105_505_585_262n;
const BTU_DEN = 100_000_000n;
// 1 ft = 0.3048 m exactly, so 1 ft3 = 0.028316846592 m3.
const FT3_NUM = 28_316_846_592n;
const FT3_DEN = 1_000_000_000_000n;

/** The closed table of units: nothing else is ever accepted on the channel. */
const table = {
  Wh: { dimension: 'energy', size: ratio(3_600), spellings: ['wh', 'WH'], source: SI },
  kWh: {
    dimension: 'energy',
    size: ratio(3_600_000),
    spellings: ['KWH', 'kwh', 'Kwh', 'KWh', 'kWH', 'kW.h', 'kW·h', 'kW-h', 'kilowatt hours', 'kilowatt-hours'],
    source: SI,
  },
  MWh: {
    dimension: 'energy',
    size: ratio(3_600_000_000n),
    spellings: ['MWH', 'Mwh', 'megawatt hours', 'megawatt-hours'],
    source: SI,
  },
  GWh: { dimension: 'energy', size: ratio(3_600_000_000_000n), spellings: ['GWH', 'Gwh', 'gwh'], source: SI },
  kJ: { dimension: 'energy', size: ratio(1_000), spellings: ['KJ', 'kj'], source: SI },
  MJ: { dimension: 'energy', size: ratio(1_000_000), spellings: ['Mj', 'megajoules'], source: SI },
  GJ: { dimension: 'energy', size: ratio(1_000_000_000), spellings: ['Gj', 'gj', 'gigajoules'], source: SI },
  TJ: { dimension: 'energy', size: ratio(1_000_000_000_000n), spellings: ['Tj', 'tj', 'terajoules'], source: SI },
  Btu: { dimension: 'energy', size: ratio(BTU_NUM, BTU_DEN), spellings: ['BTU', 'btu'], source: NIST },
  kBtu: {
    dimension: 'energy',
    size: ratio(BTU_NUM * 1_000n, BTU_DEN),
    spellings: ['KBTU', 'kBTU', 'kbtu', 'KBtu'],
    source: NIST,
  },
  mmBtu: {
    dimension: 'energy',
    size: ratio(BTU_NUM * 1_000_000n, BTU_DEN),
    spellings: ['MMBtu', 'MMBTU', 'mmbtu', 'mmBTU'],
    source: NIST,
  },
  therm: {
    dimension: 'energy',
    size: ratio(BTU_NUM * 100_000n, BTU_DEN),
    spellings: ['therms', 'Therm', 'Therms', 'THERM', 'THERMS', 'thm', 'THM'],
    source: `100 000 Btu (IT), as gas is billed in the US and the UK; Btu: ${NIST}`,
  },
  'ton-hour': {
    dimension: 'energy',
    size: ratio(BTU_NUM * 12_000n, BTU_DEN),
    spellings: ['ton-hours', 'ton hours', 'Ton-Hours', 'TON-HOURS'],
    source: '12 000 Btu of cooling: NIST SP 811 appendix B.8, ton of refrigeration (12 000 Btu/h)',
  },
  m3: { dimension: 'volume', size: ratio(1), spellings: ['M3', 'm³', 'cubic metres', 'cubic meters'], source: SI },
  L: { dimension: 'volume', size: ratio(1, 1_000), spellings: ['l', 'litre', 'litres', 'liter', 'liters'], source: SI },
  ft3: {
    dimension: 'volume',
    size: ratio(FT3_NUM, FT3_DEN),
    spellings: ['cf', 'CF', 'scf', 'ft³', 'cubic feet'],
    source: NIST,
  },
  CCF: {
    dimension: 'volume',
    size: ratio(FT3_NUM * 100n, FT3_DEN),
    spellings: ['ccf', 'Ccf', 'hundred cubic feet'],
    source: NIST,
  },
  Mcf: {
    dimension: 'volume',
    size: ratio(FT3_NUM * 1_000n, FT3_DEN),
    spellings: ['MCF', 'mcf', 'thousand cubic feet'],
    source: NIST,
  },
  'US gallon': {
    dimension: 'volume',
    size: ratio(3_785_411_784n, 1_000_000_000_000n),
    spellings: ['US gallons', 'US gal', 'us gal'],
    source: NIST,
  },
  'imperial gallon': {
    dimension: 'volume',
    size: ratio(454_609, 100_000_000),
    spellings: ['imperial gallons', 'imp gal', 'UK gallon', 'UK gallons'],
    source: NIST,
  },
  g: { dimension: 'mass', size: ratio(1, 1_000), spellings: ['gram', 'grams'], source: SI },
  kg: { dimension: 'mass', size: ratio(1), spellings: ['KG', 'Kg', 'kilogram', 'kilograms'], source: SI },
  t: { dimension: 'mass', size: ratio(1_000), spellings: ['tonne', 'tonnes', 'metric ton', 'metric tons'], source: SI },
  lb: {
    dimension: 'mass',
    size: ratio(45_359_237, 100_000_000),
    spellings: ['lbs', 'LB', 'LBS', 'pound', 'pounds'],
    source: NIST,
  },
  klb: {
    dimension: 'mass',
    size: ratio(45_359_237, 100_000),
    spellings: ['KLB', 'Mlb', 'MLB', 'thousand pounds'],
    source: NIST,
  },
  'short ton': {
    dimension: 'mass',
    size: ratio(90_718_474, 100_000),
    spellings: ['short tons', 'US ton', 'US tons'],
    source: NIST,
  },
  'long ton': {
    dimension: 'mass',
    size: ratio(10_160_469_088n, 10_000_000),
    spellings: ['long tons', 'imperial ton', 'imperial tons'],
    source: NIST,
  },
} as const satisfies Record<string, UnitEntry>;

export type UnitName = keyof typeof table;

/** All unit names in the order of the table. */
export const unitNames: readonly UnitName[] = Object.keys(table) as UnitName[];

/** Spellings with two meanings, and what could be meant. */
const ambiguous: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ton: 't (1000 kg), short ton (907.18474 kg), long ton (1016.0469088 kg) or ton-hour (cooling)',
    tons: 't (1000 kg), short ton (907.18474 kg), long ton (1016.0469088 kg) or ton-hour (cooling)',
    mt: 't (1000 kg) or a million tonnes',
    mbtu: 'kBtu (10^3 Btu) or mmBtu (10^6 Btu)',
    'm btu': 'kBtu (10^3 Btu) or mmBtu (10^6 Btu)',
    'mm btu': 'mmBtu (10^6 Btu)',
    mwh: 'MWh (megawatt hour) or milliwatt hour',
    mj: 'MJ (megajoule) or millijoule',
    gal: 'US gallon or imperial gallon',
    gallon: 'US gallon or imperial gallon',
    gallons: 'US gallon or imperial gallon',
  }),
);

/** Spellings that people write and that are no unit of the table, with the way out. */
const hints: ReadonlyMap<string, string> = new Map(
  Object.entries({
    kw: 'kW is power; give the energy in kWh.',
    mw: 'MW is power; give the energy in MWh.',
    dth: 'Give dekatherms as mmBtu: 1 dekatherm is 1 mmBtu.',
    dekatherm: 'Give dekatherms as mmBtu: 1 dekatherm is 1 mmBtu.',
    dekatherms: 'Give dekatherms as mmBtu: 1 dekatherm is 1 mmBtu.',
    hcf: 'Give hundreds of cubic feet as CCF.',
  }),
);

const bySpelling: ReadonlyMap<string, UnitName> = new Map(
  unitNames.flatMap((name) => [name, ...table[name].spellings].map((spelling) => [spelling, name] as const)),
);

/**
 * The unit that a text names. Common spellings are accepted (`KWH`, `Therms`); what has two meanings is refused with both.
 * @throws {ChannelError} UNIT_AMBIGUOUS, UNIT_UNKNOWN
 */
export function parseUnit(text: string): UnitName {
  const trimmed = text.trim();
  const name = bySpelling.get(trimmed);
  if (name !== undefined) return name;
  const shown = trimmed.slice(0, 40);
  const meanings = ambiguous.get(trimmed.toLowerCase());
  if (meanings !== undefined) {
    throw new ChannelError('UNIT_AMBIGUOUS', `unit '${shown}' could mean ${meanings}`, { where: 'unit' });
  }
  const hint = hints.get(trimmed.toLowerCase());
  throw new ChannelError('UNIT_UNKNOWN', `unit '${shown}' is not in the table of units`, {
    where: 'unit',
    fix: hint ?? `Use one of ${unitNames.join(', ')}.`,
  });
}

export function isUnitName(text: string): text is UnitName {
  return Object.hasOwn(table, text);
}

export function dimensionOf(unit: UnitName): Dimension {
  return table[unit].dimension;
}

/** Where a unit's size comes from. */
export function unitSource(unit: UnitName): string {
  return table[unit].source;
}

/**
 * Exact factor that turns an amount in `from` into one in `to`.
 * @throws {ChannelError} UNIT_UNFIT when the two do not measure the same thing
 */
export function conversion(from: UnitName, to: UnitName): Ratio {
  const a: UnitEntry = table[from];
  const b: UnitEntry = table[to];
  if (a.dimension !== b.dimension) {
    throw new ChannelError('UNIT_UNFIT', `${from} measures ${a.dimension}, ${to} measures ${b.dimension}`, {
      where: 'unit',
    });
  }
  return { num: a.size.num * b.size.den, den: a.size.den * b.size.num };
}
