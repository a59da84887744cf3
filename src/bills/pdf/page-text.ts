import type { DrawnWord } from './painted-page.ts';
import type { PageText, Word } from './pdf-text.ts';

type Size = Pick<PageText, 'width' | 'height'>;
type Turns = 0 | 1 | 2 | 3;

/** A word's ends and baseline on a page that is turned back by quarter turns. */
const TURNED: readonly ((word: DrawnWord, size: Size) => Pick<Word, 'left' | 'right' | 'baseline'>)[] = [
  ({ left, right, baseline }) => ({ left, right, baseline }),
  ({ box, left }, { width }) => ({ left: box.top, right: box.bottom, baseline: width - left }),
  ({ left, right, baseline }, { width, height }) => ({
    left: width - left,
    right: width - right,
    baseline: height - baseline,
  }),
  ({ box, left }, { height }) => ({ left: height - box.bottom, right: height - box.top, baseline: left }),
];

/** What the page shows, upright: in the direction in which most of its letters run. The rest is counted, not given. */
export function pageText(
  drawn: readonly DrawnWord[],
  { width, height }: Size,
  page: Pick<PageText, 'pictures' | 'unlooked' | 'overlaid'>,
): PageText {
  const seen = drawn.filter((word) => word.seen !== 'unseen');
  const readable = seen.filter((word) => word.readable);
  const turns = mostTurns(readable);
  const upright = readable.filter((word) => word.turns === turns);
  const size = { width, height };
  return {
    ...(turns % 2 === 0 ? size : { width: height, height: width }),
    ...page,
    words: upright.map((word) => ({
      ...{ text: word.text, size: word.size, ...placed(word, turns, size) },
      ...((word.seen === 'doubtful' || page.unlooked) && { doubtful: true as const }),
    })),
    unseen: drawn.length - seen.length,
    unreadable: seen.length - readable.length,
    turned: readable.length - upright.length,
  };
}

function placed(word: DrawnWord, turns: Turns, size: Size): Pick<Word, 'left' | 'right' | 'baseline'> {
  return (TURNED[turns] as (typeof TURNED)[number])(word, size);
}

function mostTurns(words: readonly DrawnWord[]): Turns {
  const letters = [0, 0, 0, 0];
  for (const { turns, text } of words) if (turns !== undefined) letters[turns] = (letters[turns] ?? 0) + text.length;
  return letters.indexOf(Math.max(...letters)) as Turns;
}
