import type { DelimitedRow } from '../delimited.ts';
import { signsOf } from './amount-form.ts';
import type { BillMapping, MappedColumn } from './bill-mapping.ts';
import { type ColumnName, columnNameOf, isBlankWord } from './column-words.ts';
import { dateShape, minutesOfTime } from './date-form.ts';
import { type HeaderUnit, headerUnit } from './header-unit.ts';
import { isNoMeteredUse, isOtherMeasure } from './no-metered-use.ts';

/** What the cells of a column are, over the rows looked at. */
interface ColumnFacts {
  readonly name: ColumnName;
  /** As a mapping names it: the header's text, or its place where that is blank or stands twice. */
  readonly key: string;
  readonly filled: number;
  readonly dates: number;
  readonly numbers: number;
  readonly times: number;
  /** Words such as `Actual` and `Est`. */
  readonly bases: number;
}

export interface Guess {
  readonly kind: BillMapping['kind'];
  readonly columns: Partial<Record<MappedColumn, string>>;
  readonly evidence: Readonly<Record<string, string>>;
  readonly open: readonly string[];
  /** What the name of the amount's column says of its unit. */
  readonly unit: HeaderUnit;
}

type Kind = 'dates' | 'numbers' | 'times' | 'bases' | 'any';

/** By what a column of each meaning is told: the name it has, and what its cells are. */
const SIGNS: readonly (readonly [MappedColumn, RegExp, Kind])[] = [
  [
    'start',
    /^(start|from|begin|beginn|von|ab|(service|bill(ing)?|billed|usage|reading|read|invoice)?\s?(period )?(start|from|begin)( date)?|(start|from|begin) (date|read|reading).*|date from|period from)$/,
    'dates',
  ],
  [
    'end',
    /^(end|to|thru|through|until|bis|(service|bill(ing)?|billed|usage|invoice|reading|read)?\s?(period )?(end|to|thru|through|until)( date)?|(end|to) (date|read|reading).*|date to|period to|(meter )?read(ing)? date|ablesedatum|ablesung)$/,
    'dates',
  ],
  ['date', /^(date|datum|day|tag|usage date|reading date|interval date)$/, 'dates'],
  [
    'days',
    /^(days|tage|number of days|no of days|days in (bill|period)|(bill(ing)?|billed|service) days|days billed|# ?days)$/,
    'numbers',
  ],
  ['time', /^(time|start time|hour|uhrzeit|zeit|interval start)$/, 'times'],
  ['end_time', /^(end time|interval end)$/, 'times'],
  ['duration', /^(duration|interval( length)?|minutes)$/, 'numbers'],
  ['exported', /^(export|exported|export kwh|feed in|einspeisung|generation( kwh)?|received)$/, 'numbers'],
  [
    'quantity',
    /(usage|use$|used|consum|verbrauch|quantity|kwh|mwh|gwh|\bwh\b|therm|ccf|mcf|energy|volume|menge|import|delivered|gallons|m3|m³|mj\b|gj\b|btu|bezug|consom|consumo|^units?( consumed)?$)/,
    'numbers',
  ],
  ['unit', /^(unit|units|uom|einheit|unit of measure|usage units?|quantity units?)$/, 'any'],
  [
    'commodity',
    /^(commodity|type|service type|fuel|fuel type|utility type|energy type|energieart|medium|sparte|resource)$/,
    'any',
  ],
  ['meter', /(meter|zähler|zaehler|mpan|mprn|esi ?id|\bpod\b|messlokation|marktlokation)/, 'any'],
  [
    'account',
    /^(account|account (number|no|id|#)|customer (number|no|id)|kundennummer|vertragskonto|contract( number)?)$/,
    'any',
  ],
  ['site', /^(site|building|facility|property|location|standort|premise|liegenschaft)( name)?$/, 'any'],
  ['utility', /^(utility|supplier|provider|vendor|lieferant|versorger)( name)?$/, 'any'],
  [
    'read_basis',
    /^(read type|reading type|(read|reading|meter) status|read(ing)? basis|(is )?estimated ?\??|estimation ?\??|actual ?(\/|or) ?estimated?|a\/e|ableseart)$/,
    'any',
  ],
  ['read_basis', /(status|type|quality|basis|flag|source|estim|actual|ables)/, 'bases'],
  ['notes', /^(notes?|comments?|bemerkung(en)?)$/, 'any'],
  ['zip', /^(zip|zip code|postal code)$/, 'any'],
];

/** Which column of a table is what, told by names and cells; what is not told is left open. */
export function guessColumns(header: readonly string[], rows: readonly DelimitedRow[]): Guess {
  const facts = header.map((cell, at) => factsOf(cell, at, header, rows));
  const columns: Partial<Record<MappedColumn, string>> = {};
  const evidence: Record<string, string> = {};
  const open: string[] = [];
  const taken = new Set<ColumnFacts>();
  for (const [column, pattern, kind] of SIGNS) {
    if (columns[column] !== undefined) continue;
    const found = facts.filter((one) => !taken.has(one) && fits(one, pattern, kind, column));
    const [first, ...rivals] = rivalsIn(found, column);
    if (first === undefined) continue;
    for (const one of [first, ...rivals]) taken.add(one);
    if (rivals.length > 0) {
      const names = [first, ...rivals].map((one) => one.key).join(' or ');
      open.push(`columns.${column}: ${names} could be ${ONE_ONLY[column]}`);
    } else {
      columns[column] = first.key;
      evidence[`columns.${column}`] = `its name; ${cellsOf(first, kind)}`;
    }
  }
  const kind = columns.date !== undefined && columns.end === undefined ? 'readings' : 'bills';
  open.push(...onlyUnsure(facts, columns, open));
  open.push(...notFound(kind, columns, open));
  if (kind === 'bills') open.push(...withoutReadings(columns, evidence));
  const amount = facts.find((one) => one.key === columns.quantity);
  return { kind, columns, evidence, open, unit: headerUnit(amount?.name.text ?? '') };
}

/** Columns that a table must have and that were not found; `open` has those that were found twice. */
function notFound(kind: Guess['kind'], columns: Guess['columns'], open: readonly string[]): string[] {
  const needed: readonly MappedColumn[] = kind === 'bills' ? ['end', 'quantity'] : ['date', 'quantity'];
  const missing = needed
    .filter((name) => columns[name] === undefined && !open.some((text) => text.startsWith(`columns.${name}:`)))
    .map((name) => `columns.${name}: no column was recognised; name the one that holds it`);
  const hasStart =
    open.some((text) => text.startsWith('columns.start:')) ||
    kind === 'readings' ||
    columns.start !== undefined ||
    columns.days !== undefined;
  if (!hasStart)
    missing.push('columns.start: no column was recognised; name it, or columns.days with the number of days');
  return missing;
}

/** Columns that look like an amount but for a word of their names, where no other does. */
function onlyUnsure(facts: readonly ColumnFacts[], columns: Guess['columns'], open: readonly string[]): string[] {
  if (columns.quantity !== undefined || open.some((text) => text.startsWith('columns.quantity:'))) return [];
  const [, pattern, kind] = SIGNS.find(([column]) => column === 'quantity') as (typeof SIGNS)[number];
  const names = facts
    .filter((one) => pattern.test(one.name.words) && isNoMeteredUse(one.name) && isMostly(one, kind))
    .map((one) => one.key);
  if (names.length === 0) return [];
  return [
    `columns.quantity: no column is named as the amount used; ${names.join(', ')} may be a plan, a comparison, a rate or a register: name one only if its numbers are what the meter measured in the period`,
  ];
}

/** Takes out what only readings have. Energy sent out would be lost: that is told. */
function withoutReadings(columns: Guess['columns'], evidence: Record<string, string>): string[] {
  const { exported } = columns;
  for (const name of ['date', 'time', 'end_time', 'duration', 'exported'] as const) {
    delete columns[name];
    delete evidence[`columns.${name}`];
  }
  if (exported === undefined) return [];
  return [
    `columns.exported: ${exported} looks like energy sent to the grid, and a row of bills counts one amount: read it by a second mapping, or by the plain layout with flow exported`,
  ];
}

function factsOf(cell: string, at: number, header: readonly string[], rows: readonly DelimitedRow[]): ColumnFacts {
  const text = cell.trim();
  const isAlone = text !== '' && header.filter((one) => one.trim() === text).length === 1;
  const cells = rows.map((row) => (row.cells[at] ?? '').trim()).filter((one) => one !== '' && !isBlankWord(one));
  const count = (test: (one: string) => boolean) => cells.filter(test).length;
  return {
    name: columnNameOf(cell),
    key: isAlone ? text : `column ${at + 1}`,
    filled: cells.length,
    dates: count((one) => dateShape(one) !== undefined),
    numbers: count((one) => signsOf(one).point || signsOf(one).comma),
    times: count((one) => minutesOfTime(one) !== undefined),
    bases: count((one) =>
      /^(a|act(ual)?|e|est(imated?)?|customer|calculated|gelesen|geschätzt)\.?( read(ing)?)?$/i.test(one),
    ),
  };
}

function fits(one: ColumnFacts, pattern: RegExp, kind: Kind, column: MappedColumn): boolean {
  if (!pattern.test(one.name.words)) return false;
  if (column === 'quantity' && isNoMeteredUse(one.name)) return false;
  if (column === 'meter' && isOtherMeasure(one.name)) return false;
  // `Units` is the amount itself in some countries.
  if (column === 'unit' && one.numbers * 2 > one.filled) return false;
  return isMostly(one, kind);
}

/** Most cells: single ones may be words for a blank, or totals. */
function isMostly(one: ColumnFacts, kind: Kind): boolean {
  return one.filled > 0 && (kind === 'any' || one[kind] * 2 > one.filled);
}

function cellsOf(one: ColumnFacts, kind: Kind): string {
  if (kind === 'any') return `${one.filled} cells are filled`;
  return `${one[kind]} of ${one.filled} cells are ${kind === 'bases' ? 'kinds of reading' : kind}`;
}

/** What a row has one of, so that of two columns that could hold it neither is chosen. */
const ONE_ONLY: Partial<Record<MappedColumn, string>> = {
  quantity: 'the amount used; each row counts one',
  start: 'the first day of the bill',
  end: 'the last day of the bill',
};

/** An amount whose name holds its unit, and a date named as an end, go before others. */
function rankOf({ name }: ColumnFacts, column: MappedColumn): number {
  if (column === 'quantity') return headerUnit(name.text).unit === undefined ? 1 : 0;
  return column === 'end' && /^(meter )?read(ing)? date$|^ables/.test(name.words) ? 1 : 0;
}

/** The column that fits best; and where a row has one of its kind, those that fit as well. */
function rivalsIn(found: readonly ColumnFacts[], column: MappedColumn): readonly ColumnFacts[] {
  const ranked = found.toSorted((a, b) => rankOf(a, column) - rankOf(b, column));
  const [first] = ranked;
  if (first === undefined || ONE_ONLY[column] === undefined) return ranked.slice(0, 1);
  return ranked.filter((one) => column === 'quantity' || rankOf(one, column) === rankOf(first, column));
}
