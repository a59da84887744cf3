import { ChannelError, type UnitName } from '../../emissions/index.ts';
import type { DelimitedRow } from '../delimited.ts';
import type { BillMapping } from './bill-mapping.ts';
import { unitOfText } from './column-words.ts';
import { factorIn, headerUnit } from './header-unit.ts';

const amountColumns = ['quantity', 'exported', 'other_quantity'] as const;
/** Columns that can hold the amount of a row. */
export type AmountColumn = (typeof amountColumns)[number];

/**
 * The units that the names of the amounts' columns state; where a name or the lines before the header speak of multiples, the
 * unit that the mapping gives.
 * @throws {ChannelError} UNIT_AMBIGUOUS where they do and the mapping gives none; MAPPING_INVALID where it gives another unit
 * than the header
 */
export function namedUnits(
  { fixed }: BillMapping,
  header: readonly string[],
  at: Readonly<Record<AmountColumn, number>>,
  preamble: readonly DelimitedRow[],
): Readonly<Partial<Record<AmountColumn, UnitName>>> {
  const said = preamble.find(({ cells }) => cells.some((cell) => factorIn(cell) !== undefined));
  const multiple = said === undefined ? undefined : `row ${said.row}, before the header, says so`;
  const named: { [K in AmountColumn]?: UnitName } = {};
  for (const column of amountColumns) {
    const name = (header[at[column]] ?? '').trim();
    if (name === '') continue;
    const told = unitOfText((column === 'other_quantity' ? fixed.other_unit : fixed.unit) ?? '');
    // What is sent out may be counted in a unit of its own.
    const isOwn = column === 'exported' && headerUnit(name).unit !== undefined;
    const unit = unitNamed(name, multiple, isOwn ? undefined : told);
    if (unit !== undefined) named[column] = unit;
  }
  return named;
}

function unitNamed(name: string, multiple: string | undefined, told: UnitName | undefined): UnitName | undefined {
  const where = `header, column ${name.slice(0, 40)}`;
  const { unit, factor } = headerUnit(name);
  const seen = factor === undefined ? multiple : `its name says ${factor}`;
  if (seen !== undefined) {
    if (told !== undefined) return told;
    throw new ChannelError(
      'UNIT_AMBIGUOUS',
      `the amounts may be multiples of their unit, and it is not certain of which: ${seen}`,
      {
        where,
        fix: 'Write the unit of the numbers as they stand as fixed.unit of a mapping (uec bills map proposes one): MWh where they are thousands of kWh.',
      },
    );
  }
  if (unit === undefined || told === undefined || told === unit) return unit;
  throw new ChannelError(
    'MAPPING_INVALID',
    `the header names the amount's unit ${unit}, and the mapping gives ${told}`,
    { where, fix: `Write ${unit} as fixed.unit of the mapping, or mend the header if it is wrong.` },
  );
}
