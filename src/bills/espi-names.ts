/** Namespaces and names of a Green Button file that are read, as numbers: see `walkXml`. */
const ATOM = 'http://www.w3.org/2005/Atom';
const ESPI = 'http://naesb.org/espi';

const atomNames = ['entry', 'link', 'title'] as const;

const espiNames = [
  'IntervalBlock',
  'IntervalReading',
  'timePeriod',
  'start',
  'duration',
  'value',
  'quality',
  'tou',
  'consumptionTier',
  'cpp',
  'UsagePoint',
  'MeterReading',
  'ReadingType',
  'LocalTimeParameters',
  'UsageSummary',
  'ElectricPowerUsageSummary',
  'ServiceCategory',
  'kind',
  'accumulationBehaviour',
  'commodity',
  'dataQualifier',
  'defaultQuality',
  'flowDirection',
  'powerOfTenMultiplier',
  'uom',
  'dstStartRule',
  'dstEndRule',
  'dstOffset',
  'tzOffset',
  'billingPeriod',
  'overallConsumptionLastPeriod',
  'currentBillingPeriodOverAllConsumption',
  'readingTypeRef',
  'timeStamp',
  'qualityOfReading',
  'statusTimeStamp',
] as const;

type Name = (typeof atomNames)[number] | (typeof espiNames)[number];

/** Local names by number; the name 0 stands for everything that is not read. */
export const nameOf: readonly string[] = ['', ...atomNames, ...espiNames];

export const numberOf = Object.fromEntries(nameOf.map((name, number) => [name, number])) as Readonly<
  Record<Name, number>
>;

export const vocabulary: ReadonlyMap<string, number> = new Map([
  ...atomNames.map((name) => [`{${ATOM}}${name}`, numberOf[name]] as const),
  ...espiNames.map((name) => [`{${ESPI}}${name}`, numberOf[name]] as const),
]);
