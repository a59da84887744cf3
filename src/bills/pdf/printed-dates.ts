/** A date as it is printed. */
export interface PrintedDate {
  readonly printed: string;
  /** With an English month, where it names one: what `dateShape` reads. */
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

export interface PrintedRange {
  readonly start: PrintedDate;
  readonly end: PrintedDate;
  readonly printed: string;
  readonly from: number;
}

/** Names of the months in English, German, French and Spanish, with the short forms that bills use. */
const MONTHS: readonly (readonly [english: string, names: string])[] = [
  ['Jan', 'jan(?:uary|uar|vier|v)?|jän(?:ner)?|ene(?:ro)?'],
  ['Feb', 'feb(?:ruary|ruar|rero)?|f[ée]v(?:r|rier)?'],
  ['Mar', 'mar(?:ch|zo|s)?|m[äa]rz|mrz'],
  ['Apr', 'apr(?:il)?|avr(?:il)?|abr(?:il)?'],
  ['May', 'mayo?|mai'],
  ['Jun', 'jun(?:e|io|i)?|juin'],
  ['Jul', 'jul(?:y|io|i)?|juil(?:let)?'],
  ['Aug', 'aug(?:ust)?|ao[uû]t|ago(?:sto)?'],
  ['Sep', 'sep(?:tember|tembre|tiembre|t)?'],
  ['Oct', 'oct(?:ober|obre)?|okt(?:ober)?'],
  ['Nov', 'nov(?:ember|embre|iembre)?'],
  ['Dec', 'dec(?:ember)?|dez(?:ember)?|d[ée]c(?:embre)?|dic(?:iembre)?'],
];
const MONTH = `(?<month>${MONTHS.map(([, names]) => names).join('|')})`;
const NUMERIC = /(?<![\d./-])(?:\d{1,2}([./-])\d{1,2}\1(?:\d{4}|\d{2})|\d{4}([./-])\d{1,2}\2\d{1,2})(?![\d/-]|\.\d)/gu;
const DAY_FIRST = new RegExp(
  `(?<![\\d\\p{L}])(?<day>\\d{1,2})(?:st|nd|rd|th|er|\\.|º)?[ -](?:de )?${MONTH}\\.?,?[ -](?:del? )?(?<year>\\d{4})(?!\\d)`,
  'giu',
);
const MONTH_FIRST = new RegExp(
  `(?<!\\p{L})${MONTH}\\.?[ -](?<day>\\d{1,2})(?:st|nd|rd|th)?,? ?(?<year>\\d{4})(?!\\d)`,
  'giu',
);
/** A date without a year, before the date that has it. */
const NO_YEAR_DAY = new RegExp(
  `(?<![\\d\\p{L}])(?<day>\\d{1,2})(?:st|nd|rd|th|er|\\.|º)?[ -](?:de )?${MONTH}\\.?$`,
  'iu',
);
const NO_YEAR_MONTH = new RegExp(`(?<!\\p{L})${MONTH}\\.? (?<day>\\d{1,2})(?:st|nd|rd|th)?$`, 'iu');
const NO_YEAR_DOTS = /(?<![\d.])(?<day>\d{1,2})\.(?<number>\d{1,2})\.$/u;
const BETWEEN = /^,?\s*(?:-|–|—|−|to|through|thru|until|till|and|bis(?: zum)?|au|al|a|hasta(?: el)?|y)\s*$/iu;

/** The dates of a text, in order. */
export function datesIn(text: string): PrintedDate[] {
  const found: PrintedDate[] = [];
  for (const match of text.matchAll(NUMERIC))
    found.push({ printed: match[0], text: match[0], from: match.index, to: match.index + match[0].length });
  for (const pattern of [DAY_FIRST, MONTH_FIRST]) {
    for (const match of text.matchAll(pattern)) {
      const [from, to] = [match.index, match.index + match[0].length];
      if (found.some((one) => one.from < to && from < one.to)) continue;
      const { day = '', month = '', year = '' } = match.groups ?? {};
      found.push({ printed: match[0], text: `${day} ${english(month)} ${year}`, from, to });
    }
  }
  return found.toSorted((a, b) => a.from - b.from);
}

/** Two dates of a text with a word or dash for "to" between them; the first may leave out the year. */
export function rangesIn(text: string): PrintedRange[] {
  const dates = datesIn(text);
  return dates.flatMap((end, at): PrintedRange[] => {
    const before = dates[at - 1];
    const start =
      before !== undefined && BETWEEN.test(text.slice(before.to, end.from)) ? before : withoutYear(text, end);
    if (start === undefined) return [];
    return [{ start, end, printed: text.slice(start.from, end.to), from: start.from }];
  });
}

function withoutYear(text: string, end: PrintedDate): PrintedDate | undefined {
  const year = Number(/\d{4}$/.exec(end.text)?.[0]);
  if (!(year > 0)) return undefined;
  const head = text.slice(0, end.from);
  const word = /(?:\s*(?:-|–|—|−)\s*|\s+(?:to|through|thru|until|till|bis|au|al|a|hasta)\s+)$/iu.exec(head);
  if (word === null) return undefined;
  const first = head.slice(0, word.index);
  const dots = NO_YEAR_DOTS.exec(first);
  const named = NO_YEAR_MONTH.exec(first) ?? NO_YEAR_DAY.exec(first);
  const match = dots ?? named;
  if (match === null) return undefined;
  const { day = '', month = '', number = '' } = match.groups ?? {};
  const monthNumber = dots === null ? numberOf(english(month)) : Number(number);
  const endNumber = dots === null ? numberOf(end.text.split(' ')[1] ?? '') : Number(end.text.split('.')[1]);
  if (!(monthNumber > 0 && endNumber > 0)) return undefined;
  // A period that runs over the new year begins in the year before the one that is printed.
  const own = monthNumber > endNumber ? year - 1 : year;
  const written = dots === null ? `${day} ${english(month)} ${own}` : `${day}.${number}.${own}`;
  return { printed: match[0], text: written, from: match.index, to: match.index + match[0].length };
}

function english(month: string): string {
  return MONTHS.find(([, names]) => new RegExp(`^(?:${names})$`, 'iu').test(month))?.[0] ?? '';
}

function numberOf(month: string): number {
  return MONTHS.findIndex(([name]) => name === month) + 1;
}
