import type { ReadOptions } from '../bill.ts';
import { placeOf } from './labelled.ts';
import { type PdfLimits, pdfLimits } from './pdf-text.ts';
import { type BillProposal, PROPOSAL_FORMAT, proposalDigest, type Question, type ToldBeside } from './proposal.ts';
import { type AskPdf, proposePdf, readPdf } from './read-pdf.ts';
import { linesOf } from './text-lines.ts';

/**
 * What a PDF bill seems to say: by a template where one is given, else by the labels on it. A template that does not fit is refused.
 * @throws {ChannelError} as `readPdf`; TEMPLATE_UNFIT
 */
export async function readProposal(
  body: AsyncIterable<Uint8Array>,
  options: ReadOptions,
  limits: PdfLimits = pdfLimits,
  ask?: AskPdf,
): Promise<BillProposal> {
  const { pages, file, ...proposed } = await proposePdf(body, options, limits, ask);
  const ready = proposed.lines.flatMap((one) => one.line ?? []);
  const told = toldBeside(options);
  const questions = [...proposed.questions, ...openPlace(told)];
  const whole = questions.length === 0 && ready.length === proposed.lines.length;
  return {
    ...{ format: PROPOSAL_FORMAT, file, template: options.template?.name ?? null, pages, told, ...proposed, questions },
    digest: whole ? proposalDigest(file, ready, told) : null,
  };
}

function toldBeside({ zone, recorded: { place = {}, gwp = 'publisher' } = {} }: ReadOptions): ToldBeside {
  return { place, zone: zone ?? null, gwp };
}

/** A bill says to whom it is sent and not where the meter is; without a country no line can be recorded. */
function openPlace({ place: { country, subdivision, zip, utilityId } }: ToldBeside): Question[] {
  if ([country, subdivision, zip, utilityId].some((one) => one !== undefined)) return [];
  const fix = 'Give --country, such as --country DE; for the US --zip alone is enough.';
  const question = 'nothing says in which country the energy was used';
  return [{ field: 'place', code: 'PLACE_INVALID', question, fix, choices: [] }];
}

/** A line of a page with its cells, as a template's labels and columns are looked for. */
export interface PageLine {
  readonly where: string;
  readonly cells: readonly string[];
}

/** The text of a PDF by lines and cells: what a template is written from. */
export async function readPageLines(body: AsyncIterable<Uint8Array>): Promise<readonly PageLine[]> {
  return linesOf(await readPdf(body), 'seen').map((line) => ({
    where: placeOf(line),
    cells: line.cells.map(({ text }) => text),
  }));
}
