import type { ReadOptions } from '../bill.ts';
import { applyTemplate } from './apply-template.ts';
import { doubtOf } from './doubtful-words.ts';
import { placeOf } from './labelled.ts';
import type { PageText } from './pdf-text.ts';
import type { LeftOut, PagesProposal, ProposedLine, Question } from './proposal.ts';
import { proposeByLabels } from './propose-bill.ts';
import { clearLines, type Line, linesOf } from './text-lines.ts';

/**
 * What the pages of a PDF seem to say. Meant for a process of its own: a template's patterns and pages full of labels can take any time.
 * @throws {ChannelError} TEMPLATE_UNFIT
 */
export function proposePages(pages: readonly PageText[], options: ReadOptions): PagesProposal {
  const doubt = doubtOf(pages, options.pick ?? []);
  const lines = linesOf(pages, doubt.answer === 'seen' ? 'seen' : 'unseen');
  const { proposed, questions, leftOut, beside } =
    doubt.open.length > 0 && options.template !== undefined ? NOTHING : proposalOf(clearLines(lines), options);
  return {
    lines: proposed,
    questions: [...doubt.open, ...questions],
    leftOut,
    beside,
    notes: [...notesOf(pages), ...overlaps(lines)],
  };
}

/** A template is not held against a bill of which words are missing: what does not fit would not be its fault. */
const NOTHING: ReturnType<typeof proposalOf> = { proposed: [], questions: [], leftOut: [], beside: [] };

function proposalOf(
  lines: readonly Line[],
  options: ReadOptions,
): {
  proposed: readonly ProposedLine[];
  questions: readonly Question[];
  leftOut: readonly LeftOut[];
  beside: readonly string[];
} {
  if (options.template !== undefined) {
    const { lines: proposed, questions } = applyTemplate(lines, options.template, options);
    return { proposed, questions, leftOut: [], beside: [] };
  }
  const { line, ...more } = proposeByLabels(lines, options);
  return { proposed: [line], ...more };
}

function overlaps(lines: readonly Line[]): string[] {
  return lines
    .filter(({ cells }) => cells.some(({ unclear }) => unclear))
    .map((line) => `${placeOf(line)}: words that lie on one another were not read`);
}

/** What of the pages was not read, so that nobody takes silence for nothing. */
function notesOf(pages: readonly PageText[]): string[] {
  return pages.flatMap((page, at) => {
    const note = (count: number, what: string) =>
      count === 0 ? [] : [`page ${at + 1}: ${count} word${count === 1 ? '' : 's'} ${what} not read`];
    return [
      ...note(page.unseen, 'that cannot be seen (invisible, covered, of the colour of the paper or off the page) were'),
      ...note(page.unreadable, 'whose letters the file does not tell were'),
      ...note(page.turned, 'written in another direction were'),
      ...(page.overlaid ? [`page ${at + 1}: form fields or notes lie over the page and were not read`] : []),
      ...(page.words.length > 0 && page.unlooked
        ? [`page ${at + 1}: a large picture was not looked at, and may cover text`]
        : []),
      ...(page.words.length === 0 && (page.pictures || page.unlooked)
        ? [`page ${at + 1}: a picture without text, not read`]
        : []),
    ];
  });
}
