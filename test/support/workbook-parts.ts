// Workbooks put together from XML by hand, so that readers meet what no writer of ours makes.
import { zipArchive } from '../../src/bills/workbook/zip-writer.ts';

export const bytesOf = async (pieces: AsyncIterable<Uint8Array>): Promise<Buffer> =>
  Buffer.concat(await Array.fromAsync(pieces));

export const NS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"';
export const REL = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
export const PACKAGE = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"';
/** A workbook of one sheet, with other parts in place of the plain ones. */
export const parts = (sheet: string, other: Record<string, string | Iterable<string>> = {}) =>
  Object.entries({
    '[Content_Types].xml': '<Types/>',
    '_rels/.rels': `<Relationships ${PACKAGE}><Relationship Id="a" Type="${REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    'xl/workbook.xml': `<workbook ${NS} xmlns:r="${REL}"><sheets><sheet name="S" sheetId="1" r:id="s"/></sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `<Relationships ${PACKAGE}><Relationship Id="s" Type="${REL}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
    'xl/worksheets/sheet1.xml': sheet,
    ...other,
  }).map(([name, text]) => ({ name, text: typeof text === 'string' ? [text] : text }));
export const archive = (sheet: string, other?: Record<string, string | Iterable<string>>) =>
  bytesOf(zipArchive(parts(sheet, other)));
export const text = (at: string, value: string) => `<c r="${at}" t="inlineStr"><is><t>${value}</t></is></c>`;
export const HEAD = `<row r="1">${['Meter Name', 'Meter Type', 'Start Date', 'End Date', 'Usage', 'Units'].map((name, at) => text(`${'ABCDEF'[at]}1`, name)).join('')}</row>`;
export const ENTRY = (value: string) =>
  `<row r="2">${['m', 'Electric', '2022-01-01', '2022-01-31'].map((name, at) => text(`${'ABCD'[at]}2`, name)).join('')}${value}${text('F2', 'kWh')}</row>`;
export const sheet = (rows: string) => `<worksheet ${NS}><sheetData>${rows}</sheetData></worksheet>`;

/** The parts that give a workbook its styles. */
export const withStyles = (styles: string): Record<string, string> => ({
  'xl/styles.xml': styles,
  'xl/_rels/workbook.xml.rels': `<Relationships ${PACKAGE}><Relationship Id="s" Type="${REL}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="y" Type="${REL}/styles" Target="styles.xml"/></Relationships>`,
});
