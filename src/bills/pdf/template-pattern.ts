import { ChannelError, isChannelError } from '../../emissions/index.ts';

/** What a pattern can take. `skip` takes anything and keeps nothing; `mark` is the sign of a read. */
const placeholders = ['start', 'end', 'days', 'quantity', 'unit', 'meter', 'account', 'total', 'mark', 'skip'] as const;
export type Placeholder = (typeof placeholders)[number];

// Each takes a bounded length, so that no text makes a pattern slow.
const TAKES: Readonly<Record<Placeholder, string>> = {
  start: '\\S.{0,38}?',
  end: '\\S.{0,38}?',
  days: '\\d{1,3}',
  quantity: "[-\\u2212]?\\d[\\d.,'\\u2019 \\u00a0\\u202f]{0,24}?",
  unit: '\\p{L}\\S{0,14}',
  meter: '[\\p{Lu}\\d][\\p{Lu}\\d./ -]{0,38}?',
  account: '[\\p{Lu}\\d][\\p{Lu}\\d./ -]{0,38}?',
  total: '.{0,24}?\\d.{0,8}?',
  mark: '\\p{L}{1,20}',
  skip: '.{0,80}?',
};
const MOST_PLACES = 6;

/** A text as printed, in which blanks, dashes and capitals may differ. */
function asPrinted(text: string): string {
  return text
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replace(/\s+/g, '\\s+')
    .replace(/[-\u2010-\u2015\u2212]/g, '[-\\u2010-\\u2015\\u2212]');
}

/** Finds a label at the start of a cell; a letter may not follow it. */
export function labelPattern(text: string): RegExp {
  return new RegExp(`^\\s*${asPrinted(text.trim())}(?!\\p{L})\\s*[:.]?\\s*`, 'iu');
}

/** True where the text stands somewhere in the other. */
export function stands(text: string, whole: string): boolean {
  return new RegExp(asPrinted(text.trim()), 'iu').test(whole);
}

/**
 * A pattern such as `{start} to {end} ({days} days)` for the whole of a text.
 * @throws {ChannelError} TEMPLATE_INVALID for a name that is none, for one that stands twice, and for too many
 */
export function valuePattern(pattern: string): {
  readonly names: readonly Placeholder[];
  match(text: string): Map<Placeholder, string> | undefined;
} {
  const names: Placeholder[] = [];
  const source = pattern
    .trim()
    .split(/(\{[^{}]*\})/)
    .map((part) => {
      const name = /^\{(.*)\}$/.exec(part)?.[1];
      if (name === undefined) return asPrinted(part);
      const place = placeholders.find((one) => one === name);
      if (place === undefined)
        throw invalid(pattern, `has {${name.slice(0, 20)}}, which is none of ${placeholders.join(', ')}`);
      if (place !== 'skip' && names.includes(place)) throw invalid(pattern, `has {${place}} twice`);
      names.push(place);
      return place === 'skip' ? TAKES.skip : `(?<${place}>${TAKES[place]})`;
    })
    .join('');
  if (names.length > MOST_PLACES) throw invalid(pattern, `has more than ${MOST_PLACES} places`);
  const compiled = new RegExp(`^\\s*${source}\\s*$`, 'iu');
  return {
    names,
    match(text) {
      const groups = compiled.exec(text.slice(0, 300))?.groups;
      if (groups === undefined && compiled.exec(text.slice(0, 300)) === null) return undefined;
      return new Map(Object.entries(groups ?? {}) as [Placeholder, string][]);
    },
  };
}

/** What is wrong with a pattern, in words; undefined where nothing is. */
export function patternFault(pattern: string): string | undefined {
  try {
    valuePattern(pattern);
    return undefined;
  } catch (error) {
    if (isChannelError(error)) return error.message;
    throw error;
  }
}

function invalid(pattern: string, message: string): ChannelError {
  return new ChannelError('TEMPLATE_INVALID', `the pattern '${pattern.slice(0, 60)}' ${message}`, { where: 'pattern' });
}
