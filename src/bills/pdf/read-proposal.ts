import { createHash } from 'node:crypto';
import type { ReadOptions } from '../bill.ts';
import { applyTemplate } from './apply-template.ts';
import { placeOf } from './labelled.ts';
import { type PageText, type PdfLimits, pdfLimits } from './pdf-text.ts';
import { type BillProposal, type LeftOut, type ProposedLine, proposalDigest, type Question } from './proposal.ts';
import { proposeByLabels } from './propose-bill.ts';
import { readPdf } from './read-pdf.ts';
import { clearLines, type Line, linesOf } from './text-lines.ts';

/**
 * What a PDF bill seems to say: by a template where one is given, else by the labels on it. A template that does not fit is refused.
 * @throws {ChannelError} as `readPdf`; TEMPLATE_UNFIT
 */
export async function readProposal(
  body: AsyncIterable<Uint8Array>,
  options: ReadOptions,
  limits: PdfLimits = pdfLimits,
): Promise<BillProposal> {
  const data = await bytesOf(body, limits.bytes);
  const file = createHash('sha256').update(data).digest('hex');
  const pages = await readPdf(data, limits);
  const lines = linesOf(pages);
  const { proposed, questions, leftOut } = proposalOf(clearLines(lines), options);
  const ready = proposed.flatMap((one) => one.line ?? []);
  return {
    ...{ format: 'uec-bill-proposal/1', file, template: options.template?.name ?? null, pages: pages.length },
    ...{ lines: proposed, questions, leftOut, notes: [...notesOf(pages), ...overlaps(lines)] },
    digest: questions.length === 0 && ready.length === proposed.length ? proposalDigest(file, ready) : null,
  };
}

/** A line of a page with its cells, as a template's labels and columns are looked for. */
export interface PageLine {
  readonly where: string;
  readonly cells: readonly string[];
}

/** The text of a PDF by lines and cells: what a template is written from. */
export async function readPageLines(body: AsyncIterable<Uint8Array>): Promise<readonly PageLine[]> {
  return linesOf(await readPdf(await bytesOf(body, pdfLimits.bytes))).map((line) => ({
    where: placeOf(line),
    cells: line.cells.map(({ text }) => text),
  }));
}

/** No more than one piece above what a PDF may have: what is longer is refused by its length. */
async function bytesOf(body: AsyncIterable<Uint8Array>, most: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of body) {
    pieces.push(piece);
    length += piece.length;
    if (length > most) break;
  }
  return Buffer.concat(pieces);
}

function proposalOf(
  lines: readonly Line[],
  options: ReadOptions,
): { proposed: readonly ProposedLine[]; questions: readonly Question[]; leftOut: readonly LeftOut[] } {
  if (options.template !== undefined) {
    const { lines: proposed, questions } = applyTemplate(lines, options.template, options);
    return { proposed, questions, leftOut: [] };
  }
  const { line, questions, leftOut } = proposeByLabels(lines, options);
  return { proposed: [line], questions, leftOut };
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
