import { ChannelError } from '../../emissions/index.ts';
import type { BillItem, BillReader, ReadOptions } from '../bill.ts';
import { fillSpool, openSpool } from '../workbook/spool.ts';
import { openWorkbook } from '../workbook/workbook.ts';
import { openZip } from '../workbook/zip-parts.ts';
import { readMeterEntries } from './meter-entries.ts';

/** Largest workbook that is read, in bytes. */
const MAX_FILE = 536_870_912;

/**
 * ENERGY STAR Portfolio Manager's workbooks: the download of meter entries and the spreadsheets for uploading bills. The file is spooled,
 * because a zip archive is read from its end.
 */
export const portfolioManagerReader: BillReader = {
  format: 'portfolio-manager',
  recognises: (head) => head[0] === 0x50 && head[1] === 0x4b && head[2] === 3 && head[3] === 4,
  read: readWorkbook,
};

async function* readWorkbook(
  body: AsyncIterable<Uint8Array>,
  options: ReadOptions,
  looked?: (rows: number) => void,
): AsyncGenerator<BillItem> {
  const spool = await openSpool();
  try {
    if ((await fillSpool(spool, body, MAX_FILE)) > MAX_FILE) {
      throw new ChannelError('FILE_MALFORMED', 'the workbook is larger than 512 MiB', { fix: 'Split it by property.' });
    }
    const sheets = await openWorkbook(await openZip(spool.file.fd));
    yield* readMeterEntries(sheets, options, (sheet, row) => `sheet ${sheet}, row ${row}`, looked);
  } finally {
    await spool.close();
  }
}
