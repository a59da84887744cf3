import type { ErrorReport } from '../../emissions/index.ts';
import type { ReadOptions } from '../bill.ts';
import type { PagesProposal } from './proposal.ts';

/** One piece of text without a gap, where it stands on the page as it is shown: points from the upper left corner. */
export interface Word {
  readonly text: string;
  readonly left: number;
  readonly right: number;
  /** Height of the line on which the letters stand. */
  readonly baseline: number;
  readonly size: number;
  /** Where something that is not followed may hide it or a part of it. */
  readonly doubtful?: true;
}

/** What a page shows, and how many words of it are not given, by the reason. */
export interface PageText {
  readonly width: number;
  readonly height: number;
  readonly words: readonly Word[];
  /** Words that nobody sees: invisible, of the colour of the ground, covered, off the page, on a hidden layer. */
  readonly unseen: number;
  /** Words written in another direction than most of the page. */
  readonly turned: number;
  /** Words of which the file does not say what letters they are. */
  readonly unreadable: number;
  readonly pictures: boolean;
  /** True where a picture was too large to be looked at, so that it is not known what it covers. */
  readonly unlooked: boolean;
  /** True where the page has form fields or notes laid over it, which are not read. */
  readonly overlaid: boolean;
}

export type PdfFault = 'encrypted' | 'damaged' | 'pages' | 'words' | 'memory';

/** What the process that reads a PDF is asked. */
export interface PdfQuestion {
  readonly limits: PdfLimits;
  /** To propose what the pages say, and how. */
  readonly propose?: ReadOptions;
}

/** What the process that reads a PDF answers. */
export type PdfAnswer = PdfPages | { readonly fault: PdfFault; readonly page?: number };

export interface PdfPages {
  /** Without their words where a proposal was asked for. */
  readonly pages: readonly PageText[];
  /** Words of all pages. */
  readonly words: number;
  /** Where it was asked for: what they say, or why that cannot be told. */
  readonly proposed?: PagesProposal | { readonly refused: ErrorReport };
}

/** What one PDF may take. Bills have a few pages; a collective bill some dozens. */
export interface PdfLimits {
  readonly bytes: number;
  readonly pages: number;
  readonly words: number;
  /** Memory of the process that reads it. */
  readonly megabytes: number;
  readonly milliseconds: number;
}

export const pdfLimits: PdfLimits = {
  bytes: 32 * 1024 * 1024,
  pages: 100,
  words: 100_000,
  megabytes: 512,
  milliseconds: 30_000,
};
