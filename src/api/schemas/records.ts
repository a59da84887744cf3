import { z } from 'zod';
import { dateOrders, decimalSigns, fixedFields, mappedColumns, templateSchema } from '../../bills/index.ts';
import { correctionReasons, evidenceStates } from '../../channel/index.ts';
import { heatContentUnits } from '../../emissions/index.ts';
import { toldSettings } from '../../node/index.ts';
import * as c from './common.ts';

export const recordState = z.enum(['active', 'superseded', 'voided']).meta({ id: 'RecordState' });
export const evidence = z.enum([...evidenceStates, 'none']).meta({ id: 'EvidenceState' });
export const correctionReason = z.enum(correctionReasons).meta({ id: 'CorrectionReason' });

export const recordLine = z
  .object({
    id: c.hash,
    owner: c.memberId,
    commodity: c.commodity,
    flow: c.flow,
    place: c.place,
    meter: z.string().meta({ description: "The meter's pseudonym." }),
    start: c.date,
    end: c.date.meta({ description: 'Exclusive.' }),
    quantity: z.string(),
    unit: z.string(),
    energy: c.decimal.optional(),
    energyUnit: z.enum(['kWh', 'mmBtu', 'm3']),
    readBasis: c.readBasis,
    location: c.decimal.optional().meta({ description: 'kg CO2e, location-based.' }),
    market: c.decimal.optional().meta({ description: 'kg CO2e, market-based.' }),
    emissions: c.decimal.optional().meta({ description: 'kg CO2e of fuels and heat.' }),
    losses: c.decimal.optional(),
    flags: z.array(z.string()),
    state: recordState,
    counted: z.boolean(),
    evidence,
  })
  .meta({ id: 'RecordLine', description: 'A record in a list.' });

const countedRecords = z
  .object({ what: z.string(), records: z.int() })
  .meta({ id: 'CountedRecords', description: 'Something that holds for a number of records.' });
export const uploadAnswer = z
  .object({
    rows: z.int(),
    records: z.int(),
    meters: z.int(),
    leftOut: z.array(countedRecords).meta({ description: 'What has no place in the workbook, and why.' }),
    notes: z.array(countedRecords).meta({ description: 'What the workbook cannot say of records that are in it.' }),
    workbook: z.string().optional().meta({ description: 'The file (xlsx) in Base64; absent where it has no rows.' }),
  })
  .meta({ id: 'PortfolioManagerUpload', description: 'Names meters and sites: the private data of the owner.' });

const emissions = z
  .object({
    co2e: c.decimal,
    co2: c.decimal.nullable(),
    ch4: c.decimal.nullable(),
    n2o: c.decimal.nullable(),
    unit: z.literal('kg'),
    gwpSet: z.string(),
  })
  .meta({ id: 'Emissions' });
const usedFactor = z
  .object({ factor: z.string(), value: z.string(), unit: z.string(), co2e: c.decimal })
  .meta({ id: 'FactorUse' });
const lineFields = {
  kWh: c.decimal.optional(),
  scope: z.union([z.literal(1), z.literal(2)]).optional(),
  energy: z.object({ value: c.decimal, unit: z.string() }).optional(),
  slices: z.array(
    z
      .object({
        year: z.int(),
        start: c.date,
        end: c.date,
        days: z.int(),
        kWh: c.decimal.optional(),
        energy: c.decimal.optional(),
        location: usedFactor.optional(),
        market: usedFactor.extend({ tier: z.string() }).optional(),
        emissions: usedFactor.optional(),
      })
      .meta({ id: 'Slice' }),
  ),
  location: emissions.optional(),
  market: emissions
    .extend({
      factor: z.string().nullable(),
      tier: z.string(),
      higherTiers: z.string(),
      residualMixAvailable: z.boolean(),
      residualMix: z.string(),
    })
    .optional(),
  losses: z.object({ kWh: c.decimal.nullable(), co2e: c.decimal, basis: z.string() }).nullable().optional(),
  emissions: emissions.nullable().optional(),
  noResult: z.string().optional(),
  flags: z.array(z.string()),
};
const lineAnswer = z.object(lineFields).meta({ id: 'LineAnswer', description: 'Results of a line.' });

/** A factor row as its publisher printed it; docs/factors.md has its fields. */
export const factorRow = z
  .looseObject({
    id: z.string(),
    publisher: z.string(),
    dataset: z.string(),
    edition: z.string(),
    commodity: c.commodity,
    method: z.string(),
    place: c.place,
    year: z.int(),
    validFrom: c.date,
    validTo: c.date,
    basis: z.string(),
    source: z.string(),
    licence: z.string(),
  })
  .meta({ id: 'FactorRow' });

export const recordExplanation = z
  .object({
    id: c.hash,
    record: z
      .looseObject({ schema: z.string(), owner: c.memberId, commodity: c.commodity, start: c.date, end: c.date })
      .meta({
        id: 'ActivityRecord',
        description: 'The record exactly as it stands on the ledger; docs/channel.md has its fields.',
      }),
    state: recordState,
    counted: z.boolean(),
    by: c.hash.optional(),
    reason: correctionReason.optional(),
    adjustments: z.array(c.hash),
    evidence,
    documents: z.array(z.object({ commitment: c.hash, state: evidence })),
    page: z.string(),
    index: z.int(),
    height: z.int(),
    timestamp: c.instant,
    line: lineAnswer,
    factors: z.array(
      z.object({ id: z.string(), release: z.string(), hash: c.hash, withdrawn: z.string().nullable(), row: factorRow }),
    ),
    meter: z
      .object({ utility: z.string(), number: z.string(), site: z.string().nullable() })
      .nullable()
      .meta({ description: "The owner's own names; told to operators of the owner's node only." }),
  })
  .meta({ id: 'RecordExplanation', description: 'How a number came about.' });

export const correctionBody = z
  .strictObject({
    reason: correctionReason,
    adjust: z.boolean().optional(),
    quantity: z.string().max(60).optional(),
    unit: z.string().max(40).optional(),
    start: c.date.optional(),
    end: c.date.optional(),
    readBasis: c.readBasis.optional(),
    gwp: c.gwpChoice.optional(),
    document: c.fileRef.optional(),
  })
  .meta({ id: 'Correction' });
export const correctionAnswer = z
  .object({ recordId: c.hash, corrected: c.hash, kind: z.enum(['supersedes', 'adjusts']), ...lineFields })
  .meta({ id: 'CorrectionAnswer' });

export const calculationBody = z
  .strictObject({
    commodity: c.commodity,
    place: c.placeHint,
    start: c.date,
    end: c.date,
    quantity: z.string().max(60),
    unit: z.string().max(40),
    gwp: c.gwpChoice.default('publisher'),
    heatContent: z.strictObject({ value: z.string().max(60), unit: z.enum(heatContentUnits) }).optional(),
    calorific: c.calorific.optional(),
  })
  .meta({ id: 'Calculation' });
export const calculationAnswer = z
  .object({ ...lineFields, rows: z.array(factorRow) })
  .meta({ id: 'CalculationAnswer' });

const columnName = z.string().min(1).max(200);
const billMapping = z
  .strictObject({
    kind: z.enum(['bills', 'readings']),
    columns: z.partialRecord(z.enum(mappedColumns), columnName),
    fixed: z.partialRecord(z.enum(fixedFields), columnName),
    dateOrder: z.enum(dateOrders).optional(),
    endConvention: c.statedEnd.optional(),
    decimalSign: z.enum(decimalSigns).optional(),
  })
  .meta({ id: 'BillMapping', description: 'Which column of a foreign table is what, as uec bills map writes it.' });
export const readOptions = z
  .strictObject({
    utility: z.string().max(200),
    meter: z.string().max(200),
    account: z.string().max(200),
    commodity: c.commodity,
    unit: z.string().max(40),
    zone: z.string().max(64),
    statedEnd: c.statedEnd,
    place: c.placeHint,
    dateOrder: z.enum(dateOrders),
    decimalSign: z.enum(decimalSigns),
    mapping: billMapping,
    template: templateSchema.meta({
      id: 'BillTemplate',
      description: "Where the values of a utility's PDF bill stand.",
    }),
    pick: z
      .array(z.string().regex(/^[a-z_]{1,20}:[0-9]{1,3}$/))
      .max(20)
      .meta({
        description: 'Of several values that a proposal offers, the ones to take.',
      }),
    confirm: z.array(c.hash).max(1_000).meta({
      description: 'Digests of proposals that a person has compared with their PDF bills.',
    }),
  })
  .partial()
  .meta({ id: 'ReadOptions', description: 'Settings for a whole bill file, where the file does not say.' });
export const importBody = z
  .strictObject({
    files: z.array(c.fileRef).min(1).max(1000),
    read: readOptions.default({}),
    gwp: c.gwpChoice.optional(),
    document: c.fileRef.optional().meta({ description: 'Evidence of every line.' }),
    documents: z
      .array(z.strictObject({ name: z.string().min(1).max(200), file: c.fileRef }))
      .max(1_000)
      .optional()
      .meta({ description: 'Documents that rows name, each with the name that the row gives it.' }),
    dryRun: z.boolean().optional(),
    acceptPartial: z.boolean().optional(),
    separately: z.boolean().optional(),
    label: z.string().max(200).optional(),
    heldLines: z.int().min(0).max(2_000).optional(),
  })
  .meta({ id: 'Import' });
const found = z
  .object({
    value: z.string(),
    printed: z.string().optional(),
    where: z.string().optional(),
    why: z.string(),
    confidence: z.enum(['told', 'high', 'medium', 'low']),
  })
  .meta({ id: 'FoundValue', description: 'A value of a bill, with where it is printed and why it was taken.' });
/** What a PDF bill is proposed to say. */
export const billProposal = z
  .object({
    format: z.literal('uec-bill-proposal/2'),
    file: c.hash.meta({ description: 'SHA-256 of the file.' }),
    template: z.string().nullable(),
    pages: z.int(),
    told: z
      .object({ place: c.placeHint, zone: z.string().nullable(), gwp: c.gwpChoice })
      .meta({ description: 'Told beside the bill, and part of what the digest confirms.' }),
    lines: z.array(
      z.looseObject({
        fields: z.record(z.string(), found),
        parts: z.array(z.object({ name: z.string(), quantity: z.string(), where: z.string() })).optional(),
      }),
    ),
    questions: z.array(
      z.object({
        field: z.string(),
        code: z.string(),
        question: z.string(),
        fix: z.string(),
        choices: z.array(found.extend({ pick: z.string() })),
      }),
    ),
    leftOut: z.array(z.object({ printed: z.string(), where: z.string(), why: z.string() })),
    beside: z.array(z.string()).meta({ description: 'What else the bill shows that may be a line, by its places.' }),
    notes: z.array(z.string()),
    digest: c.hash.nullable().meta({
      description: 'Confirms these lines of this file with what was told beside it; null while a question is open.',
    }),
  })
  .meta({ id: 'BillProposal', description: 'What a PDF bill seems to say, to be compared with the bill.' });
export const proposalBody = z.strictObject({
  file: c.fileRef,
  read: readOptions.default({}),
  gwp: c.gwpChoice.optional(),
});
const toldLines = z.partialRecord(z.enum(toldSettings), z.int()).meta({
  id: 'ToldLines',
  description:
    'Settings of the request that lines have, with the number of lines: the place where a line takes some of it, another where the line has the same value.',
});
const importedFile = z
  .object({
    file: z.int(),
    state: z.enum(['recorded', 'checked', 'duplicate', 'refused', 'empty']),
    import: z.string().nullable(),
    lines: z.int(),
    rejected: z.int(),
    told: toldLines.optional(),
    error: c.errorReport.optional(),
  })
  .meta({ id: 'ImportedFile', description: 'What became of a file, by its position in the request.' });
/** What an import answers. */
export const importAnswer = z
  .looseObject({
    dryRun: z.boolean(),
    lines: z.array(z.looseObject({ where: z.string(), recordId: c.hash.nullable(), ...lineFields })),
    totals: z.looseObject({ lines: z.int(), rejected: z.int(), location: c.decimal, market: c.decimal }),
    rejected: z.array(z.looseObject({ rejected: c.errorReport, where: z.string() })),
    files: z.array(importedFile),
  })
  .meta({ id: 'ImportAnswer' });

const importState = z.enum(['finished', 'cut-off', 'undone']);
const counts = z.record(z.enum(['active', 'superseded', 'voided', 'absent']), z.int());
export const importView = z
  .object({
    id: z.string(),
    startedAt: c.instant,
    finishedAt: c.instant.nullable(),
    state: importState,
    file: z.string().nullable(),
    label: z.string().nullable(),
    format: z.string().nullable(),
    lines: z.int().nullable(),
    records: counts,
    rejected: z.int(),
    totals: z.looseObject({ lines: z.int(), rejected: z.int() }).nullable(),
    told: toldLines,
    mends: z.string().nullable(),
    mendedBy: z.array(z.string()),
    undone: z.object({ at: c.instant, reason: correctionReason, note: z.string().nullable() }).nullable(),
  })
  .meta({ id: 'ImportView' });
export const importDetail = z
  .object({
    import: importView,
    lines: z.array(
      z.looseObject({
        where: z.string(),
        recordId: c.hash,
        state: z.string(),
        by: c.hash.nullable(),
        evidence: evidence.nullable(),
      }),
    ),
    refusals: z.array(z.object({ where: z.string(), code: z.string(), report: c.errorReport.nullable() })),
    next: z.string().optional(),
  })
  .meta({ id: 'ImportDetail' });
export const undoBody = z
  .strictObject({ reason: correctionReason, note: z.string().max(1_000).optional(), dryRun: z.boolean().optional() })
  .meta({ id: 'Undo' });
export const undoAnswer = z
  .object({
    import: z.string(),
    dryRun: z.boolean(),
    voided: z.int(),
    left: z.array(z.object({ recordId: c.hash, where: z.string(), state: z.string(), by: c.hash.nullable() })),
    leftCount: z.int(),
    absent: z.int(),
  })
  .meta({ id: 'UndoAnswer' });
