import type { BillLine, BillWarning, RawCells, ReadOptions, RejectedRow } from '../bills/index.ts';
import { type ActivityRecord, buildRecord, noResultReason } from '../channel/index.ts';
import {
  type Activity,
  ChannelError,
  defined,
  formatDate,
  type GwpChoice,
  isChannelError,
  parseDate,
} from '../emissions/index.ts';
import { daysText } from './days-text.ts';
import type { FactorDesk } from './factor-desk.ts';
import { mergeHints, type UsPlaceLookup } from './line-place.ts';
import { zoneOf } from './zones.ts';

/** A bill line with the record it becomes; the record's meter is a pseudonym already. */
export interface PreparedLine {
  readonly line: BillLine;
  readonly record: ActivityRecord;
  readonly warnings: readonly BillWarning[];
}

export interface PrepareOptions {
  readonly owner: string;
  readonly read: ReadOptions;
  readonly gwp: GwpChoice;
  readonly desk: FactorDesk;
  readonly usPlaces: () => UsPlaceLookup;
  /** Last day that a period may end before. */
  readonly lastDay: string;
  /** Pseudonym of a meter, or what stands for it until the line is recorded. */
  readonly pseudonym: (line: BillLine) => Promise<string>;
  /** A voided record of the same line, which this one records again. */
  readonly replaced: (meter: string) => string | undefined;
  /** What a person should know of the line's meter. */
  readonly meterWarnings: (line: BillLine) => Promise<readonly BillWarning[]>;
}

/**
 * The record of a bill line, or the line as a rejected row with the error that stood in its way.
 */
export async function prepareLine(line: BillLine, options: PrepareOptions): Promise<PreparedLine | RejectedRow> {
  try {
    return await toRecord(line, options);
  } catch (error) {
    // A factor store that was changed is no fault of the line: the import stops.
    if (!isChannelError(error) || error.kind === 'internal' || error.code === 'FACTOR_PROOF_INVALID') throw error;
    return rejectedLine({ line }, error);
  }
}

/** A line that was read and cannot be recorded, as it goes into the error file. */
export function rejectedLine({ line }: Pick<PreparedLine, 'line'>, error: ChannelError): RejectedRow {
  const report = error.report();
  const where = report.where === undefined ? line.where : `${line.where}, ${report.where}`;
  return { rejected: { ...report, where }, where: line.where, raw: line.raw?.() ?? [cellsOf(line)] };
}

/** The line in the columns of the plain layout, where its file is no table: it can be mended and sent in as one. */
function cellsOf(line: BillLine): RawCells {
  const { utility, meter, account, site, zone, commodity, flow, start, end, quantity, unit, readBasis, place } = line;
  const { country, subdivision, region, zip } = place;
  const cells = defined({ utility, meter, account, site, commodity, flow, start, end, quantity, unit, zone });
  const more = defined({ country, subdivision, region, zip, utility_id: place.utilityId, document: line.document });
  return { ...cells, ...statedCells(line), ...heatCells(line), read_basis: readBasis, ...more };
}

/** The end date as it was stated, so that the row becomes the same record. */
function statedCells({ start, end, statedEnd }: BillLine): RawCells {
  const days = parseDate(end) - parseDate(start);
  if (statedEnd === 'inclusive') return { end: formatDate(parseDate(end) - 1), end_convention: statedEnd };
  return { end_convention: statedEnd, ...(statedEnd === 'read-date' ? { days: String(days) } : {}) };
}

function heatCells({ heatContent, calorific }: BillLine): RawCells {
  return defined({ heat_content: heatContent?.value, heat_content_unit: heatContent?.unit, calorific });
}

async function toRecord(line: BillLine, options: PrepareOptions): Promise<PreparedLine> {
  if (line.end > options.lastDay)
    throw new ChannelError('PERIOD_FUTURE', `the period ${daysText(line)} is not over`, {
      where: 'end',
    });
  const hint = mergeHints(line.place, options.read.place);
  const { place, flags: placeFlags } = await options.desk.placeOf(hint, options.usPlaces);
  const told = line.zone ?? options.read.zone;
  const zone = told === undefined ? zoneOf(place) : { zone: told, assumed: false };
  checkZone(zone.zone);
  const activity: Activity = defined({
    commodity: line.commodity,
    flow: line.flow,
    start: line.start,
    end: line.end,
    statedEnd: line.statedEnd,
    zone: zone.zone,
    quantity: line.quantity,
    unit: line.unit,
    readBasis: line.readBasis,
    heatContent: line.heatContent,
    calorific: line.calorific,
  });
  const slices = noResultReason(activity) === undefined ? await options.desk.choose({ ...activity, place }) : [];
  const meter = await options.pseudonym(line);
  const record = buildRecord(
    {
      ...activity,
      owner: options.owner,
      place,
      meter,
      ...defined({ replaces: options.replaced(meter) }),
      gwp: options.gwp,
      given: [...placeFlags, ...(zone.assumed ? ['zone-assumed'] : [])],
    },
    slices,
  );
  return { line, record, warnings: [...line.warnings, ...(await options.meterWarnings(line))] };
}

// Zones that were found to exist. Asking is slow and takes memory outside the heap: once a zone, not once a line.
const knownZones = new Set<string>();

function checkZone(zone: string): void {
  if (knownZones.has(zone)) return;
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    knownZones.add(zone);
  } catch (cause) {
    throw new ChannelError('ZONE_UNKNOWN', `'${zone.slice(0, 40)}' is not an IANA time zone`, { where: 'zone', cause });
  }
}
