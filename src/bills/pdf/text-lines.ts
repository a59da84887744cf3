import type { PageText, Word } from './pdf-text.ts';

/** Words that stand together, with a wide gap on either side: a label, a value, a column of a table. */
export interface Cell {
  readonly text: string;
  readonly left: number;
  readonly right: number;
  readonly size: number;
  /** True where words lie on one another: what is read there may not be what is seen. */
  readonly unclear: boolean;
}

export interface Line {
  /** From 1. */
  readonly page: number;
  /** From 1, from the top of its page. */
  readonly number: number;
  readonly baseline: number;
  readonly size: number;
  readonly cells: readonly Cell[];
  readonly text: string;
}

/** As parts of the letters' size. */
const SAME_LINE = 0.35;
const RAISED = 0.6;
const NO_GAP = 0.12;
const COLUMN_GAP = 1;
const SMALLER = 0.8;

/**
 * The lines of all pages in reading order, each parted into cells where it has wide gaps. Words of which it is doubtful whether they are
 * seen are left out, unless somebody looked and `doubtful` says that they are.
 */
export function linesOf(pages: readonly PageText[], doubtful: 'seen' | 'unseen' = 'unseen'): readonly Line[] {
  const words = (page: PageText) =>
    doubtful === 'seen' ? page.words : page.words.filter((word) => word.doubtful !== true);
  return pages.flatMap((page, at) => pageLines(words(page), at + 1));
}

/** The lines without the cells in which words lie on one another: what is read there may not be what is seen. */
export function clearLines(lines: readonly Line[]): readonly Line[] {
  return lines.map((line) => {
    if (!line.cells.some(({ unclear }) => unclear)) return line;
    const cells = line.cells.filter(({ unclear }) => !unclear);
    return { ...line, cells, text: textOf(cells) };
  });
}

function textOf(cells: readonly Cell[]): string {
  return cells.map(({ text }) => text).join('  ');
}

interface Draft {
  baseline: number;
  size: number;
  readonly words: Word[];
}

function pageLines(words: readonly Word[], page: number): Line[] {
  const drafts: Draft[] = [];
  // Large letters first: a raised sign joins the line of the letters that it belongs to.
  for (const word of words.toSorted((a, b) => a.baseline - b.baseline || b.size - a.size)) {
    const line = drafts.findLast((one) => isOnLine(word, one));
    if (line === undefined) drafts.push({ baseline: word.baseline, size: word.size, words: [word] });
    else {
      line.words.push(word);
      if (word.size > line.size) Object.assign(line, { baseline: word.baseline, size: word.size });
    }
  }
  return drafts
    .toSorted((a, b) => a.baseline - b.baseline)
    .map(({ baseline, size, words: found }, at) => {
      const cells = cellsOf(once(found), { baseline, size });
      return { page, number: at + 1, baseline, size, cells, text: textOf(cells) };
    });
}

function isOnLine(word: Word, line: Draft): boolean {
  const away = word.baseline - line.baseline;
  const least = Math.min(word.size, line.size);
  if (Math.abs(away) <= SAME_LINE * least) return true;
  const isScript = word.size < SMALLER * line.size && away < 0 && -away <= RAISED * line.size;
  const holdsScript = line.size < SMALLER * word.size && away > 0 && away <= RAISED * word.size;
  return isScript || holdsScript;
}

/** Bold letters are sometimes the same text, drawn twice. */
function once(words: readonly Word[]): readonly Word[] {
  const kept: Word[] = [];
  for (const word of words.toSorted((a, b) => a.left - b.left)) {
    const near = 0.15 * word.size;
    const isTwin = (one: Word) =>
      one.text === word.text && Math.abs(one.left - word.left) < near && Math.abs(one.baseline - word.baseline) < near;
    if (!kept.slice(-8).some(isTwin)) kept.push(word);
  }
  return kept;
}

type MutableCell = { -readonly [K in keyof Cell]: Cell[K] };

function cellsOf(words: readonly Word[], line: Pick<Draft, 'baseline' | 'size'>): Cell[] {
  const cells: MutableCell[] = [];
  for (const word of words) {
    const cell = cells.at(-1);
    if (isRaised(word, line)) joinRaised(cell, word);
    else if (cell === undefined || word.left - cell.right >= COLUMN_GAP * Math.min(cell.size, word.size)) {
      const { text, left, right, size } = word;
      cells.push({ text, left, right, size, unclear: false });
    } else join(cell, word);
  }
  return cells;
}

/** The sign of a square or cubic unit belongs to it; any other raised sign points to a note. */
function joinRaised(cell: MutableCell | undefined, { text, right }: Word): void {
  if (cell === undefined || !/(?:^|[^a-z])(?:[cdk]?m|ft)$/i.test(cell.text) || !/^[23]$/.test(text)) return;
  cell.text += text;
  cell.right = right;
}

function join(cell: MutableCell, word: Word): void {
  const least = Math.min(cell.size, word.size);
  const over = cell.right - word.left;
  cell.unclear ||= over > 0.5 * Math.min(word.right - word.left, cell.right - cell.left) && over > 0.3 * least;
  cell.text += (-over < NO_GAP * least ? '' : ' ') + word.text;
  cell.right = Math.max(cell.right, word.right);
  cell.size = Math.max(cell.size, word.size);
}

function isRaised({ baseline, size }: Word, line: Pick<Draft, 'baseline' | 'size'>): boolean {
  return size < SMALLER * line.size && line.baseline - baseline > 0.2 * line.size;
}
