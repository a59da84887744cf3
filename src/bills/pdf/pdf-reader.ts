import { ChannelError } from '../../emissions/index.ts';
import type { BillItem, BillReader, BillWarning, ReadOptions } from '../bill.ts';
import { pdfHeaderAt } from './pdf-body.ts';
import type { BillProposal } from './proposal.ts';
import { readProposal } from './read-proposal.ts';

/**
 * PDF bills. What one says is proposed, and its lines are given only where a person has confirmed the proposal by its digest, or where nothing
 * is recorded (`unconfirmed`).
 */
export const pdfReader: BillReader = {
  format: 'pdf',
  recognises: (head) => pdfHeaderAt(head) === 0,
  read: readPdfBill,
};

/** The same for files with something before their header; other readers are asked before it. */
export const latePdfReader: BillReader = { ...pdfReader, recognises: (head) => pdfHeaderAt(head) > 0 };

/** True for the first bytes of a PDF. */
export function isPdf(head: Uint8Array): boolean {
  return pdfHeaderAt(head) >= 0;
}

async function* readPdfBill(body: AsyncIterable<Uint8Array>, options: ReadOptions): AsyncGenerator<BillItem> {
  const proposal = await readProposal(body, options);
  const { digest } = proposal;
  if (digest === null) throw openProposal(proposal);
  const isConfirmed = options.confirm?.includes(digest) === true;
  if (options.unconfirmed !== true && !isConfirmed) throw unconfirmed(options);
  const warnings: BillWarning[] = proposal.notes.map((message) => ({ code: 'PAGE_PARTS_UNREAD', message }));
  warnings.push(...proposal.beside.map((message) => ({ code: 'BILL_HAS_MORE' as const, message })));
  if (!isConfirmed)
    warnings.push({ code: 'BILL_PROPOSED', message: `proposed from a PDF; recorded with --confirm ${digest}` });
  for (const { line } of proposal.lines) if (line !== undefined) yield { line: { ...line, warnings } };
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
    'what would be recorded of the PDF is not what was confirmed: the file, the template, the place or another option differs',
  );
}
