import { ChannelError } from '../../emissions/index.ts';
import { greenButtonReader } from '../green-button.ts';
import { isPdf } from '../pdf/pdf-reader.ts';
import { entriesCsvReader } from '../portfolio-manager/entries-csv.ts';
import { portfolioManagerReader } from '../portfolio-manager/portfolio-manager.ts';

const AS_IT_IS = 'uec record DIR FILE';

/**
 * Tells a file that is read in another way than by a mapping, by its first bytes.
 * @throws {ChannelError} FILE_KIND_UNKNOWN saying what it is, and how it is read
 */
export function demandTableFile(head: Uint8Array): void {
  if (isPdf(head)) throw noTable('a PDF', 'A PDF bill is read without a mapping: uec bills read FILE shows how.');
  if (portfolioManagerReader.recognises(head, {}))
    throw noTable(
      'a workbook (xlsx)',
      `A workbook of Portfolio Manager is read as it is: ${AS_IT_IS}. Save any other as CSV UTF-8, and map that.`,
    );
  if (greenButtonReader.recognises(head, {}))
    throw noTable('Green Button XML', `It is read as it is, without a mapping: ${AS_IT_IS}.`);
  if (entriesCsvReader.recognises(head, {}))
    throw noTable('a sheet of Portfolio Manager', `It is read as it is, without a mapping: ${AS_IT_IS}.`);
}

function noTable(kind: string, fix: string): ChannelError {
  return new ChannelError('FILE_KIND_UNKNOWN', `a table to be mapped was expected, this is ${kind}`, { fix });
}
