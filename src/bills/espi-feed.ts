import { FeedCollector } from './espi-collector.ts';
import { vocabulary } from './espi-names.ts';
import type { IntervalSums } from './interval-sums.ts';
import { walkXml } from './xml.ts';

/** An object of the feed with its links, as far as they are needed. Links are without scheme and host. */
export interface EspiObject {
  /** Position among the file's objects of its kind, from 1. */
  readonly order: number;
  readonly self?: string;
  readonly up: readonly string[];
  readonly related: readonly string[];
  readonly fields: ReadonlyMap<string, string>;
}

/** What a Green Button file holds: objects in file order, and interval readings summed by the link that leads to their meter reading. */
export interface EspiFeed {
  readonly title: string;
  readonly usagePoints: readonly EspiObject[];
  readonly meterReadings: readonly EspiObject[];
  readonly readingTypes: readonly EspiObject[];
  readonly times: readonly EspiObject[];
  readonly summaries: readonly EspiObject[];
  readonly sums: ReadonlyMap<string, IntervalSums>;
}

/**
 * Reads a Green Button file (ESPI objects in an Atom feed) in one pass, elements in any order. Readings are summed as they
 * come; customer data (names, addresses) lies in another namespace and is passed over. What is kept grows with usage points,
 * links and days, is bounded, and never with readings.
 * @throws {ChannelError} FILE_MALFORMED, FILE_TOO_LARGE
 */
export async function readFeed(text: AsyncIterable<string>, phase: number): Promise<EspiFeed> {
  const collector = new FeedCollector(phase);
  await walkXml(text, vocabulary, collector);
  return collector.feed;
}
