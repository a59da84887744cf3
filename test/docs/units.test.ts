import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ChannelError,
  compare,
  conversion,
  dimensionOf,
  multiply,
  parseDecimal,
  parseUnit,
  ratio,
  type UnitName,
  unitNames,
  unitSource,
} from '../../src/emissions/index.ts';
import { code, codes, read, tableRows } from './documents.ts';

const guide = read('docs/units.md');
const source = read('src/emissions/unit.ts');
const sections = [
  ['energy', '## Energy, in joules', 'J'],
  ['volume', '## Volume, in cubic metres', 'm3'],
  ['mass', '## Mass, in kilograms', 'kg'],
] as const;

/** Exact size in joules, cubic metres or kilograms. */
function sizeOf(unit: UnitName) {
  const dimension = dimensionOf(unit);
  if (dimension === 'energy') return multiply(conversion(unit, 'kJ'), ratio(1_000));
  return conversion(unit, dimension === 'volume' ? 'm3' : 'kg');
}

test('docs/units.md lists exactly the units of the table, with their exact sizes and sources', () => {
  const listed: string[] = [];
  for (const [dimension, heading, base] of sections) {
    for (const [name, size, , from] of tableRows(guide, heading)) {
      const unit = parseUnit(code(name));
      listed.push(code(name));
      assert.equal(dimensionOf(unit), dimension);
      const [, number, unitOfSize] = /^([0-9.]+) (\w+)$/.exec(size as string) as unknown as string[];
      assert.equal(unitOfSize, base);
      assert.equal(compare(parseDecimal(number as string), sizeOf(unit)), 0, `${unit} is ${size}`);
      assert.equal(from, unitSource(unit));
    }
  }
  assert.deepEqual(listed, [...unitNames]);
});

test('docs/units.md lists exactly the spellings that are accepted', () => {
  const listed: string[] = [];
  for (const [, heading] of sections) {
    for (const [name, , spellings] of tableRows(guide, heading)) {
      for (const spelling of codes(spellings)) {
        assert.equal(parseUnit(spelling), code(name), spelling);
        listed.push(spelling);
      }
    }
  }
  // The table is not public: its spellings are read from the source.
  const known = [...source.matchAll(/spellings: \[([^\]]*)\]/g)].flatMap((match) => quoted(match[1] as string));
  assert.deepEqual(listed, known);
});

test('docs/units.md lists exactly the spellings that are refused with their meanings or the way out', () => {
  const ambiguous = tableRows(guide, '## Refused, because they have two meanings');
  for (const [spelling, meanings] of ambiguous) {
    const error = refusal(code(spelling));
    assert.equal(error.code, 'UNIT_AMBIGUOUS', spelling);
    assert.ok(error.message.endsWith(`could mean ${meanings}`), error.message);
  }
  const hints = tableRows(guide, '## Refused, with the way out');
  for (const [spelling, fix] of hints) {
    const error = refusal(code(spelling));
    assert.equal(error.code, 'UNIT_UNKNOWN', spelling);
    assert.equal(error.fix, fix);
  }
  assert.deepEqual(
    [...ambiguous, ...hints].map(([spelling]) => code(spelling)),
    [...keysBetween('const ambiguous', 'const hints'), ...keysBetween('const hints', 'const bySpelling')],
  );
});

test('what docs/units.md says of capitals holds', () => {
  assert.equal(parseUnit('MWH'), 'MWh');
  assert.equal(refusal('mwh').code, 'UNIT_AMBIGUOUS');
  assert.equal(refusal('Ton').code, 'UNIT_AMBIGUOUS');
  assert.equal(refusal('DTH').code, 'UNIT_UNKNOWN');
});

function refusal(text: string): ChannelError {
  try {
    parseUnit(text);
  } catch (error) {
    if (error instanceof ChannelError) return error;
    throw error;
  }
  return assert.fail(`'${text}' is accepted`);
}

function quoted(text: string): string[] {
  return [...text.matchAll(/'([^']*)'/g)].map((match) => match[1] as string);
}

/** Keys of the object that stands between two places of the source. */
function keysBetween(from: string, to: string): string[] {
  const part = source.slice(source.indexOf(from), source.indexOf(to));
  return [...part.matchAll(/^ {4}(?:'([^']+)'|(\w+)): '/gm)].map((match) => (match[1] ?? match[2]) as string);
}
