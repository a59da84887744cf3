import fc from 'fast-check';
import { formatDate, parseDate } from '../../src/emissions/index.ts';
import { embeddedSans, helvetica } from '../../tools/pdf/fonts.ts';
import { pdfOf, Sheet } from '../../tools/pdf/sheet.ts';

/** What a meter's part of a bill says. */
export interface KnownLine {
  readonly meter: string;
  readonly start: string;
  /** Half-open; absent where nothing on the bill tells whether the last day is counted. */
  readonly end?: string;
  readonly quantity: string;
}

/** A made-up bill as a PDF, with what is known of it beside the reader. */
export interface KnownPdf {
  readonly file: Uint8Array;
  readonly lines: readonly KnownLine[];
  /** The quantities of the bill's meters, as plain decimals. */
  readonly usage: readonly string[];
  /** Every other figure with a unit of energy or power on the page, as plain decimals. */
  readonly others: readonly string[];
  /** All texts that are seen. */
  readonly printed: readonly string[];
  /** What the file says and nobody sees. */
  readonly unseen: readonly string[];
  /** How it was written, for a person who looks at a failure. */
  readonly style: string;
}

interface Words {
  readonly service: string;
  readonly meter: string;
  readonly period: string;
  readonly days: string;
  readonly usage: string;
  readonly due: string;
  readonly lastYear: string;
  readonly demand: string;
  readonly yearToDate: string;
  readonly daily: string;
  readonly previous: string;
  readonly current: string;
}

const languages = {
  en: {
    service: 'Electricity',
    meter: 'Meter number',
    period: 'Service period',
    days: 'days',
    usage: 'Usage',
    due: 'Amount due',
    lastYear: 'Same period last year',
    demand: 'Billed demand',
    yearToDate: 'Year to date',
    daily: 'Average daily usage',
    previous: 'Previous read',
    current: 'Current read',
  },
  de: {
    service: 'Strom',
    meter: 'Zählernummer',
    period: 'Abrechnungszeitraum',
    days: 'Tage',
    usage: 'Verbrauch',
    due: 'Rechnungsbetrag',
    lastYear: 'Vorjahresverbrauch',
    demand: 'Leistung',
    yearToDate: 'Verbrauch seit Jahresbeginn',
    daily: 'Durchschnitt je Tag',
    previous: 'Zählerstand alt',
    current: 'Zählerstand neu',
  },
  es: {
    service: 'Electricidad',
    meter: 'Número de contador',
    period: 'Periodo de facturación',
    days: 'días',
    usage: 'Consumo',
    due: 'Total factura',
    lastYear: 'Consumo del año anterior',
    demand: 'Potencia',
    yearToDate: 'Consumo acumulado',
    daily: 'Consumo medio diario',
    previous: 'Lectura anterior',
    current: 'Lectura actual',
  },
  fr: {
    service: 'Électricité',
    meter: 'Numéro de compteur',
    period: 'Période de facturation',
    days: 'jours',
    usage: 'Consommation',
    due: 'Montant à payer',
    lastYear: "Consommation de l'an dernier",
    demand: 'Puissance',
    yearToDate: 'Cumul annuel',
    daily: 'Moyenne journalière',
    previous: 'Index précédent',
    current: 'Index actuel',
  },
} as const satisfies Record<string, Words>;

const traps = ['lastYear', 'demand', 'yearToDate', 'daily', 'previous', 'current'] as const;
const hidings = ['none', 'invisible', 'white', 'off the page', 'tiny', 'clipped'] as const;

const look = fc.record({
  language: fc.constantFrom(...(Object.keys(languages) as (keyof typeof languages)[])),
  // English bills have either order.
  dayFirst: fc.boolean(),
  days: fc.constantFrom('not printed', 'last day left out', 'last day counted'),
  form: fc.constantFrom('grouped', 'plain', 'spaced'),
  writing: fc.constantFrom('plain', 'scattered', 'scaled-form'),
  embedded: fc.boolean(),
  packed: fc.boolean(),
  twoPages: fc.boolean(),
  valueRight: fc.boolean(),
  size: fc.constantFrom(7, 9, 11),
  traps: fc.subarray([...traps]),
  hiding: fc.constantFrom(...hidings),
});
type Look = typeof look extends fc.Arbitrary<infer T> ? T : never;

interface Meter {
  readonly start: number;
  readonly days: number;
  /** Hundredths of a kWh. */
  readonly usage: number;
  /** Other figures, in the order of the traps' names. */
  readonly others: readonly number[];
}

const meter: fc.Arbitrary<Meter> = fc.record({
  start: fc.integer({ min: parseDate('2010-01-01'), max: parseDate('2024-06-01') }),
  days: fc.integer({ min: 20, max: 95 }),
  // All figures of a bill differ, so that a wrong one is seen to be wrong.
  usage: fc.integer({ min: 1, max: 99_999 }).map((number) => number * 100 + 25),
  others: fc
    .array(fc.integer({ min: 1, max: 99_999 }), { minLength: traps.length, maxLength: traps.length })
    .map((all) => all.map((number, index) => (number * 10 + index) * 100 + 50)),
});

/** A figure beside the usage. The reads differ by the usage. */
function other({ usage, others }: Meter, trap: (typeof traps)[number]): number {
  const [previous = 0] = others;
  if (trap === 'current') return previous + usage;
  return others[trap === 'previous' ? 0 : traps.indexOf(trap) + 1] ?? 0;
}

export const knownPdf: fc.Arbitrary<KnownPdf> = fc
  .tuple(fc.array(meter, { minLength: 1, maxLength: 3 }), look, fc.integer({ min: 7_000_000, max: 7_999_999 }))
  .map(([meters, style, secret]) => written(meters, style, secret));

function written(meters: readonly Meter[], style: Look, secret: number): KnownPdf {
  const sans = embeddedSans();
  // The embedded letters are those of English.
  const isSans = style.embedded && style.language === 'en';
  const fonts = isSans ? { plain: sans, bold: sans } : { plain: helvetica(), bold: helvetica('Helvetica-Bold') };
  const sheets = Array.from({ length: style.twoPages ? 2 : 1 }, () => new Sheet(fonts, [595, 842]));
  const words: Words = languages[style.language];
  const text = { size: style.size };
  for (const sheet of sheets) sheet.text(50, 50, 'Example Power and Light', { size: 14 });
  for (const [index, one] of meters.entries()) {
    const sheet = sheets[index % sheets.length] as Sheet;
    const rows: string[][] = [
      [words.service, ''],
      [words.meter, meterName(index)],
      [words.period, periodText(one, style)],
      [words.usage, `${amount(one.usage, style)} kWh`],
      ...style.traps.map((trap) => [words[trap], `${amount(other(one, trap), style)} ${unitOf(trap)}`]),
    ];
    const columns = [[50, 'left'] as const, style.valueRight ? ([480, 'right'] as const) : ([260, 'left'] as const)];
    sheet.rows(90 + 200 * index, columns, rows, text);
  }
  sheets.at(-1)?.text(50, 760, `${words.due} ${amount(123_475, style)} EUR`, text);
  const unseen = style.hiding === 'none' ? [] : [`${secret} kWh`];
  for (const hidden of unseen) sheets[0]?.draw(hide(fonts.plain.shown(hidden), style.hiding));
  return {
    file: pdfOf({ name: 'made-up', fonts, sheets, writing: style.writing, packed: style.packed }),
    lines: meters.map((one, index) => ({
      meter: meterName(index),
      ...period(one, style),
      quantity: decimal(one.usage),
    })),
    usage: meters.map(({ usage }) => decimal(usage)),
    others: meters.flatMap((one) => style.traps.map((trap) => decimal(other(one, trap)))),
    printed: sheets.flatMap(({ texts }) => texts),
    unseen,
    style: JSON.stringify({ meters: meters.length, ...style }),
  };
}

function meterName(index: number): string {
  return `EX-${4_100 + index}`;
}

function period({ start, days }: Meter, style: Look): { start: string; end?: string } {
  if (style.days === 'not printed') return { start: formatDate(start) };
  const end = start + days + (style.days === 'last day counted' ? 1 : 0);
  return { start: formatDate(start), end: formatDate(end) };
}

function periodText({ start, days }: Meter, style: Look): string {
  const dates = `${date(start, style)} - ${date(start + days, style)}`;
  if (style.days === 'not printed') return dates;
  return `${dates} (${style.days === 'last day counted' ? days + 1 : days} ${languages[style.language].days})`;
}

function unitOf(trap: (typeof traps)[number]): string {
  return trap === 'demand' ? 'kW' : 'kWh';
}

function hide(operator: string, how: Look['hiding']): string {
  const at = (x: number, y: number, size = 9) => `BT /F1 ${size} Tf 1 0 0 1 ${x} ${y} Tm ${operator} ET`;
  if (how === 'invisible') return `q 3 Tr ${at(260, 30)} Q`;
  if (how === 'white') return `q 1 g ${at(260, 30)} Q`;
  if (how === 'tiny') return `q 0 g ${at(260, 30, 0.05)} Q`;
  if (how === 'clipped') return `q 0 g 0 0 5 5 re W n ${at(260, 30)} Q`;
  return `q 0 g ${at(260, 5_000)} Q`;
}

function decimal(hundredths: number): string {
  return `${Math.floor(hundredths / 100)}.${String(hundredths % 100).padStart(2, '0')}`;
}

function amount(hundredths: number, { language, form }: Look): string {
  const comma = language !== 'en';
  const [whole = '', part = ''] = decimal(hundredths).split('.');
  const gap = form === 'plain' ? '' : form === 'spaced' ? ' ' : comma ? '.' : ',';
  return `${whole.replace(/\B(?=(\d{3})+$)/g, gap)}${comma ? ',' : '.'}${part}`;
}

function date(day: number, { language, dayFirst }: Look): string {
  const [year, month, of] = formatDate(day).split('-') as [string, string, string];
  if (language === 'en' && !dayFirst) return `${month}/${of}/${year}`;
  return [of, month, year].join(language === 'de' ? '.' : '/');
}
