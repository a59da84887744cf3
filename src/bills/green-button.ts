import { ChannelError, type Commodity, defined, formatDate, isChannelError } from '../emissions/index.ts';
import type { BillItem, BillLine, BillReader, ReadOptions } from './bill.ts';
import { partsOf } from './espi-commodity.ts';
import { type EspiFeed, readFeed } from './espi-feed.ts';
import { linkFeed, type PointData } from './espi-links.ts';
import { type LocalTimeParameters, localDays, zoneHasOffset, zoneOfRules } from './local-days.ts';
import { notRead, pointOutcomes } from './point-lines.ts';
import { type Draft, type Outcome, plain } from './usage-point.ts';
import { decodeXml, headText } from './xml-text.ts';
import { isZone } from './zone.ts';

/**
 * Green Button files (NAESB ESPI XML): electricity, natural gas, water, heat, steam, cooling. A billing summary with a consumption is a line; days that no bill
 * covers become one line a month, summed by civil day in the site's zone. Delivered and exported energy stay apart.
 * Amounts are exact, in the unit of the file (Wh as kWh, J as kJ, Btu as kBtu). Lines come at the end of the file, because its elements may stand in any order.
 */
export const greenButtonReader: BillReader = {
  format: 'green-button',
  recognises(head) {
    const text = headText(head);
    return /^\uFEFF?\s*</.test(text) && text.includes('http://naesb.org/espi');
  },
  read: readGreenButton,
};

async function* readGreenButton(body: AsyncIterable<Uint8Array>, options: ReadOptions): AsyncGenerator<BillItem> {
  const { zone } = options;
  if (zone !== undefined && !isZone(zone)) {
    throw new ChannelError('ZONE_UNKNOWN', `zone '${zone.slice(0, 40)}' is not an IANA time zone`, { where: 'zone' });
  }
  const phase = zone === undefined ? 0 : mod(-localDays(zone).offsetAt(1_600_000_000), 3_600);
  const feed = await readFeed(decodeXml(body), phase);
  const { points, strayBlocks } = linkFeed(feed);
  let found = false;
  for (const point of points) {
    for (const item of pointItems(point, feed, options, points.length === 1)) {
      found = true;
      yield item;
    }
  }
  if (strayBlocks > 0) {
    const message = 'interval readings belong to no meter reading of the file';
    yield rejected(
      new ChannelError('ROW_INVALID', message, { fix: 'Export the file again, with all its links.' }),
      'file',
    );
  } else if (!found) {
    throw new ChannelError(
      'FILE_MALFORMED',
      'the Green Button file holds no usage: neither readings nor billing summaries',
      {
        fix: 'Download usage or billing data; files with customer data alone have nothing to record.',
      },
    );
  }
}

function mod(a: number, b: number): number {
  return ((a % b) + b) % b;
}

function rejected(error: ChannelError, where: string): BillItem {
  return { rejected: { ...error.report(), where }, where };
}

function* pointItems(point: PointData, feed: EspiFeed, options: ReadOptions, alone: boolean): Generator<BillItem> {
  if (point.series.length === 0 && point.summaries.length === 0) return;
  const where = `UsagePoint ${point.order}`;
  try {
    const found = partsOf(point, feed, options.commodity);
    const meter = meterOf(point, alone ? (options.meter ?? options.account) : undefined);
    const zone = zoneOf(point, options);
    const site = { meter, zone, utility: options.utility ?? feed.title };
    const outcomes = found.parts.flatMap((part) => {
      const { commodity } = part;
      return pointOutcomes(part, feed, localDays(zone), where).map((outcome) => ({ commodity, outcome }));
    });
    const first = outcomes.map(({ outcome }) => outcome).find(isDraft);
    warnOfZone(first, zone, localTime(point).tzOffset);
    const misfits = notRead(found.misfits, first, where);
    for (const { commodity, outcome } of outcomes) {
      if (isDraft(outcome)) yield { line: lineOf(outcome, commodity, site, options) };
      else yield rejected(outcome.error, outcome.where);
    }
    for (const { error, where: place } of misfits) yield rejected(error, place);
  } catch (error) {
    if (!isChannelError(error)) throw error;
    yield rejected(error, where);
  }
}

function isDraft(outcome: Outcome): outcome is Draft {
  return !('error' in outcome);
}

function warnOfZone(first: Draft | undefined, zone: string, tzOffset: string | undefined): void {
  if (first === undefined || tzOffset === undefined || zoneHasOffset(zone, tzOffset)) return;
  const message = `the file gives another offset from UTC than ${zone} has`;
  first.warnings.push({ code: 'ZONE_DISAGREES', message });
}

function lineOf(
  draft: Draft,
  commodity: Commodity,
  who: { meter: string; zone: string; utility: string },
  options: ReadOptions,
): BillLine {
  return {
    ...who,
    ...defined({ account: options.account }),
    commodity,
    flow: draft.flow,
    start: formatDate(draft.start),
    end: formatDate(draft.end),
    statedEnd: 'exclusive',
    quantity: plain(draft.amount),
    unit: draft.unit.unit,
    readBasis: draft.readBasis,
    place: options.place ?? {},
    warnings: draft.warnings,
    where: draft.where,
  };
}

/** The name given, else the link below `resource/`: what stays the same from one download to the next. */
function meterOf({ link }: PointData, given: string | undefined): string {
  const name = given ?? link?.replace(/^.*\/resource\//, '').replace(/^\/+/, '') ?? '';
  if (name !== '') return name;
  throw new ChannelError('ROW_INVALID', 'nothing in the file names the usage point', {
    fix: 'Give the meter with --meter.',
  });
}

function zoneOf(point: PointData, options: ReadOptions): string {
  const zone = options.zone ?? options.placeZone ?? zoneOfRules(localTime(point));
  if (zone !== undefined) return zone;
  throw new ChannelError('ZONE_UNKNOWN', 'the file does not say in which time zone the meter is', {
    fix: 'Give the zone of the site, such as --zone America/Los_Angeles.',
  });
}

function localTime(point: PointData): LocalTimeParameters {
  const fields = point.time?.fields;
  return defined({
    tzOffset: fields?.get('tzOffset'),
    dstOffset: fields?.get('dstOffset'),
    dstStartRule: fields?.get('dstStartRule'),
    dstEndRule: fields?.get('dstEndRule'),
  });
}
