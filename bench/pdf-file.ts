import { statSync, writeFileSync } from 'node:fs';
import { embeddedSans } from '../tools/pdf/fonts.ts';
import { pdfOf, Sheet } from '../tools/pdf/sheet.ts';
import type { MadeFile } from './bill-files.ts';

/** A collective bill: pages as full as those of bills are, one meter, its embedded font cut down to the letters that it uses. */
export function writePdf(path: string, pages: number): MadeFile {
  const sans = embeddedSans();
  const fonts = { plain: sans, bold: sans };
  const sheets = Array.from({ length: pages }, (_, at) => {
    const sheet = new Sheet(fonts, [595, 842]);
    sheet.text(50, 50, 'Example Power and Light', { size: 14 });
    if (at === 0) {
      const rows = [
        ['Electricity', ''],
        ['Meter number', 'EX-4100'],
        ['Service period', '01/14/2022 to 02/14/2022 (31 days)'],
        ['Usage', '12,520 kWh'],
      ];
      sheet.rows(
        80,
        [
          [50, 'left'],
          [300, 'left'],
        ],
        rows,
      );
    }
    sheet.rule(140);
    // Charges, which are looked at and are no use.
    const charges = Array.from({ length: 45 }, (_row, row) => [
      `Charge ${at + 1}.${row + 1}`,
      `${row + 10} days`,
      `$${row}.25`,
    ]);
    sheet.rows(
      160,
      [
        [50, 'left'],
        [300, 'left'],
        [545, 'right'],
      ],
      charges,
    );
    return sheet;
  });
  writeFileSync(path, pdfOf({ name: 'bench', fonts, sheets, writing: 'plain', packed: true }));
  return { path, bytes: statSync(path).size };
}
