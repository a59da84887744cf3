import type { Command } from 'commander';
import type { PlaceHint } from '../bills/index.ts';
import { defined } from '../emissions/index.ts';

/** The options that say where energy was used; the same on every command that takes them. */
export interface PlaceOptions {
  readonly country?: string;
  readonly subdivision?: string;
  readonly region?: string;
  readonly zip?: string;
  readonly utility?: string;
}

export function addPlaceOptions(command: Command): Command {
  return command
    .option('--country <code>', 'ISO 3166 country, such as US, DE, GB, IN')
    .option('--subdivision <code>', 'ISO 3166-2 subdivision, such as US-CA')
    .option('--region <acronym>', 'grid region: an eGRID subregion such as CAMX')
    .option('--zip <zip>', 'US ZIP code; stays on this machine, only the grid region is recorded')
    .option('--utility <eia-id>', "the utility's EIA number");
}

export function placeHint({ country, subdivision, region, zip, utility }: PlaceOptions): PlaceHint {
  return defined({
    country: country?.toUpperCase(),
    subdivision: subdivision?.toUpperCase(),
    region: region?.toUpperCase(),
    zip,
    utilityId: utility,
  });
}
