import type { PageText } from '../../src/bills/pdf/pdf-text.ts';
import { type Line, linesOf } from '../../src/bills/pdf/text-lines.ts';

/** A page of which every word is read. */
export function plainPage(words: PageText['words']): PageText {
  const whole = { unseen: 0, turned: 0, unreadable: 0, pictures: false, unlooked: false, overlaid: false };
  return { width: 595, height: 842, words, ...whole };
}

/** A page with one row a line and cells at columns 150 points apart, in letters of 10 points that are 5 wide; a blank row is a gap. */
export function pageOfRows(...rows: readonly string[]): readonly Line[] {
  const words = rows.flatMap((row, at) =>
    row.split('|').flatMap((cell, column) => {
      let left = 40 + 150 * column;
      return cell
        .trim()
        .split(' ')
        .flatMap((text) => {
          const from = left;
          left += 5 * (text.length + 1);
          return text === ''
            ? []
            : [{ text, left: from, right: from + 5 * text.length, baseline: 50 + 14 * at, size: 10 }];
        });
    }),
  );
  return linesOf([plainPage(words)]);
}
