import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pageOfRows as page, plainPage } from '../../../test/support/pdf-page.ts';
import type { ReadOptions } from '../bill.ts';
import { plainLetters } from './plain-letters.ts';
import { rangesIn } from './printed-dates.ts';
import { proposeByLabels } from './propose-bill.ts';
import { linesOf } from './text-lines.ts';

const HEAD = ['Electricity', 'Meter number | M-100', 'Service period | 15 Jan 2022 to 14 Feb 2022 (31 days)'];

function quantities(rows: readonly string[], options: ReadOptions = {}): string[] {
  const { line, questions } = proposeByLabels(page(...HEAD, ...rows), options);
  const offered = questions.filter(({ field }) => field === 'quantity').flatMap(({ choices }) => choices);
  return [...(line.fields.quantity === undefined ? [] : [line.fields.quantity]), ...offered].map(({ value }) => value);
}

test('a use beside its label, below its heading, and under a heading that has the unit', () => {
  assert.deepEqual(quantities(['Total consumption | 1250 kWh']), ['1250']);
  assert.deepEqual(quantities(['Register | Usage', 'All | 1250 kWh']), ['1250']);
  assert.deepEqual(quantities(['Register | Usage (kWh)', 'All | 1,250.5', 'VAT | 5.5 %']), ['1250.5']);
  assert.deepEqual(quantities(['Verbrauch in kWh | 1.250,5']), ['1250.5']);
});

test('what is no use is never offered, in any of the languages', () => {
  for (const row of [
    'Energy charge | 1,250 kWh | 0.12 | 150.00',
    'Usage charge 1,250 kWh',
    'Usage | 1,250 kWh | $150.00',
    'Usage last year | 1,250 kWh',
    'Vorjahresverbrauch | 1.250 kWh',
    'Consommation annuelle prévue | 1250 kWh',
    'Consumo del año anterior | 1250 kWh',
    'Average daily usage | 41 kWh',
    'Usage since January | 1,250 kWh',
    'Usage in thousand kWh | 1.25',
    'Previous reading | 1,250 kWh',
    'Exported energy | 1,250 kWh',
    'Credit for usage | 1,250 kWh',
    'Usage adjustment | -1,250 kWh',
    'Usage | - 1,250 kWh',
    'Demand | 125 kW',
    'Reactive energy | 1,250 kVArh',
    'Usage | 1,250 kWh/m³',
  ])
    assert.deepEqual(quantities([row, 'Amount due | $150.00']), [], row);
});

test('a sign of a note behind a number, and a fraction, become no digits of it', () => {
  for (const printed of ['500① kWh', '500⑴ kWh', '500¹ kWh', '10½ kWh', '500₁ kWh'])
    assert.deepEqual(quantities([`Usage | ${plainLetters(printed)}`]), [], printed);
  assert.deepEqual(quantities([`Usage | ${plainLetters('１２３ kWh')}`]), ['123']);
});

test('where a blank may part thousands or a number from what it counts, both are shown', () => {
  assert.deepEqual(quantities(['Usage Tier 1 500 kWh', 'Charges 1 200,00 EUR']), ['1500', '500']);
  assert.deepEqual(quantities(['Usage | 1 500 kWh', 'Charges | 1 200,00 EUR']), ['1500']);
  assert.deepEqual(quantities(['Usage: 1 500 kWh', 'Charges | 1 200,00 EUR']), ['1500']);
});

test('two amounts are both shown and none is taken; a total that is exactly their sum is', () => {
  assert.deepEqual(quantities(['Usage day | 1000 kWh', 'Usage night | 250 kWh']), ['1000', '250']);
  assert.deepEqual(quantities(['Usage day | 1000 kWh', 'Usage night | 250 kWh', 'Total usage | 1250 kWh']), ['1250']);
  const rounded = ['Usage day | 1000 kWh', 'Usage night | 250 kWh', 'Total usage | 1251 kWh'];
  assert.deepEqual(quantities(rounded), ['1000', '250', '1251']);
});

test('a pick that names none of the values is told, and the question stays open', () => {
  const { questions } = proposeByLabels(page(...HEAD, 'Usage | 900 kWh', 'Consumption | 700 kWh'), {
    pick: ['quantity:9'],
  });
  assert.deepEqual(
    questions.map(({ question }) => question),
    ['there is no quantity:9; 2 values can be the quantity'],
  );
});

test('an amount that both signs read is asked while nothing on the bill decides', () => {
  const { line, questions } = proposeByLabels(page(...HEAD, 'Usage | 1,250 kWh'), {});
  assert.deepEqual(
    questions.map(({ code }) => code),
    ['DECIMAL_SIGN_UNKNOWN'],
  );
  assert.equal(line.fields.quantity, undefined);
  // Another amount that can be read one way only is not taken in its place.
  assert.deepEqual(quantities(['Usage | 1,250 kWh', 'Use | 77 kWh']), []);
  assert.deepEqual(quantities(['Usage | 1,250 kWh'], { decimalSign: 'comma' }), ['1.25']);
  assert.deepEqual(quantities(['Usage | 1,250 kWh', 'Amount due | 1.234,50 €']), ['1.25']);
});

test('a word beside the dates says that the last day is billed', () => {
  const rows = [
    'Electricity',
    'Meter | M-100',
    'Period | 2022-12-16 to 2023-01-15 (both days included)',
    'Usage | 900 kWh',
  ];
  const { line } = proposeByLabels(page(...rows), {});
  assert.deepEqual([line.line?.start, line.line?.end, line.line?.statedEnd], ['2022-12-16', '2023-01-16', 'inclusive']);
});

test('a term of payment is no number of days billed', () => {
  const rows = ['Electricity', 'Meter | M-100', 'Service period | 15 Jan 2022 to 14 Feb 2022', 'Usage | 900 kWh'];
  const { questions } = proposeByLabels(page(...rows, 'Please pay within 30 days', 'Payment term | 31 days net'), {});
  assert.deepEqual(
    questions.map(({ field, code }) => [field, code]),
    [['end_convention', 'END_CONVENTION_UNKNOWN']],
  );
  // A read date comes without a start, which no bill on paper leaves out.
  assert.match(questions[0]?.fix ?? '', /inclusive .*exclusive .*shared-day/);
  assert.doesNotMatch(questions[0]?.fix ?? '', /read-date/);
});

test('the period is not the one of a tariff, and two periods are asked', () => {
  const other = 'Contract period | 1 Jan 2022 to 31 Dec 2022';
  const { line } = proposeByLabels(page(...HEAD, other, 'Usage | 900 kWh'), {});
  // 15 January to 14 February are 31 days with both.
  assert.deepEqual([line.line?.start, line.line?.end, line.line?.statedEnd], ['2022-01-15', '2022-02-15', 'inclusive']);
  const two = proposeByLabels(page(...HEAD, 'Service period | 15 Feb 2022 to 14 Mar 2022', 'Usage | 900 kWh'), {});
  assert.deepEqual(
    two.questions.map(({ field, choices }) => [field, choices.length]),
    [['start', 2]],
  );
});

test('a commodity that the unit cannot measure is none', () => {
  const rows = ['Example Water and Power', 'Electricity', ...HEAD.slice(1), 'Usage | 900 kWh'];
  const { line, questions } = proposeByLabels(page(...rows), {});
  assert.deepEqual(questions, []);
  assert.equal(line.line?.commodity, 'electricity');
});

test('gas by energy and by volume is one use; water beside electricity is another', () => {
  const gas = ['Natural gas', 'Meter | G-1', ...HEAD.slice(2), 'Gas used | 350 kWh', 'Volume used | 31 m³'];
  const one = proposeByLabels(page(...gas), {});
  assert.deepEqual([one.line.line?.quantity, one.line.line?.commodity], ['350', 'natural-gas']);
  const two = proposeByLabels(page(...HEAD, 'Electricity used | 350 kWh', 'Water used | 31 m³'), {});
  assert.equal(two.questions[0]?.field, 'quantity');
  assert.equal(two.questions[0]?.choices.length, 2);
});

test('a number to the right of a label and one below it are both shown', () => {
  const { questions } = proposeByLabels(page('Meter number | A-100', 'B-200 | Total', 'Electricity'), {});
  const meters = questions.find(({ field }) => field === 'meter')?.choices.map(({ value, why }) => [value, why]);
  assert.deepEqual(meters, [
    ['A-100', 'to the right of "Meter number"'],
    ['B-200', 'below "Meter number"'],
  ]);
});

test('greenhouse gas is no commodity', () => {
  const { line } = proposeByLabels(page(...HEAD, 'Usage | 900 kWh', 'Greenhouse gas of your power: 380 g'), {});
  assert.equal(line.line?.commodity, 'electricity');
});

test('a bill that does not say how the meter was read is billed only', () => {
  const basis = (...rows: string[]) => proposeByLabels(page(...HEAD, ...rows), {}).line.line?.readBasis;
  assert.equal(basis('Usage | 900 kWh'), 'billed-only');
  assert.equal(basis('Usage | 900 kWh', 'Your estimated annual use | 9999 kWh'), 'billed-only');
  assert.equal(basis('Usage | 900 kWh', 'A = actual read, E = estimated read'), 'billed-only');
  assert.equal(basis('Usage (estimated) | 900 kWh'), 'estimated');
  assert.equal(basis('Previous | 100 A', 'Latest | 1000 E', 'Usage | 900 kWh'), 'estimated');
});

test('periods with named months, with the year once, and over the new year', () => {
  const found = (text: string) => rangesIn(text).map(({ start, end }) => [start.text, end.text]);
  assert.deepEqual(found('Jan 14 - Feb 14, 2022'), [['14 Jan 2022', '14 Feb 2022']]);
  assert.deepEqual(found('from 20 December to 19 January 2023'), [['20 Dec 2022', '19 Jan 2023']]);
  assert.deepEqual(found('vom 1. März 2022 bis 31. Mai 2022'), [['1 Mar 2022', '31 May 2022']]);
  assert.deepEqual(found('01.12. – 31.01.2023'), [['01.12.2022', '31.01.2023']]);
  assert.deepEqual(found('du 1er février 2022 au 31 août 2022'), [['1 Feb 2022', '31 Aug 2022']]);
  assert.deepEqual(found('del 5 de enero de 2022 al 4 de febrero de 2022'), [['5 Jan 2022', '4 Feb 2022']]);
  assert.deepEqual(found('due 03/01/2022, paid 04/01/2022'), []);
});

test('a raised figure is a note, and no digit of the amount beside it', () => {
  const words = [
    { text: 'Usage', left: 40, right: 70, baseline: 50, size: 10 },
    { text: '1,250', left: 200, right: 225, baseline: 50, size: 10 },
    { text: '1', left: 225.5, right: 228, baseline: 46, size: 6 },
    { text: 'm', left: 240, right: 247, baseline: 50, size: 10 },
    { text: '3', left: 247.2, right: 250, baseline: 46, size: 6 },
  ];
  const [line] = linesOf([plainPage(words)]);
  assert.equal(line?.text.replaceAll(/ +/g, ' '), 'Usage 1,250 m3');
});
