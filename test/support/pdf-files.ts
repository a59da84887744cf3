import { activeFiles } from './pdf/active.ts';
import { bombs } from './pdf/bombs.ts';
import { damagedFiles } from './pdf/damaged.ts';
import { encryptedFiles } from './pdf/encrypted.ts';
import { misleadingText } from './pdf/misleading-text.ts';
import type { PdfCase } from './pdf/pdf-case.ts';
import { unseenText } from './pdf/unseen-text.ts';

/** Odd and hostile PDF files by what is wrong with them, each with what a right reader does. */
export const pdfFiles: Readonly<Record<string, readonly PdfCase[]>> = {
  'text that nobody sees': unseenText,
  'text that is easily misread': misleadingText,
  'structure that does not hold': damagedFiles,
  'small files that become large': bombs,
  'encrypted files': encryptedFiles,
  'files that do something, or are something else': activeFiles,
};
