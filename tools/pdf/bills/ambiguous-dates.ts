import { helvetica } from '../fonts.ts';
import { type BillFile, Sheet } from '../sheet.ts';

/** A bill whose dates can be read either way: nothing on it tells which is the month. */
export function ambiguousDates(): BillFile {
  const plain = helvetica();
  const fonts = { plain, bold: plain };
  const page = new Sheet(fonts, [420, 300]);
  page.text(40, 50, 'Example Water and Power', { size: 14 });
  page.text(40, 66, 'Sample bill, made for tests: no real utility, customer or meter');
  page.rows(
    95,
    [
      [40, 'left'],
      [380, 'right'],
    ],
    [
      ['Customer', 'Example Customer'],
      ['Meter', 'EX-7'],
      ['Electricity, actual reading', ''],
      ['Period', '03/04/2022 – 05/05/2022'],
      ['Consumption', '1240 kWh'],
      ['Amount due', '310.00'],
    ],
  );
  return { name: 'ambiguous-dates', fonts, sheets: [page], writing: 'plain', packed: false };
}
