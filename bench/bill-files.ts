import { closeSync, openSync, statSync, writeSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { type Value, writeWorkbook } from '../src/bills/workbook/workbook-writer.ts';
import { formatDate, parseDate } from '../src/emissions/index.ts';
import { randomNumbers } from './random.ts';
import { pageFacts } from './records.ts';

/** A bill file of the bench. */
export interface MadeFile {
  readonly path: string;
  readonly bytes: number;
}

/** Rows in the plain layout, as a spreadsheet of a portfolio has them. */
export function writeCsv(path: string, rows: number): MadeFile {
  return written(path, csvText(rows));
}

function* csvText(rows: number): Generator<string> {
  yield 'utility,account,meter,site,commodity,start,end,end_convention,quantity,unit,read_basis,country,zone\n';
  for (let page = 0, done = 0; done < rows; page += 1) {
    const facts = pageFacts(page * 3).slice(0, rows - done);
    yield facts
      .map(({ meter, commodity, start, end, quantity, unit, readBasis, place, zone }) => {
        const number = meter.slice(0, 10);
        return `"Sample Power, Light ${page}",A-${number},M-${number},Site ${number.slice(0, 3)},${commodity},${start},${end},shared-day,${quantity},${unit},${readBasis},${place.country},${zone}\n`;
      })
      .join('');
    done += facts.length;
  }
}

/** Bills as a utility gives them for download: a preamble, dates with the month first, amounts with thousands commas. */
export function writeUtilityTable(path: string, rows: number): MadeFile {
  return written(path, utilityText(rows));
}

function* utilityText(rows: number): Generator<string> {
  yield 'Name,SAMPLE\nAddress,"1 SAMPLE STREET, CITY"\nAccount Number,1\nService,Service 1\n\n';
  yield 'TYPE,START DATE,END DATE,USAGE,UNITS,COST,NOTES\n';
  const random = randomNumbers(5);
  const first = parseDate('1950-01-01');
  const shown = (day: number) => {
    const [year, month, date] = formatDate(day).split('-') as [string, string, string];
    return `${Number(month)}/${Number(date)}/${year}`;
  };
  for (let done = 0; done < rows; done += 1_000) {
    let page = '';
    for (let at = done; at < Math.min(rows, done + 1_000); at += 1) {
      const start = first + 30 * (at % 1_500);
      const whole = Math.floor(random() * 9_000) + 1_000;
      const amount = `"${Math.floor(whole / 1_000)},${String(whole % 1_000).padStart(3, '0')}.25"`;
      page += `Electric billing,${shown(start)},${shown(start + 29)},${amount},kWh,$${whole}.10 ,\n`;
    }
    yield page;
  }
}

/** Meter entries as Portfolio Manager gives them for download: twelve bills a meter, days shared. */
export async function writeMeterEntries(path: string, rows: number): Promise<MadeFile> {
  await writeFile(path, writeWorkbook('Meter Entries', meterEntries(rows)));
  return { path, bytes: statSync(path).size };
}

function* meterEntries(rows: number): Generator<readonly Value[]> {
  yield ENTRY_HEADINGS;
  const random = randomNumbers(11);
  const first = parseDate('2020-01-15');
  for (let at = 0; at < rows; at += 1) {
    const meter = Math.floor(at / 12);
    const start = first + 30 * (at % 12);
    const amount = `${Math.floor(random() * 90_000) + 1_000}.25`;
    yield [
      ...[`Property ${meter % 1_000}`, { number: String(1_000_000 + (meter % 1_000)) }],
      ...[
        { number: String(5_000_000 + meter) },
        `Meter ${meter}`,
        'Electric - Grid',
        { number: String(7_000_000 + at) },
      ],
      ...[{ date: formatDate(start) }, { date: formatDate(start + 30) }, undefined, { number: amount }],
      ...['kWh (thousand Watt-hours)', { number: '10.5' }, at % 6 === 0 ? 'Yes' : 'No', undefined, undefined],
      ...[{ date: '2023-01-05' }, 'Sample'],
    ];
  }
}

const ENTRY_HEADINGS = [
  ...['Property Name', 'Portfolio Manager ID', 'Portfolio Manager Meter ID', 'Meter Name', 'Meter Type'],
  ...['Meter Consumption ID', 'Start Date', 'End Date', 'Delivery Date', 'Usage/Quantity', 'Usage Units', 'Cost ($)'],
  ...['Estimation?', 'Demand (kW)', 'Demand Cost ($)', 'Last Modified Date', 'Last Modified By'],
];

const DAY = 86_400;
const NAMESPACE = 'xmlns="http://naesb.org/espi"';

/** A Green Button file of one household each usage point, with hourly readings in a block a day. */
export function writeGreenButton(path: string, readings: number): MadeFile {
  return written(path, greenButtonText(readings));
}

function* greenButtonText(readings: number): Generator<string> {
  yield '<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n';
  yield entry(
    '/LocalTimeParameters/1',
    [],
    `<LocalTimeParameters ${NAMESPACE}><dstEndRule>B40E2000</dstEndRule><dstOffset>3600</dstOffset><dstStartRule>360E2000</dstStartRule><tzOffset>-28800</tzOffset></LocalTimeParameters>`,
  );
  yield entry(
    '/ReadingType/1',
    [],
    `<ReadingType ${NAMESPACE}><accumulationBehaviour>4</accumulationBehaviour><commodity>1</commodity><flowDirection>1</flowDirection><intervalLength>3600</intervalLength><kind>12</kind><powerOfTenMultiplier>0</powerOfTenMultiplier><uom>72</uom></ReadingType>`,
  );
  const random = randomNumbers(7);
  // Midnight in Los Angeles on 1 January 2022.
  const first = parseDate('2022-01-01') * DAY + 8 * 3_600;
  for (let point = 1, left = Math.floor(readings / 24); left > 0; point += 1) {
    const usagePoint = `/Subscription/1/UsagePoint/${point}`;
    const reading = `${usagePoint}/MeterReading/1`;
    yield entry(
      usagePoint,
      [`${usagePoint}/MeterReading`, '/LocalTimeParameters/1'],
      `<UsagePoint ${NAMESPACE}><ServiceCategory><kind>0</kind></ServiceCategory></UsagePoint>`,
    );
    yield entry(reading, ['/ReadingType/1'], `<MeterReading ${NAMESPACE}/>`);
    const days = Math.min(365, left);
    for (let day = 0; day < days; day += 1) {
      const start = first + day * DAY;
      const hours = Array.from(
        { length: 24 },
        (_, hour) =>
          `<IntervalReading><timePeriod><duration>3600</duration><start>${start + hour * 3_600}</start></timePeriod><value>${Math.floor(200 + random() * 3_000)}</value></IntervalReading>`,
      );
      yield entry(
        `${reading}/IntervalBlock/${day}`,
        [],
        `<IntervalBlock ${NAMESPACE}><interval><duration>${DAY}</duration><start>${start}</start></interval>\n${hours.join('\n')}\n</IntervalBlock>`,
      );
    }
    left -= days;
  }
  yield '</feed>\n';
}

let entries = 0;

function entry(self: string, related: readonly string[], content: string): string {
  entries += 1;
  const id = String(entries).padStart(12, '0');
  const up = self.replace(/\/[^/]*$/, '');
  const links = [
    `<link rel="self" href="/espi/1_1/resource${self}"/>`,
    `<link rel="up" href="/espi/1_1/resource${up}"/>`,
    ...related.map((href) => `<link rel="related" href="/espi/1_1/resource${href}"/>`),
  ];
  return `<entry><id>urn:uuid:00000000-0000-4000-8000-${id}</id>${links.join('')}<content>${content}</content></entry>\n`;
}

function written(path: string, pieces: Iterable<string>): MadeFile {
  const file = openSync(path, 'w');
  for (const piece of pieces) writeSync(file, piece);
  closeSync(file);
  return { path, bytes: statSync(path).size };
}
