import { canonical, type ErrorCode, type GwpChoice, sha256 } from '../../emissions/index.ts';
import type { BillLine, PlaceHint } from '../bill.ts';

/** What is proposed of a bill. `days` and `total` serve for checking and go into no record. */
export type FieldName =
  | 'commodity'
  | 'start'
  | 'end'
  | 'end_convention'
  | 'quantity'
  | 'unit'
  | 'meter'
  | 'account'
  | 'read_basis'
  | 'place'
  | 'covered'
  | 'days'
  | 'total';

export type Confidence = 'told' | 'high' | 'medium' | 'low';

/** A value with where it is printed and why it was taken. */
export interface Found {
  /** As it would be recorded. */
  readonly value: string;
  /** As it stands on the page; absent where it was told. */
  readonly printed?: string;
  /** `page 1, line 12`; absent where it was told. */
  readonly where?: string;
  readonly why: string;
  readonly confidence: Confidence;
}

/** One of several values of which none was chosen, with what picks it: `--pick quantity:2`. */
export interface Choice extends Found {
  readonly pick: string;
}

/** What keeps a proposal from being a bill, and what would answer it. */
export interface Question {
  readonly field: FieldName;
  readonly code: ErrorCode;
  readonly question: string;
  readonly fix: string;
  readonly choices: readonly Choice[];
}

export interface ProposedLine {
  readonly fields: Readonly<Partial<Record<FieldName, Found>>>;
  /** Registers that were added up. */
  readonly parts?: readonly { readonly name: string; readonly quantity: string; readonly where: string }[];
  /** The line of a bill; absent while a question is open. */
  readonly line?: BillLine;
}

/** An amount that was seen and is no use of this bill, with the reason. */
export interface LeftOut {
  readonly printed: string;
  readonly where: string;
  readonly why: string;
}

/** What a line is recorded with, beside what the bill says. */
export interface ToldBeside {
  readonly place: PlaceHint;
  /** Null where it follows from the place. */
  readonly zone: string | null;
  readonly gwp: GwpChoice;
}

/** Marks a proposal, and what its digest is made over. */
export const PROPOSAL_FORMAT = 'uec-bill-proposal/2';

/** What a PDF bill seems to say. Nothing of it is recorded before a person has compared it with the bill. */
export interface BillProposal {
  readonly format: typeof PROPOSAL_FORMAT;
  /** SHA-256 of the file. */
  readonly file: string;
  /** Name of the template that it was read with; null where labels alone decided. */
  readonly template: string | null;
  readonly pages: number;
  /** Told beside the bill, and part of what is confirmed. */
  readonly told: ToldBeside;
  readonly lines: readonly ProposedLine[];
  readonly questions: readonly Question[];
  readonly leftOut: readonly LeftOut[];
  /** What else the bill shows that may be a line, and is in none of these. */
  readonly beside: readonly string[];
  /** What of the page was not read. */
  readonly notes: readonly string[];
  /** What confirms exactly these lines of exactly this file; null while a question is open. */
  readonly digest: string | null;
}

/** What the pages say, whichever file they are of. */
export type PagesProposal = Pick<BillProposal, 'lines' | 'questions' | 'leftOut' | 'beside' | 'notes'>;

/**
 * SHA-256 over all that decides what is recorded: the file, every value of its lines, and the place, time zone and GWP set that were told
 * beside it. The factors are no part of it: the channel's policy chooses them, the same for everybody.
 */
export function proposalDigest(file: string, lines: readonly BillLine[], told: ToldBeside): string {
  const values = lines.map(({ place: _place, zone: _zone, warnings: _warnings, raw: _raw, ...line }) => line);
  return sha256(canonical({ format: PROPOSAL_FORMAT, file, told, lines: values } as never));
}
