import { embeddedSans } from '../fonts.ts';
import { type BillFile, type Column, Sheet } from '../sheet.ts';

const HISTORY = [
  ['Feb 21', 13_080],
  ['Mar 21', 12_240],
  ['Apr 21', 11_360],
  ['May 21', 11_920],
  ['Jun 21', 14_400],
  ['Jul 21', 16_760],
  ['Aug 21', 17_120],
  ['Sep 21', 15_040],
  ['Oct 21', 12_480],
  ['Nov 21', 11_800],
  ['Dec 21', 12_640],
  ['Jan 22', 12_880],
  ['Feb 22', 12_520],
] as const;

/** Two pages of a business in the United States: one meter with a multiplier, demand, tiers, and a year's history. */
export function usElectricity(): BillFile {
  const sans = embeddedSans();
  const fonts = { plain: sans, bold: sans };
  const first = new Sheet(fonts, [612, 792]);
  const second = new Sheet(fonts, [612, 792]);
  front(first);
  back(second);
  return { name: 'us-electricity', fonts, sheets: [first, second], writing: 'plain', packed: false };
}

function front(page: Sheet): void {
  page.text(50, 60, 'Example Power & Light', { size: 16 });
  page.text(50, 76, 'Sample bill, made for tests: no real utility, customer or meter');
  page.text(562, 60, 'Page 1 of 2', { align: 'right' });
  const label: Column = [350, 'left'];
  const value: Column = [562, 'right'];
  page.rows(
    104,
    [label, value],
    [
      ['Account number', '4410-0093-27'],
      ['Bill date', '02/16/2022'],
      ['Due date', '03/09/2022'],
      ['Amount due', '$1,756.91'],
    ],
  );
  page.rows(104, [[50, 'left']], [['Example Customer'], ['1 Example Street'], ['Springfield, TX 77002']]);
  page.rule(165);
  page.text(50, 185, 'Electric service', { size: 12 });
  page.text(50, 203, 'Service from 01/14/2022 to 02/14/2022 (31 days)');
  page.text(50, 216, 'Rate: General Service Demand');
  page.text(562, 216, 'Next meter reading on or about 03/15/2022', { align: 'right' });
  const meter: Column[] = [
    [50, 'left'],
    [150, 'left'],
    [270, 'right'],
    [350, 'right'],
    [420, 'right'],
    [475, 'right'],
    [562, 'right'],
  ];
  page.rows(245, meter, [
    ['Meter number', 'Read type', 'Current read', 'Previous read', 'Difference', 'Multiplier', 'Usage'],
    ['EPL-204417', 'Actual', '48,529', '48,216', '313', '40', '12,520 kWh'],
  ]);
  page.rule(264);
  page.rows(
    285,
    [[50, 'left'], value],
    [
      ['Billed demand', '38.4 kW'],
      ['Power factor', '94.0%'],
    ],
  );
  page.text(50, 335, 'Current charges', { size: 12 });
  page.rows(
    353,
    [[50, 'left'], [420, 'right'], value],
    [
      ['Customer charge', '', '$24.50'],
      ['Energy charge, first 5,000 kWh', '5,000 kWh @ $0.09120', '$456.00'],
      ['Energy charge, next 7,520 kWh', '7,520 kWh @ $0.07840', '$589.57'],
      ['Demand charge', '38.4 kW @ $11.25', '$432.00'],
      ['Fuel adjustment', '12,520 kWh @ $0.01210', '$151.49'],
      ['State tax 6.25%', '', '$103.35'],
      ['Total current charges', '', '$1,756.91'],
      ['Previous balance', '', '$1,804.66'],
      ['Payment received 02/01/2022, thank you', '', '-$1,804.66'],
      ['Amount due by 03/09/2022', '', '$1,756.91'],
    ],
  );
  page.rule(488);
  page.rows(
    508,
    [[50, 'left'], value],
    [
      ['Average daily usage', '403.9 kWh'],
      ['Same period last year', '13,080 kWh'],
      ['Year to date', '25,400 kWh'],
    ],
  );
}

function back(page: Sheet): void {
  page.text(50, 60, 'Your usage history', { size: 12 });
  page.text(562, 60, 'Page 2 of 2', { align: 'right' });
  page.text(50, 78, 'kWh by month of the bill');
  for (const [index, [month, kWh]] of HISTORY.entries()) {
    const x = 56 + index * 39;
    page.bar(x, 300, 24, kWh / 90);
    page.text(x + 12 + 13, 296 - kWh / 90, kWh.toLocaleString('en-US'), { size: 7, align: 'right' });
    page.text(x + 24, 312, month, { size: 7, align: 'right' });
  }
  page.rule(300);
  page.text(
    50,
    345,
    'Usage is the difference of the two reads times the multiplier. Demand is the highest quarter hour.',
  );
  page.text(50, 358, 'Account number 4410-0093-27');
}
