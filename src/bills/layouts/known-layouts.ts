import type { Commodity } from '../../emissions/index.ts';
import type { BillMapping, MappedColumn } from '../mapping/bill-mapping.ts';
import { type ColumnName, columnNameOf, isNoUsage, unitOfText } from '../mapping/column-words.ts';
import type { TableLayout } from '../mapping/table-binding.ts';

/**
 * The layouts that are read without a mapping. What each looks like was taken from files of the utilities that their customers
 * published, and from the readers of others (docs/bills.md names them).
 */
export function knownLayout(header: readonly string[]): TableLayout | undefined {
  if (header.length < 3) return undefined;
  const names = header.map(columnNameOf);
  for (const layout of [greenButtonBills, greenButtonReadings, meterReadings, eversource, utilityApi]) {
    const found = layout(names);
    if (found !== undefined) return found;
  }
  return undefined;
}

type Columns = Partial<Record<MappedColumn, string>>;

function textOf(names: readonly ColumnName[], ...words: readonly string[]): string | undefined {
  for (const word of words) {
    const found = names.find((name) => name.words === word);
    if (found !== undefined) return found.text;
  }
  return undefined;
}

/** The column of one of these names whose brackets hold a unit of use, or nothing. */
function amountOf(names: readonly ColumnName[], ...words: readonly string[]): string | undefined {
  const fits = (name: ColumnName) =>
    words.includes(name.words) && (name.bracket === undefined || !isNoUsage(name.bracket));
  return names.find(fits)?.text;
}

function mapped(
  kind: BillMapping['kind'],
  columns: Readonly<Record<string, string | undefined>>,
  fixed: BillMapping['fixed'] = {},
): BillMapping {
  const found = Object.entries(columns).filter(([, text]) => text !== undefined);
  return { kind, columns: Object.fromEntries(found) as Columns, fixed };
}

const AMOUNTS = ['usage', 'import', 'consumption'] as const;
const EXPORTS = ['export', 'generation'] as const;

/** `TYPE,START DATE,END DATE,USAGE,UNITS,COST,NOTES` below a preamble: National Grid, PG&E, SDG&E, ComEd and others. */
function greenButtonBills(names: readonly ColumnName[]): TableLayout | undefined {
  const [type, start, end] = [textOf(names, 'type'), textOf(names, 'start date'), textOf(names, 'end date')];
  const quantity = amountOf(names, ...AMOUNTS);
  if (type === undefined || start === undefined || end === undefined || quantity === undefined) return undefined;
  return {
    name: 'Green Button billing',
    mapping: mapped('bills', {
      commodity: type,
      start,
      end,
      quantity,
      unit: textOf(names, 'units', 'unit'),
      notes: textOf(names, 'notes'),
    }),
    usualEnd: 'inclusive',
    usualSign: 'point',
  };
}

/** `TYPE,DATE,START TIME,END TIME,USAGE,UNITS,COST,NOTES`, or a row a day without times. */
function greenButtonReadings(names: readonly ColumnName[]): TableLayout | undefined {
  const [type, date] = [textOf(names, 'type'), textOf(names, 'date')];
  const quantity = amountOf(names, ...AMOUNTS);
  if (type === undefined || date === undefined || quantity === undefined) return undefined;
  return {
    name: 'Green Button readings',
    mapping: mapped('readings', {
      commodity: type,
      date,
      time: textOf(names, 'start time'),
      end_time: textOf(names, 'end time'),
      quantity,
      exported: amountOf(names, ...EXPORTS),
      unit: textOf(names, 'units', 'unit'),
      notes: textOf(names, 'notes'),
    }),
    usualSign: 'point',
  };
}

/** `Meter Number,Date,Start Time,Duration,Consumption,Generation,Net`: SDG&E. Consumption is what the grid delivered. */
function meterReadings(names: readonly ColumnName[]): TableLayout | undefined {
  const [meter, date, time] = [textOf(names, 'meter number'), textOf(names, 'date'), textOf(names, 'start time')];
  const [duration, quantity] = [textOf(names, 'duration'), amountOf(names, 'consumption')];
  if (
    meter === undefined ||
    date === undefined ||
    time === undefined ||
    duration === undefined ||
    quantity === undefined
  )
    return undefined;
  return {
    name: 'meter readings',
    mapping: mapped('readings', { meter, date, time, duration, quantity, exported: amountOf(names, 'generation') }),
    usualSign: 'point',
  };
}

/** Eversource: `Read Date,Usage,Number of Days,...`, and `End Date,Days In Bill,Meter Read,Read Type,Usage (CCF),Usage (Therms),...`. */
function eversource(names: readonly ColumnName[]): TableLayout | undefined {
  const end = textOf(names, 'read date', 'end date');
  const days = textOf(names, 'number of days', 'days in bill');
  const amounts = names.filter(
    (name) => name.words === 'usage' && (name.bracket === undefined || !isNoUsage(name.bracket)),
  );
  // The same use stands in several units: energy goes before volume, which needs a heat content.
  const order = ['kWh', 'therm', 'CCF'];
  const rank = ({ bracket }: ColumnName) => order.indexOf(unitOfText(bracket ?? '') ?? '') >>> 0;
  const [quantity] = amounts.toSorted((a, b) => rank(a) - rank(b));
  if (end === undefined || days === undefined || quantity === undefined) return undefined;
  const unit = quantity.bracket === undefined ? undefined : unitOfText(quantity.bracket);
  const commodity = unit === 'kWh' ? 'electricity' : unit === 'therm' ? 'natural-gas' : undefined;
  return {
    name: 'Eversource',
    mapping: {
      ...mapped(
        'bills',
        {
          end,
          days,
          quantity: quantity.text,
          unit: textOf(names, 'usage unit'),
          account: textOf(names, 'account', 'account number'),
          read_basis: textOf(names, 'read type'),
        },
        commodity === undefined ? {} : { commodity },
      ),
      endConvention: 'read-date',
    },
    usualSign: 'point',
    known: amounts.map((name) => name.text),
  };
}

/** UtilityAPI bills: `bill_start_date, bill_end_date, bill_total_kwh` or `bill_total_volume` with `bill_total_unit`. */
function utilityApi(names: readonly ColumnName[]): TableLayout | undefined {
  const [start, end] = [textOf(names, 'bill start date'), textOf(names, 'bill end date')];
  const kwh = textOf(names, 'bill total kwh');
  const volume = textOf(names, 'bill total volume', 'bill volume');
  const unit = textOf(names, 'bill total unit');
  if (start === undefined || end === undefined || (kwh === undefined && volume === undefined)) return undefined;
  const both = kwh !== undefined && volume !== undefined;
  return {
    name: 'UtilityAPI bills',
    mapping: mapped(
      'bills',
      {
        start,
        end,
        days: textOf(names, 'bill days', 'bill bill days'),
        quantity: kwh ?? volume,
        unit: kwh === undefined ? unit : undefined,
        other_quantity: both ? volume : undefined,
        other_unit: both ? unit : undefined,
        commodity: textOf(names, 'service class'),
        meter: textOf(names, 'utility meter number', 'meter numbers', 'meter uid'),
        account: textOf(names, 'utility billing account', 'billing account'),
        utility: textOf(names, 'utility'),
      },
      kwh === undefined ? {} : { unit: 'kWh' },
    ),
    usualSign: 'point',
    commodityOf: utilityApiCommodity,
  };
}

function utilityApiCommodity(text: string): Commodity | undefined {
  const unit = unitOfText(text);
  if (unit === 'kWh') return 'electricity';
  return unit === 'therm' ? 'natural-gas' : undefined;
}
