import type { RecordFacts } from '../src/channel/index.ts';
import {
  type Candidate,
  type ChosenSlice,
  calculate,
  chooseFactors,
  defaultPolicy,
  defined,
  energyOf,
  parseSpan,
  placeChain,
} from '../src/emissions/index.ts';
import { MemoryFactorStore } from '../src/factors/index.ts';
import { compared, type Report } from './figure.ts';
import { loadReleases, pageFacts } from './records.ts';
import { alternated } from './timing.ts';

const PAGES = 20;

interface Question {
  readonly facts: RecordFacts;
  readonly candidates: readonly Candidate[];
}

/** Choosing the factors and calculating, in the pure core on one thread; beside it the calculation alone. */
export async function benchCalculation(report: Report): Promise<void> {
  const questions = await makeQuestions();
  const chosen = questions.map((question) => ({ ...question, slices: choose(question) }));
  const times = await alternated(
    7,
    () => {
      for (const question of questions) calculateLine(question.facts, choose(question));
    },
    () => {
      for (const { facts, slices } of chosen) calculateLine(facts, slices);
    },
  );
  report(
    compared({
      name: 'calculation.lines',
      value: questions.length / times.ours,
      unit: 'lines/s',
      against: { what: 'the calculation without the choice', value: questions.length / times.theirs },
    }),
  );
}

// The candidates are read before: reading a store is not the core's.
async function makeQuestions(): Promise<Question[]> {
  const store = new MemoryFactorStore();
  for (const release of loadReleases()) await store.importRelease(release);
  const known = new Map<string, readonly Candidate[]>();
  const questions: Question[] = [];
  for (const facts of Array.from({ length: PAGES }, (_, page) => pageFacts(page * 3 + 1)).flat()) {
    const { commodity, place } = facts;
    const key = JSON.stringify([commodity, place]);
    const candidates = known.get(key) ?? (await store.candidates({ commodity, places: placeChain(place) }));
    known.set(key, candidates);
    questions.push({ facts, candidates });
  }
  return questions;
}

function choose({ facts, candidates }: Question): ChosenSlice[] {
  const { commodity, place, start, end } = facts;
  return chooseFactors({ commodity, place, span: parseSpan(start, end), policy: defaultPolicy }, candidates);
}

function calculateLine(facts: RecordFacts, slices: readonly ChosenSlice[]): unknown {
  const { micro, unit } = energyOf(facts);
  return calculate({
    flow: facts.flow,
    micro,
    unit,
    electricity: facts.commodity === 'electricity',
    place: facts.place,
    gwp: facts.gwp,
    slices: slices.map(({ span, main, residual, losses }) =>
      defined({ span, main: main.row, residual: residual?.row, losses: losses?.row }),
    ),
  });
}
