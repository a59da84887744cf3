import { helvetica } from '../fonts.ts';
import { type BillFile, type Column, Sheet } from '../sheet.ts';
import { head, prices, VALUE } from './parts.ts';

const READS: readonly Column[] = [[50, 'left'], [270, 'right'], [390, 'right'], VALUE];

/** A quarter in the United Kingdom: day and night registers with estimated reads, and gas by volume billed in kWh. */
export function ukTwoFuels(): BillFile {
  const fonts = { plain: helvetica(), bold: helvetica('Helvetica-Bold') };
  const page = new Sheet(fonts, [595, 842]);
  head(page, {
    name: 'Example Energy Supply',
    note: 'Sample bill, made for tests: no real supplier, customer or meter',
    at: [350, 100],
    customer: ['Example Customer', '1 Example Road', 'Exampleton EX1 1EX'],
    facts: [
      ['Account number', '8500 1177 2034'],
      ['Bill date', '14/04/2022'],
      ['Period covered', '04/01/2022 to 03/04/2022'],
      ['', '(90 days)'],
    ],
  });
  page.rule(160);
  electricity(page);
  gas(page);
  total(page);
  return { name: 'uk-two-fuels', fonts, sheets: [page], writing: 'plain', packed: true };
}

function electricity(page: Sheet): void {
  page.text(50, 180, 'Electricity', { size: 12, bold: true });
  page.text(50, 197, 'Meter serial number E10X45502');
  page.rows(214, READS, [
    ['Register', 'Previous read', 'Latest read', 'Energy used'],
    ['Day', '23410 A', '24655 E', '1,245 kWh'],
    ['Night', '11802 A', '12390 E', '588 kWh'],
    ['Total electricity used', '', '', '1,833 kWh'],
  ]);
  page.text(50, 266, 'A = actual read, E = estimated read, C = customer read', { size: 7 });
  page.rows(284, prices(), [
    ['Day units', '1,245 kWh at 24.60p', '£306.27'],
    ['Night units', '588 kWh at 11.25p', '£66.15'],
    ['Standing charge', '90 days at 45.00p', '£40.50'],
  ]);
  page.rule(326);
}

function gas(page: Sheet): void {
  page.text(50, 346, 'Gas', { size: 12, bold: true });
  page.text(50, 363, 'Meter serial number G4A00771208');
  page.rows(380, READS, [
    ['', 'Previous read', 'Latest read', 'Volume used'],
    ['Gas units (cubic metres)', '4210 C', '4538 A', '328 m³'],
    ['Volume correction', '', '', '1.02264'],
    ['Calorific value', '', '', '39.4 MJ/m³'],
    ['Gas used (328 x 1.02264 x 39.4 / 3.6)', '', '', '3,671 kWh'],
  ]);
  page.rows(455, prices(), [
    ['Gas units', '3,671 kWh at 6.20p', '£227.60'],
    ['Standing charge', '90 days at 27.00p', '£24.30'],
  ]);
  page.rule(484);
}

function total(page: Sheet): void {
  page.rows(
    504,
    [[50, 'left'], VALUE],
    [
      ['Total before VAT', '£664.82'],
      ['VAT at 5%', '£33.24'],
      ['Total to pay by Direct Debit on 28/04/2022', '£698.06'],
    ],
  );
  page.rule(546);
  page.rows(
    566,
    [[50, 'left'], VALUE],
    [
      ['Electricity used in the same period last year', '1,910 kWh'],
      ['Your estimated annual electricity use', '7,400 kWh'],
      ['Your estimated annual gas use', '14,200 kWh'],
    ],
  );
}
