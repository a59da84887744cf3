import { ChannelError } from '../../emissions/index.ts';
import type { BillItem, BillReader, BillWarning, ReadOptions } from '../bill.ts';
import { pdfLimits } from './pdf-text.ts';
import type { BillProposal } from './proposal.ts';
import { readProposal } from './read-proposal.ts';

/** A header may stand a little into the file (ISO 32000-1, annex H.3.4.1). */
const HEADER_WITHIN = 1_024;

/**
 * PDF bills. What one says is proposed, and its lines are given only where a person has confirmed the proposal by its digest, or where nothing
 * is recorded (`unconfirmed`).
 */
export const pdfReader: BillReader = {
  format: 'pdf',
  recognises: (head) => headerAt(head) === 0,
  read: readPdfBill,
};

/** The same for files with something before their header; other readers are asked before it. */
export const latePdfReader: BillReader = { ...pdfReader, recognises: (head) => headerAt(head) > 0 };

/** True for the first bytes of a PDF. */
export function isPdf(head: Uint8Array): boolean {
  return headerAt(head) >= 0;
}

function headerAt(head: Uint8Array): number {
  return Buffer.from(head.subarray(0, HEADER_WITHIN))
    .toString('latin1')
    .search(/%PDF-\d/);
}

async function* readPdfBill(body: AsyncIterable<Uint8Array>, options: ReadOptions): AsyncGenerator<BillItem> {
  const proposal = await readProposal(await bytesOf(body), options);
  const { digest } = proposal;
  if (digest === null) throw openProposal(proposal);
  if (options.unconfirmed !== true && options.confirm?.includes(digest) !== true) throw unconfirmed(options);
  const warnings: BillWarning[] = proposal.notes.map((message) => ({ code: 'PAGE_PARTS_UNREAD', message }));
  if (options.unconfirmed === true)
    warnings.push({ code: 'BILL_PROPOSED', message: `proposed from a PDF; recorded with --confirm ${digest}` });
  for (const { line } of proposal.lines) if (line !== undefined) yield { line: { ...line, warnings } };
}

/** A little more than a PDF may have: what is longer is refused by its length. */
async function bytesOf(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of body) {
    pieces.push(piece);
    length += piece.length;
    if (length > pdfLimits.bytes) break;
  }
  return Buffer.concat(pieces);
}

function openProposal({ questions }: BillProposal): ChannelError {
  const count = questions.length;
  return new ChannelError('PROPOSAL_OPEN', `the PDF leaves ${count} question${count === 1 ? '' : 's'} open`, {
    problems: questions.map(({ field, code, question, fix }) => ({ code, message: question, where: field, fix })),
  });
}

function unconfirmed({ confirm = [] }: ReadOptions): ChannelError {
  if (confirm.length === 0)
    return new ChannelError(
      'PROPOSAL_UNCONFIRMED',
      'a PDF bill is recorded only when a person has compared what was read of it with the bill',
    );
  return new ChannelError(
    'PROPOSAL_UNCONFIRMED',
    'what is read of the PDF is not what was confirmed: the file, the template or an option is another',
  );
}
