import type { Rates, Ratio } from '../emissions/index.ts';
import { reduced } from '../emissions/index.ts';
import type { ActivityRecord, RecordSlice } from './record.ts';

/**
 * Figures of a result with the same factors, slice by slice, such as a gas by both methods: they are the same figure. Where they
 * stand among the values that may differ.
 */
export interface PlannedFigure {
  readonly factors: readonly Ratio[];
  readonly totals: readonly number[];
  /** Of each slice; none where the record has one slice. */
  readonly slices: readonly (readonly number[])[];
}

/** The text of a record with a gap for each value that may differ between records of its kind. Numbers are positions of gaps. */
export interface PlanTemplate {
  /** Texts before, between and after the gaps. */
  readonly literals: readonly string[];
  readonly start: number;
  readonly end: number;
  readonly quantity: number;
  readonly energy: number;
  readonly meter: number;
  readonly readBasis: number;
  readonly hashes: readonly number[];
  /** Of a record of several slices: where the first begins and the last ends, and each one's energy. */
  readonly cuts?: { readonly start: number; readonly end: number; readonly shares: readonly number[] };
  readonly figures: readonly PlannedFigure[];
}

type Result = Readonly<Record<string, string>>;

const resultNames = ['emissions', 'location', 'losses', 'market'] as const;
const figureNames: ReadonlySet<string> = new Set(['co2e', 'co2', 'ch4', 'n2o', 'kWh']);
// No text of a record holds this character.
const MARK = '\u0001';
const MARK_TEXT = JSON.stringify(MARK);

/** The template of a record that was read from its canonical text and accepted, with several slices or one. */
export function planTemplate(record: ActivityRecord, rates: Rates): PlanTemplate {
  const gaps = new Map<string, number>();
  const marked = markedAt(record, '', gapsOf(record), gaps);
  const pieces = JSON.stringify(marked).split(MARK_TEXT);
  const last = pieces.length - 1;
  const literals = pieces.map((piece, at) => `${at === 0 ? '' : '"'}${piece}${at === last ? '' : '"'}`);
  const at = (path: string) => gaps.get(path) as number;
  const count = record.slices?.length ?? 0;
  const ofSlices = (path: string) =>
    count > 1 ? Array.from({ length: count }, (_, n) => at(`/slices/${n}${path}`)) : [];
  return {
    literals,
    start: at('/start'),
    end: at('/end'),
    quantity: at('/quantity'),
    energy: at('/energy'),
    meter: at('/meter'),
    readBasis: at('/readBasis'),
    hashes: ['/evidence/document', '/evidence/fields'].filter((path) => gaps.has(path)).map(at),
    ...(count > 1
      ? { cuts: { start: at('/slices/0/start'), end: at(`/slices/${count - 1}/end`), shares: ofSlices('/energy') } }
      : {}),
    figures: merged(
      figuresOf(record).map(([name, figure]) => ({
        factors: factorsOf(rates, name, figure),
        totals: [at(`/${name}/${figure}`)],
        slices: ofSlices(`/${name}/${figure}`).map((gap) => [gap]),
      })),
    ),
  };
}

function merged(figures: readonly PlannedFigure[]): PlannedFigure[] {
  const distinct = new Map<string, PlannedFigure>();
  for (const figure of figures) {
    const key = figure.factors.map(({ num, den }) => `${num}/${den}`).join();
    const same = distinct.get(key);
    distinct.set(
      key,
      same === undefined
        ? figure
        : {
            factors: same.factors,
            totals: [...same.totals, ...figure.totals],
            slices: same.slices.map((gaps, at) => [...gaps, ...(figure.slices[at] as readonly number[])]),
          },
    );
  }
  return [...distinct.values()];
}

function figuresOf(record: ActivityRecord | RecordSlice): [name: (typeof resultNames)[number], figure: string][] {
  return resultNames.flatMap((name) =>
    Object.keys((record[name] as Result | undefined) ?? {})
      .filter((field) => figureNames.has(field))
      .map((field): [typeof name, string] => [name, field]),
  );
}

function factorsOf(rates: Rates, name: (typeof resultNames)[number], figure: string): Ratio[] {
  const found = name === 'market' ? rates.market?.rows : name === 'losses' ? rates.losses : rates.main;
  return (found ?? []).map((row) => reduced((row as unknown as Record<string, Ratio>)[figure] as Ratio));
}

/** Paths of the values that may differ. */
function gapsOf(record: ActivityRecord): ReadonlySet<string> {
  const paths = [
    '/start',
    '/end',
    '/quantity',
    '/energy',
    '/meter',
    '/readBasis',
    '/evidence/document',
    '/evidence/fields',
  ];
  for (const [name, figure] of figuresOf(record)) paths.push(`/${name}/${figure}`);
  const slices = record.slices ?? [];
  if (slices.length > 1) {
    paths.push('/slices/0/start', `/slices/${slices.length - 1}/end`);
    slices.forEach((slice, n) => {
      paths.push(`/slices/${n}/energy`);
      for (const [name, figure] of figuresOf(slice)) paths.push(`/slices/${n}/${name}/${figure}`);
    });
  }
  return new Set(paths);
}

/** The value with a mark at each path, whose positions are noted in the order of the text. */
function markedAt(value: unknown, path: string, marks: ReadonlySet<string>, found: Map<string, number>): unknown {
  if (marks.has(path)) {
    found.set(path, found.size);
    return MARK;
  }
  if (typeof value !== 'object' || value === null) return value;
  const inner = Object.entries(value).map(([name, member]) => [
    name,
    markedAt(member, `${path}/${name}`, marks, found),
  ]);
  return Array.isArray(value) ? inner.map(([, member]) => member) : Object.fromEntries(inner);
}
