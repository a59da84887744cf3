import { ChannelError } from '../../emissions/index.ts';
import { numberFormats } from './number-formats.ts';
import { readSharedStrings } from './shared-strings.ts';
import { SheetLayout } from './sheet-layout.ts';
import { type SheetRow, sheetRows } from './sheet-rows.ts';
import { walkPart } from './xml-pieces.ts';
import type { ZipParts } from './zip-parts.ts';

export interface Sheet {
  /** From 1, in the order of the tabs. */
  readonly number: number;
  readonly hidden: boolean;
  /** Whole once all rows are read. */
  readonly layout: SheetLayout;
  /** Rows in file order, in batches; to be read once. @throws {ChannelError} FILE_MALFORMED */
  rows(): AsyncGenerator<readonly SheetRow[]>;
}

const MAX_SHEETS = 256;
/** Most links of one part to others: a workbook has one a sheet, and some. */
const MAX_LINKS = 4_000;

/**
 * The sheets of an Office Open XML workbook (ECMA-376). Formulas are never evaluated, links never followed, macros and embedded files
 * never opened.
 * @throws {ChannelError} FILE_KIND_UNKNOWN for a zip archive that is no such workbook; FILE_MALFORMED
 */
export async function openWorkbook(parts: ZipParts): Promise<readonly Sheet[]> {
  const main = await mainPart(parts);
  const folder = main.replace(/[^/]*$/, '');
  const { sheets, date1904 } = await readMain(parts, main);
  const links = await relations(parts, `${folder}_rels/${main.slice(folder.length)}.rels`, folder);
  const styles = links.find(({ type }) => type.endsWith('/styles'));
  const texts = links.find(({ type }) => type.endsWith('/sharedStrings'));
  const context = {
    date1904,
    formats: styles === undefined ? [] : await numberFormats(parts.read(styles.target)),
    texts: texts === undefined ? [] : await readSharedStrings(parts.read(texts.target)),
  };
  const used = new Set<string>();
  return sheets.flatMap(({ id, hidden }, at) => {
    const link = links.find((one) => one.id === id);
    // A chart sheet or a dialogue has no rows.
    if (link === undefined || !link.type.endsWith('/worksheet')) return [];
    if (used.has(link.target))
      throw new ChannelError('FILE_MALFORMED', 'two sheets of the workbook are one part of it');
    used.add(link.target);
    const layout = new SheetLayout();
    return [{ number: at + 1, hidden, layout, rows: () => sheetRows(parts.read(link.target), context, layout) }];
  });
}

async function mainPart(parts: ZipParts): Promise<string> {
  if (!parts.has('_rels/.rels') || !parts.has('[Content_Types].xml')) throw noWorkbook();
  const links = await relations(parts, '_rels/.rels', '');
  const main = links.find(({ type }) => type.endsWith('/officeDocument'));
  if (main === undefined) throw noWorkbook();
  if (main.target.endsWith('.bin')) {
    throw new ChannelError('FILE_KIND_UNKNOWN', 'a bill file was expected, this is a binary workbook (xlsb)', {
      fix: 'Save it as xlsx.',
    });
  }
  if (!main.target.endsWith('workbook.xml')) throw noWorkbook();
  return main.target;
}

function noWorkbook(): ChannelError {
  return new ChannelError(
    'FILE_KIND_UNKNOWN',
    'a bill file was expected, this is a zip archive that is no workbook (xlsx)',
    {
      fix: 'Unpack it and record the files in it.',
    },
  );
}

interface SheetEntry {
  readonly id: string;
  readonly hidden: boolean;
}

async function readMain(parts: ZipParts, name: string): Promise<{ sheets: SheetEntry[]; date1904: boolean }> {
  const sheets: SheetEntry[] = [];
  let date1904 = false;
  await walkPart(parts.read(name), {
    open(element, attributes) {
      if (element === 'workbookPr') date1904 = /^(1|true|on)$/.test(attributes['date1904'] ?? '');
      if (element !== 'sheet') return;
      const id = Object.entries(attributes).find(([key]) => key.endsWith(':id'))?.[1] ?? '';
      sheets.push({ id, hidden: (attributes.state ?? 'visible') !== 'visible' });
      if (sheets.length > MAX_SHEETS)
        throw new ChannelError('FILE_MALFORMED', `the workbook has more than ${MAX_SHEETS} sheets`);
    },
    text() {},
    close() {},
  });
  return { sheets, date1904 };
}

interface Relation {
  readonly id: string;
  readonly type: string;
  readonly target: string;
}

async function relations(parts: ZipParts, name: string, folder: string): Promise<Relation[]> {
  const found: Relation[] = [];
  if (!parts.has(name)) return found;
  await walkPart(parts.read(name), {
    open(element, { Id: id = '', Type: type = '', Target: target = '', TargetMode: mode }) {
      // What lies outside the workbook is never read.
      if (element !== 'Relationship' || mode === 'External') return;
      if (found.length >= MAX_LINKS)
        throw new ChannelError('FILE_MALFORMED', `a part of the workbook has more than ${MAX_LINKS} links`);
      found.push({ id, type, target: target.startsWith('/') ? target.slice(1) : `${folder}${target}` });
    },
    text() {},
    close() {},
  });
  return found;
}
