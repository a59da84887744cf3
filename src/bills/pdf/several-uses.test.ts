import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pageOfRows } from '../../../test/support/pdf-page.ts';
import type { ReadOptions } from '../bill.ts';
import { type LabelProposal, proposeByLabels } from './propose-bill.ts';

// Bills with more than one use: what is one amount at two places, and what are two. Never is one of two taken in silence.

const PERIOD = 'Service period | 2022-01-15 to 2022-02-14 (31 days)';
/** A bill of a meter with 500 kWh and another one. */
const twoMeters = (other: string) => [
  ...['Electricity', PERIOD, 'Meter number | M-100', 'Usage | 500 kWh', ''],
  ...['Meter number | M-200', `Usage | ${other} kWh`],
];
const ONE_METER = ['Electricity', 'Meter number | M-100', PERIOD];

function proposed(rows: readonly string[], options: ReadOptions = {}): LabelProposal {
  return proposeByLabels(pageOfRows(...rows), options);
}

/** The use that would be recorded, or the choices that are offered. */
function uses(rows: readonly string[], options?: ReadOptions): string | readonly string[] {
  const { line, questions } = proposed(rows, options);
  const asked = questions.find(({ field }) => field === 'quantity');
  return asked === undefined ? (line.fields.quantity?.value ?? '') : asked.choices.map(({ value }) => value);
}

test('two registers that used the same are two amounts, and their total is the sum', () => {
  const registers = ['Usage day | 500 kWh', 'Usage night | 500 kWh'];
  assert.deepEqual(uses([...ONE_METER, ...registers]), ['500', '500']);
  assert.equal(uses([...ONE_METER, ...registers, 'Total usage | 1000 kWh']), '1000');
  assert.deepEqual(uses([...ONE_METER, 'Register | Usage (kWh)', 'Day | 500', 'Night | 500']), ['500', '500']);
  assert.equal(uses([...ONE_METER, 'Register | Usage (kWh)', 'Day | 500', 'Night | 500', 'Total | 1000']), '1000');
  // Rows of one table without a name of their own, and amounts side by side.
  assert.deepEqual(uses([...ONE_METER, 'Usage | 500 kWh', 'Usage | 500 kWh']), ['500', '500']);
  assert.deepEqual(uses([...ONE_METER, 'Usage day 500 kWh | Usage night 500 kWh']), ['500', '500']);
  assert.deepEqual(uses([...ONE_METER, 'Verbrauch HT | 500 kWh', 'Verbrauch NT | 500 kWh']), ['500', '500']);
});

test('registers that are printed in a summary and again in the details are not counted twice', () => {
  const summary = ['Usage day | 500 kWh', 'Usage night | 500 kWh'];
  const details = ['', '', '', ...summary, 'Total usage | 1000 kWh'];
  assert.equal(uses([...ONE_METER, ...summary, ...details]), '1000');
});

test('one use in a summary and in the details is one', () => {
  assert.equal(uses(['Total usage | 500 kWh', '', '', ...ONE_METER, 'Usage | 500 kWh']), '500');
  assert.equal(uses(['Usage | 500 kWh', '', '', ...ONE_METER, 'Usage day | 500 kWh', 'Total | 500 kWh']), '500');
  const { line } = proposed(['Electricity usage | 500 kWh', '', '', ...ONE_METER, 'Consumption | 500 kWh']);
  assert.match(line.fields.quantity?.why ?? '', /also at page 1, line 5/);
});

test('two meters that used the same are asked about, as meters and as amounts', () => {
  const rows = twoMeters('500');
  const { questions } = proposed(rows);
  assert.deepEqual(
    questions.map(({ field, choices }) => [field, choices.length]),
    [
      ['quantity', 2],
      ['meter', 2],
    ],
  );
  assert.deepEqual(uses(['Electricity', PERIOD, 'Meter number | Usage (kWh)', 'M-100 | 500', 'M-200 | 500']), [
    '500',
    '500',
  ]);
});

test('electricity by energy and gas by volume are two uses, though the bill speaks of gas', () => {
  const rows = [...ONE_METER, 'Electricity used | 350 kWh', 'Natural gas used | 31 m³'];
  assert.deepEqual(uses(rows), ['350', '31']);
  assert.deepEqual(uses(rows, { commodity: 'electricity' }), ['350', '31']);
  // Of gas alone, energy and volume are one use; its heat content is no heat that is billed.
  const gas = [
    'Natural gas',
    ...ONE_METER.slice(1),
    'Heat content | 1.037',
    'Gas used | 350 kWh',
    'Volume used | 31 m³',
  ];
  assert.equal(uses(gas), '350');
});

test('equal energy of two commodities is not one amount', () => {
  const rows = [...ONE_METER, 'Total electricity | 500 kWh', '', '', 'Gas used | 500 kWh'];
  assert.deepEqual(uses(rows), ['500', '500']);
});

test('whoever picks or tells one of several is told of the others by their places, without their numbers', () => {
  const rows = twoMeters('700');
  const picked = proposed(rows, { pick: ['quantity:2', 'meter:2'] });
  assert.deepEqual(picked.questions, []);
  assert.deepEqual([picked.line.line?.meter, picked.line.line?.quantity], ['M-200', '700']);
  assert.deepEqual(picked.beside, [
    'another amount that can be a use: page 1, line 4',
    'another meter: page 1, line 3',
  ]);
  // A meter that is told silences the question, and not what the bill shows.
  const told = proposed(rows.toSpliced(6, 1), { meter: 'M-100' });
  assert.deepEqual(told.questions, []);
  assert.deepEqual(told.beside, ['another meter: page 1, line 5']);
});

test('another commodity is told where it was left out by the unit or by an option, and not where only its name stands', () => {
  const rows = [...ONE_METER, 'Usage | 500 kWh', 'Water charge | 31 m³ | $40.00'];
  assert.deepEqual(proposed(rows).beside, ['another commodity: page 1, line 5']);
  assert.deepEqual(proposed(['Example Water and Power', ...ONE_METER, 'Usage | 500 kWh']).beside, []);
  const both = [...ONE_METER, 'Usage | 500 kWh', 'Gas charge | 700 kWh | $40.00'];
  assert.deepEqual(
    proposed(both).questions.map(({ field }) => field),
    ['commodity'],
  );
  assert.deepEqual(proposed(both, { commodity: 'electricity' }).beside, ['another commodity: page 1, line 5']);
});

test('the other periods of a bill are told', () => {
  const rows = [...ONE_METER, 'Service period | 2022-02-15 to 2022-03-14 (28 days)', 'Usage | 500 kWh'];
  const { line, beside } = proposed(rows, { pick: ['start:1'], statedEnd: 'inclusive' });
  assert.equal(line.line?.start, '2022-01-15');
  assert.deepEqual(beside, ['more than one period: page 1, line 3; page 1, line 4']);
});

test('a read date comes without a start: told of a bill with both dates it is asked about', () => {
  const { questions } = proposed([...ONE_METER, 'Usage | 500 kWh'], { statedEnd: 'read-date' });
  assert.deepEqual(
    questions.map(({ field, code }) => [field, code]),
    [['end_convention', 'END_CONVENTION_UNKNOWN']],
  );
  assert.match(questions[0]?.question ?? '', /read-date was told/);
  assert.doesNotMatch(questions[0]?.fix ?? '', /read-date/);
});
