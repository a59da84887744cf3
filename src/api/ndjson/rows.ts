import { z } from 'zod';
import type { BillItem, BillLine } from '../../bills/index.ts';
import { ChannelError, heatContentUnits, isChannelError } from '../../emissions/index.ts';
import * as c from '../schemas/common.ts';
import { validated } from '../validate.ts';

/** One line of a bill as JSON: the columns of the plain layout (docs/bills.md). `end` is exclusive. */
export const billRow = z
  .strictObject({
    meter: z.string().min(1).max(200),
    utility: z.string().max(200).default(''),
    account: z.string().max(200).optional(),
    site: z.string().max(200).optional(),
    commodity: c.commodity,
    flow: c.flow.default('delivered'),
    start: c.date,
    end: c.date,
    quantity: z.string().max(60),
    unit: c.unit,
    readBasis: c.readBasis.default('actual'),
    zone: z.string().max(64).optional(),
    place: c.placeHint,
    heatContent: z.strictObject({ value: z.string().max(60), unit: z.enum(heatContentUnits) }).optional(),
    calorific: c.calorific.optional(),
  })
  .meta({ id: 'BillRow', description: 'One line of a bill. `end` is exclusive; a blank quantity is refused.' });

const MOST_LINE = 65_536;
const NEWLINE = 10;

/**
 * Bill lines of a stream of JSON lines, each checked by the schema; a line that is none is a rejected row and the stream goes on.
 * @throws {ChannelError} REQUEST_INVALID for a line that is too long to be one, and what the stream throws
 */
export async function* billLines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<BillItem> {
  let row = 0;
  for await (const text of lines(bytes)) {
    if (text.trim() === '') continue;
    // Counted as answers count them: without blank lines.
    row += 1;
    yield itemOf(text, `row ${row}`);
  }
}

function itemOf(text: string, where: string): BillItem {
  try {
    const row = validated(billRow, JSON.parse(text), 'body');
    return { line: { ...row, statedEnd: 'exclusive', warnings: [], where } as BillLine };
  } catch (cause) {
    const error = isChannelError(cause)
      ? cause
      : new ChannelError('REQUEST_INVALID', 'the line is not JSON', { where });
    const report = error.report();
    return { rejected: { ...report, where: `${where}, ${report.where ?? ''}` }, where };
  }
}

async function* lines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const decode = (line: Uint8Array): string => {
    try {
      return decoder.decode(line);
    } catch {
      return '\u0000';
    }
  };
  let rest: Uint8Array = new Uint8Array();
  for await (const chunk of bytes) {
    let at = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, at)) {
      const part = chunk.subarray(at, end);
      yield decode(rest.length === 0 ? part : Buffer.concat([rest, part]));
      rest = new Uint8Array();
      at = end + 1;
    }
    rest = Buffer.concat([rest, chunk.subarray(at)]);
    if (rest.length > MOST_LINE)
      throw new ChannelError('REQUEST_INVALID', `a line has more than ${MOST_LINE} bytes`, { where: 'body' });
  }
  if (rest.length > 0) yield decode(rest);
}
