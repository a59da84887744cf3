import { ChannelError } from '../../emissions/index.ts';
import { walkPart } from './xml-pieces.ts';

/** Number formats that are dates without a definition of their own (ECMA-376 part 1, 18.8.30). Times alone (18-21, 45-47) are none. */
const DATES = new Set([14, 15, 16, 17, 22, ...range(27, 31), 36, ...range(50, 54), 57, 58]);

/** How a number is shown: as it is, possibly rounded; as a date; as a percentage, a hundred times as large; or divided by thousands. */
export type NumberFormat = 'number' | 'date' | 'percent' | 'scaled';

/** Built-in formats that show percentages: 0% and 0.00%. */
const PERCENT = new Set([9, 10]);

/** Most cell styles and formats of their own: a spreadsheet keeps at most 65,490 styles. */
const MAX_FORMATS = 65_536;

/**
 * How cells of each style show a number, by the style's index.
 * @throws {ChannelError} FILE_MALFORMED for more than 65,536 styles or formats
 */
export async function numberFormats(bytes: AsyncIterable<Uint8Array>): Promise<readonly NumberFormat[]> {
  const own = new Map<number, NumberFormat>();
  const styles: NumberFormat[] = [];
  let inCellStyles = false;
  await walkPart(bytes, {
    open(name, { numFmtId = '0', formatCode = '' }) {
      if (name === 'numFmt') own.set(Number(numFmtId), formatOf(formatCode));
      else if (name === 'cellXfs') inCellStyles = true;
      else if (name === 'xf' && inCellStyles) styles.push(own.get(Number(numFmtId)) ?? builtIn(Number(numFmtId)));
      if (own.size > MAX_FORMATS || styles.length > MAX_FORMATS) throw tooMany();
    },
    text() {},
    close(name) {
      if (name === 'cellXfs') inCellStyles = false;
    },
  });
  return styles;
}

function builtIn(id: number): NumberFormat {
  return DATES.has(id) ? 'date' : PERCENT.has(id) ? 'percent' : 'number';
}

function tooMany(): ChannelError {
  return new ChannelError('FILE_MALFORMED', `the workbook has more than ${MAX_FORMATS} styles`, {
    fix: 'Copy the values of the table to a new workbook.',
  });
}

/** What a format makes of a number, once texts, colours, conditions and padding are taken off. */
function formatOf(code: string): NumberFormat {
  const bare = code.replace(/"[^"]*"|\[[^\]]*\]|[\\_*]./g, '');
  if (/[dy]/i.test(bare) && !/general/i.test(bare)) return 'date';
  if (bare.includes('%')) return 'percent';
  // A comma behind the last digit divides by a thousand, each.
  return /[0#?],+(?![,0#?])/.test(bare.replace(/\.[0#?]+/g, '')) ? 'scaled' : 'number';
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, at) => from + at);
}
