// Blocks made by hand for the tests of this folder, with the fixture factors of the worked examples (never bundled figures).
import { type ActivityRecord, buildRecord, type ProvenRecord, type RecordFacts } from '../channel/index.ts';
import {
  type Candidate,
  type ChosenSlice,
  canonical,
  cutSpan,
  type FactorRow,
  leafHash,
  merkleRoot,
  type ProvenRow,
  parseSpan,
  sha256,
  yearCuts,
  yearOf,
} from '../emissions/index.ts';
import type { Block, CommittedTransaction, Ledger } from '../ledger/index.ts';

const location: Readonly<Record<number, string>> = { 2021: '0.403403406', 2022: '0.373127954', 2023: '0.388753292' };
const residual: Readonly<Record<number, string>> = { 2021: '0.411992734', 2022: '0.382795242' };

export function factorRow(change: Partial<FactorRow> & Pick<FactorRow, 'id' | 'year'>): FactorRow {
  return {
    publisher: 'us-epa',
    dataset: 'egrid',
    edition: 'fixture',
    commodity: 'electricity',
    method: 'location',
    place: { country: 'US' },
    validFrom: `${change.year}-01-01`,
    validTo: `${change.year + 1}-01-01`,
    gwpSet: 'AR5',
    basis: 'fixture',
    source: 'fixture',
    licence: 'fixture',
    confidence: 'high',
    ...change,
  };
}

export function candidate(row: FactorRow): Candidate {
  const release = { publisher: row.publisher, dataset: row.dataset, version: row.edition };
  return { release, published: '2024', index: row.year, hash: leafHash(canonical(row)), row };
}

export const gridRow = (year: number): FactorRow =>
  factorRow({ id: `fixture:${year}`, year, co2e: { value: location[year] ?? '0.4', unit: 'kg/kWh' } });

const residualRow = (year: number): FactorRow | undefined =>
  residual[year] === undefined
    ? undefined
    : factorRow({
        id: `mix:${year}`,
        year,
        publisher: 'green-e',
        dataset: 'residual-mix',
        method: 'residual-mix',
        co2e: { value: residual[year], unit: 'kg/kWh' },
      });

const lossRow = (year: number): FactorRow =>
  factorRow({
    id: `loss:${year}`,
    year,
    method: 'loss-rate',
    loss: { basis: 'generation', share: { value: '0.06', unit: 'fraction' } },
  });

/** Slices of a span at year ends, with the fixture rows of each year; loss rates only where asked. */
export function slicesFor(start: string, end: string, losses = false): ChosenSlice[] {
  const span = parseSpan(start, end);
  return cutSpan(span, yearCuts(span)).map((part) => {
    const year = yearOf(part.start);
    const mix = residualRow(year);
    return {
      span: part,
      main: candidate(gridRow(year)),
      ...(mix === undefined ? {} : { residual: candidate(mix) }),
      ...(losses ? { losses: candidate(lossRow(year)) } : {}),
    };
  });
}

export const meterOf = (name: string): string => sha256(`meter ${name}`);
export const documentOf = (name: string): string => sha256(`document ${name}`);

/** A delivered electricity record of ACME in the US unless said otherwise. */
export function electricity(
  change: Partial<RecordFacts> & Pick<RecordFacts, 'start' | 'end'>,
  slices: readonly ChosenSlice[] = slicesFor(change.start, change.end),
): ActivityRecord {
  return buildRecord(
    {
      commodity: 'electricity',
      flow: 'delivered',
      statedEnd: 'exclusive',
      zone: 'America/Chicago',
      quantity: '1000',
      unit: 'kWh',
      readBasis: 'actual',
      owner: 'ACME',
      place: { country: 'US' },
      meter: meterOf('one'),
      gwp: 'publisher',
      ...change,
    },
    slices,
  );
}

export const idOf = (record: ActivityRecord): string => leafHash(canonical(record));

/** Builds blocks of one transaction each, as a ledger would hold them. */
export class Chain {
  readonly blocks: Block[] = [];

  add(
    name: string,
    args: unknown,
    result: (id: string) => unknown,
    change: Partial<CommittedTransaction> = {},
  ): string {
    const height = this.blocks.length;
    const id = sha256(`transaction ${height}`);
    const transaction: CommittedTransaction = {
      id,
      name,
      args: canonical(args),
      result: canonical(result(id)),
      caller: { member: 'ACME', keyId: sha256('key') },
      timestamp: `2024-03-01T00:00:00.${String(height % 1000).padStart(3, '0')}Z`,
      valid: true,
      ...change,
    };
    const previous = this.blocks.at(-1)?.hash ?? '';
    const hash = sha256(`block ${previous} ${JSON.stringify(transaction)}`);
    this.blocks.push({ height, hash, previous, transactions: [transaction] });
    return id;
  }

  /** A page; gives what proves its records. */
  submit(...records: ActivityRecord[]): ProvenRecord[] {
    const key = `page-${this.blocks.length}`;
    const page = this.add('records.submit', { factors: factorsOf(records), key, records }, (transaction) =>
      answerTo(records, transaction),
    );
    // Paths are not looked at when blocks are followed.
    return records.map((record, index) => ({ record, index, page, path: [] }));
  }

  correct(record: ActivityRecord, target: ProvenRecord): ProvenRecord {
    const key = `correct-${this.blocks.length}`;
    const page = this.add('records.correct', { factors: factorsOf([record]), key, record, target }, (transaction) =>
      answerTo([record], transaction),
    );
    return { record, index: 0, page, path: [] };
  }

  void(...targets: ProvenRecord[]): void {
    this.add('records.void', { key: `void-${this.blocks.length}`, reason: 'entered-in-error', targets }, () => ({
      voided: targets.map(({ record }) => idOf(record)),
    }));
  }

  /** The blocks as the port gives them; `before` runs before each. */
  ledger(before: (block: Block) => void = () => undefined): Ledger {
    const { blocks } = this;
    return {
      channel: 'test',
      member: 'ACME',
      height: async () => blocks.length,
      async *blocks(from: number) {
        for (const block of blocks.slice(from)) {
          before(block);
          yield block;
        }
      },
      submit: unused,
      evaluate: unused,
      evidence: unused,
      verify: unused,
      close: async () => undefined,
    };
  }
}

const unused = (): never => {
  throw new Error('not part of following a ledger');
};

function answerTo(records: readonly ActivityRecord[], transaction: string): unknown {
  return { count: records.length, owner: 'ACME', root: merkleRoot(records.map(idOf)), transaction };
}

/** Every fixture row that the records name, as a page carries them. */
function factorsOf(records: readonly ActivityRecord[]): ProvenRow[] {
  const named = new Set(records.flatMap((record) => record.factors ?? []));
  const rows = [2020, 2021, 2022, 2023, 2024].flatMap((year) => [gridRow(year), residualRow(year), lossRow(year)]);
  return rows
    .filter((row) => row !== undefined)
    .map(candidate)
    .filter(({ hash }) => named.has(hash))
    .map(({ release, row, index }) => ({ release, row, index, path: [] }));
}
