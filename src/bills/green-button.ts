import { ChannelError, defined, formatDate, isChannelError } from '../emissions/index.ts';
import type { BillItem, BillLine, BillReader, ReadOptions } from './bill.ts';
import { electricityCommodities, serviceKinds } from './espi-codes.ts';
import { type EspiFeed, readFeed } from './espi-feed.ts';
import { linkFeed, type PointData } from './espi-links.ts';
import { localDays, type LocalTimeParameters, zoneHasOffset, zoneOfRules } from './local-days.ts';
import { pointOutcomes } from './point-lines.ts';
import { type Draft, kWh, type Outcome } from './usage-point.ts';
import { decodeUtf8 } from './utf8-text.ts';
import { isZone } from './zone.ts';

/**
 * Green Button files (NAESB ESPI XML) for electricity. A billing summary with a consumption is a line; days that no bill
 * covers become one line a month, summed by civil day in the site's zone. Delivered and exported energy stay apart.
 * Amounts are in kWh, exact. Lines come at the end of the file, because its elements may stand in any order.
 */
export const greenButtonReader: BillReader = {
  format: 'green-button',
  recognises(head) {
    const text = new TextDecoder().decode(head);
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
  const feed = await readFeed(decodeUtf8(body), phase);
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
  let site: { meter: string; zone: string };
  try {
    checkElectricity(point, options);
    site = {
      meter: meterOf(point, alone ? (options.meter ?? options.account) : undefined),
      zone: zoneOf(point, options),
    };
  } catch (error) {
    if (!isChannelError(error)) throw error;
    yield rejected(error, where);
    return;
  }
  const outcomes = pointOutcomes(point, feed, localDays(site.zone), where);
  warnOfZone(outcomes, site.zone, localTime(point).tzOffset);
  for (const outcome of outcomes) {
    if ('error' in outcome) yield rejected(outcome.error, outcome.where);
    else yield { line: lineOf(outcome, { ...site, utility: options.utility ?? feed.title }, options) };
  }
}

function warnOfZone(outcomes: readonly Outcome[], zone: string, tzOffset: string | undefined): void {
  const first = outcomes.find((outcome): outcome is Draft => !('error' in outcome));
  if (first === undefined || tzOffset === undefined || zoneHasOffset(zone, tzOffset)) return;
  const message = `the file gives another offset from UTC than ${zone} has`;
  first.warnings.push({ code: 'ZONE_DISAGREES', message });
}

function lineOf(draft: Draft, who: { meter: string; zone: string; utility: string }, options: ReadOptions): BillLine {
  return {
    ...who,
    ...defined({ account: options.account }),
    commodity: 'electricity',
    flow: draft.flow,
    start: formatDate(draft.start),
    end: formatDate(draft.end),
    statedEnd: 'exclusive',
    quantity: kWh(draft.amount),
    unit: 'kWh',
    readBasis: draft.readBasis,
    place: options.place ?? {},
    warnings: draft.warnings,
    where: draft.where,
  };
}

/** @throws {ChannelError} COMMODITY_UNKNOWN where the usage point is not electricity, or nothing says that it is */
function checkElectricity(point: PointData, options: ReadOptions): void {
  const fix = 'Record its bills through the plain CSV layout of docs/bills.md.';
  if (point.kind !== undefined) {
    if (point.kind === '0') return;
    const kind = serviceKinds[point.kind] ?? 'of an unknown kind';
    throw new ChannelError('COMMODITY_UNKNOWN', `the usage point is ${kind}; this reader handles electricity only`, {
      fix,
    });
  }
  const objects = [...point.summaries, ...point.series.flatMap(({ type }) => (type === undefined ? [] : [type]))];
  const codes = objects.flatMap((object) => object.fields.get('commodity') ?? []).filter((code) => code !== '0');
  if (codes.some((code) => !electricityCommodities.includes(code))) {
    const message = 'the usage point is not electricity; this reader handles electricity only';
    throw new ChannelError('COMMODITY_UNKNOWN', message, { fix });
  }
  if (codes.length === 0 && options.commodity !== 'electricity') {
    throw new ChannelError('COMMODITY_UNKNOWN', 'the file does not say what the usage point measures', {
      fix: 'If it is electricity, give --commodity electricity.',
    });
  }
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
  const zone = options.zone ?? zoneOfRules(localTime(point));
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
