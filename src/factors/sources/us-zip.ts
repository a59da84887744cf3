import { cell, type FigureFolders, type Figures, readFigures } from './figures.ts';

const FIRST_LINE = 'uec-us-places 1';

/**
 * The text of factors/us-places.txt, from EPA Power Profiler's table of ZIP, state, utility, subregion and predominant flag.
 * Section `services`: one line a distinct set of utilities, `state utility:subregion ...`, the predominant one first. Section
 * `zips`: `first-last service` for neighbouring ZIPs with one service. Section `utilities`: `id state:subregion:zips ...`.
 */
export function usPlaces(folders: FigureFolders): string {
  const lines = readFigures(`${folders.data}/original/us_epa/power_profiler`, 'zip.csv');
  const services = new Map<string, number>();
  const runs: { first: string; last: string; service: number }[] = [];
  for (const [zip, group] of Map.groupBy(lines, (line) => cell(line, 'zip'))) {
    const service = numberOf(services, serviceOf(zip, group));
    const run = runs.at(-1);
    if (run !== undefined && zip <= run.last) throw new Error(`zip.csv: ZIP ${zip} stands out of order`);
    if (run?.service === service && Number(zip) === Number(run.last) + 1) run.last = zip;
    else runs.push({ first: zip, last: zip, service });
  }
  return [
    FIRST_LINE,
    'services',
    ...services.keys(),
    'zips',
    ...runs.map(({ first, last, service }) => `${first === last ? first : `${first}-${last}`} ${service}`),
    'utilities',
    ...utilitiesOf(folders, lines),
    '',
  ].join('\n');
}

function serviceOf(zip: string, group: readonly Figures[]): string {
  const states = new Set(group.map((line) => cell(line, 'state')));
  const predominant = group.filter((line) => cell(line, 'Predominant Utility') === '1');
  const [first] = predominant;
  if (states.size !== 1 || predominant.length !== 1 || first === undefined) {
    throw new Error(`zip.csv: ZIP ${zip} has ${states.size} states and ${predominant.length} predominant utilities`);
  }
  const others = group.filter((line) => line !== first).map(pair);
  others.sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10));
  return [cell(first, 'state'), pair(first), ...others].join(' ');
}

/** Puerto Rico's lines have no utility number: theirs is `0`, which no utility has. */
function pair(line: Figures): string {
  return `${cell(line, 'eiaid') || '0'}:${cell(line, 'SUBRGN')}`;
}

function numberOf(services: Map<string, number>, service: string): number {
  const known = services.get(service);
  if (known !== undefined) return known;
  services.set(service, services.size);
  return services.size - 1;
}

/** Counted from the same table and held against the published count, so that either file's slip is found. */
function utilitiesOf(folders: FigureFolders, lines: readonly Figures[]): string[] {
  const counts = new Map<string, number>();
  for (const line of lines) {
    const key = `${cell(line, 'eiaid')} ${cell(line, 'state')}:${cell(line, 'SUBRGN')}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const utilities = new Map<string, string[]>();
  for (const line of readFigures(`${folders.data}/factors`, 'map_us_utility_subregion.csv')) {
    const id = cell(line, 'eia_utility_id');
    const where = `${cell(line, 'state')}:${cell(line, 'egrid_subregion')}`;
    const count = Number(cell(line, 'zip_count'));
    if (counts.get(`${id} ${where}`) !== count) throw new Error(`utility ${id} in ${where}: the two tables differ`);
    counts.delete(`${id} ${where}`);
    if (id !== '') utilities.set(id, [...(utilities.get(id) ?? []), `${where}:${count}`]);
  }
  if (counts.size > 0) throw new Error(`${counts.size} utilities stand in zip.csv alone`);
  return [...utilities].sort(([a], [b]) => Number(a) - Number(b)).map(([id, where]) => `${id} ${where.join(' ')}`);
}
