import { ChannelError } from '../../emissions/index.ts';
import { type CsvColumn, csvColumns } from '../csv-columns.ts';
import type { MappedColumn } from './bill-mapping.ts';
import type { TableBinding } from './table-binding.ts';

/** Which column of the foreign table a plain column comes from. */
const SOURCES: Readonly<Partial<Record<CsvColumn, MappedColumn>>> = {
  utility: 'utility',
  account: 'account',
  meter: 'meter',
  site: 'site',
  commodity: 'commodity',
  start: 'start',
  end: 'end',
  days: 'days',
  quantity: 'quantity',
  unit: 'unit',
  read_basis: 'read_basis',
  zip: 'zip',
};

/** An error of the plain layout's reader with the columns' names in the file. */
export function inFileWords(error: ChannelError, binding: TableBinding): ChannelError {
  const { where, fix } = error.details;
  const shown = (name: string) => {
    const column = csvColumns.find((one) => one === name);
    const source = column === undefined ? undefined : SOURCES[column];
    return source === undefined || binding.at[source] < 0 ? name : binding.nameOf(source);
  };
  const words = (text: string) =>
    text.replace(/\b(columns? )([a-z_, ]+)$/, (_, head: string, names: string) => {
      return head + names.split(', ').map(shown).join(', ');
    });
  return new ChannelError(error.code, error.message, {
    ...(where === undefined ? {} : { where: words(where) }),
    ...(fix === undefined ? {} : { fix }),
  });
}
