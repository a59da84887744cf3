import { z } from 'zod';
import { shareNames } from '../../inventory/index.ts';
import * as c from './common.ts';

const share = z.string().nullable();
const quality = z
  .object({ base: c.decimal, shares: z.record(z.enum(shareNames), share) })
  .meta({ id: 'QualityShares', description: 'Shares of a total by quality; null where the base is 0.' });
const co2e = z.object({ kg: c.decimal, t: c.decimal });
const scopeTotal = z
  .object({
    records: z.int(),
    co2e,
    co2: c.decimal.nullable(),
    ch4: c.decimal.nullable(),
    n2o: c.decimal.nullable(),
    gwpSets: z.array(z.object({ set: z.string(), kg: c.decimal, share })),
    quality,
  })
  .meta({ id: 'ScopeTotal' });
const lossTotal = z
  .object({
    records: z.int(),
    co2e,
    quality,
    kWh: c.decimal.nullable(),
    withoutRate: z.object({ kWh: c.decimal, share }),
  })
  .meta({ id: 'LossTotal' });
const energyUnit = z.enum(['kWh', 'mmBtu', 'm3']);

export const inventoryReport = z
  .object({
    owner: c.memberId,
    year: z.int(),
    scope1: scopeTotal,
    scope2: z.object({ location: scopeTotal, market: scopeTotal }),
    scope3: z.object({ losses: lossTotal }),
    energy: z.array(
      z.object({
        commodity: c.commodity,
        flow: c.flow,
        energy: c.decimal,
        unit: energyUnit,
        records: z.int(),
        hasEmissions: z.boolean(),
      }),
    ),
    consumption: z.array(
      z.object({
        commodity: c.commodity,
        unit: energyUnit,
        delivered: c.decimal,
        generated: c.decimal,
        exported: c.decimal,
        consumption: c.decimal,
      }),
    ),
    completeness: z.object({
      covered: z.int(),
      days: z.int(),
      share,
      meters: z.array(
        z.object({
          meter: z.string(),
          commodity: c.commodity,
          flow: c.flow,
          covered: z.int(),
          days: z.int(),
          share: z.string(),
          gaps: z.array(z.object({ start: c.date, end: c.date, days: z.int() })),
        }),
      ),
    }),
    beyondRange: z.int(),
  })
  .meta({
    id: 'Inventory',
    description: "A member's inventory of a calendar year; docs/inventory.md tells how each figure is made.",
  });

export const siteCompleteness = z
  .object({
    owner: c.memberId,
    year: z.int(),
    sites: z
      .array(
        z.object({
          site: z.string().nullable().meta({ description: 'Null for meters of which no site is known.' }),
          meters: z.int(),
          incomplete: z.int().meta({ description: 'Meters of which a day of the year has no record.' }),
          incompleteMeters: z.array(c.hash).meta({ description: 'Their pseudonyms; the gaps stand in the inventory.' }),
          covered: z.int(),
          days: z.int(),
          share: z.string(),
        }),
      )
      .nullable()
      .meta({ description: "The owner's own names; told to operators of the owner's node only." }),
  })
  .meta({ id: 'SiteCompleteness', description: "Days of a year that the meters of each of the owner's sites cover." });
