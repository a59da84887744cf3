import { parseDate } from '../../emissions/index.ts';
import { decimalOfDouble } from './cell-number.ts';
import { type PartText, zipArchive } from './zip-writer.ts';

/** A value to write: text; a plain decimal, as a number where a double is exactly it and as text where none is; or a date. */
export type Value = string | { readonly number: string } | { readonly date: string } | undefined;

const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const RELATIONS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const TYPES = 'http://schemas.openxmlformats.org/package/2006';
/** Columns that are made wide. */
const WIDE = 32;
const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';

/**
 * A workbook of one sheet (ECMA-376, transitional), piece by piece. A text is never a formula, whatever it begins with. The same rows give
 * the same bytes.
 */
export function writeWorkbook(sheet: string, rows: Iterable<readonly Value[]>): AsyncGenerator<Uint8Array> {
  const parts: PartText[] = [
    {
      name: '[Content_Types].xml',
      text: [
        `${HEAD}<Types xmlns="${TYPES}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>`,
        override('/xl/workbook.xml', 'sheet.main'),
        override('/xl/worksheets/sheet1.xml', 'worksheet'),
        override('/xl/styles.xml', 'styles'),
        '</Types>',
      ],
    },
    { name: '_rels/.rels', text: [relations([['officeDocument', 'xl/workbook.xml']])] },
    {
      name: 'xl/workbook.xml',
      text: [
        `${HEAD}<workbook xmlns="${MAIN}" xmlns:r="${RELATIONS}"><sheets><sheet name="${escaped(sheet)}" sheetId="1" r:id="rId1"/></sheets></workbook>`,
      ],
    },
    {
      name: 'xl/_rels/workbook.xml.rels',
      text: [
        relations([
          ['worksheet', 'worksheets/sheet1.xml'],
          ['styles', 'styles.xml'],
        ]),
      ],
    },
    {
      name: 'xl/styles.xml',
      text: [
        `${HEAD}<styleSheet xmlns="${MAIN}"><fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`,
      ],
    },
    { name: 'xl/worksheets/sheet1.xml', text: sheetText(rows) },
  ];
  return zipArchive(parts);
}

function* sheetText(rows: Iterable<readonly Value[]>): Generator<string> {
  // Wide enough for a date: one that does not fit is shown as signs.
  let text = `${HEAD}<worksheet xmlns="${MAIN}"><cols><col min="1" max="${WIDE}" width="24" customWidth="1"/></cols><sheetData>`;
  let number = 0;
  for (const row of rows) {
    number += 1;
    text += `<row r="${number}">${row.map((value, at) => cell(value, `${columnName(at)}${number}`)).join('')}</row>`;
    if (text.length < 65_536) continue;
    yield text;
    text = '';
  }
  yield `${text}</sheetData></worksheet>`;
}

function cell(value: Value, at: string): string {
  if (value === undefined || value === '') return '';
  if (typeof value === 'string') return textCell(value, at);
  if ('date' in value) return `<c r="${at}" s="1"><v>${parseDate(value.date) + 25_569}</v></c>`;
  return decimalOfDouble(value.number) === value.number
    ? `<c r="${at}"><v>${value.number}</v></c>`
    : textCell(value.number, at);
}

function textCell(text: string, at: string): string {
  return `<c r="${at}" t="inlineStr"><is><t xml:space="preserve">${escaped(text)}</t></is></c>`;
}

// XML 1.0 has no other control characters than tab, LF and CR, not even escaped.
function escaped(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

function columnName(at: number): string {
  return at < 26 ? String.fromCharCode(65 + at) : columnName(Math.floor(at / 26) - 1) + columnName(at % 26);
}

function override(part: string, kind: string): string {
  return `<Override PartName="${part}" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.${kind}+xml"/>`;
}

function relations(list: readonly (readonly [kind: string, target: string])[]): string {
  const all = list.map(
    ([kind, target], at) => `<Relationship Id="rId${at + 1}" Type="${RELATIONS}/${kind}" Target="${target}"/>`,
  );
  return `${HEAD}<Relationships xmlns="${TYPES}/relationships">${all.join('')}</Relationships>`;
}
