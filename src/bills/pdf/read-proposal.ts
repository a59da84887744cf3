import { sha256 } from '../../emissions/index.ts';
import type { ReadOptions } from '../bill.ts';
import { placeOf } from './labelled.ts';
import { type PdfLimits, pdfLimits } from './pdf-text.ts';
import { type BillProposal, proposalDigest } from './proposal.ts';
import { proposePdf, readPdf } from './read-pdf.ts';
import { linesOf } from './text-lines.ts';

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
  const file = sha256(data);
  const { pages, ...proposed } = await proposePdf(data, options, limits);
  const ready = proposed.lines.flatMap((one) => one.line ?? []);
  const whole = proposed.questions.length === 0 && ready.length === proposed.lines.length;
  return {
    ...{ format: 'uec-bill-proposal/1', file, template: options.template?.name ?? null, pages, ...proposed },
    digest: whole ? proposalDigest(file, ready) : null,
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
