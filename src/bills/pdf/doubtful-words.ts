import { Asking } from './asking.ts';
import type { PageText } from './pdf-text.ts';
import type { Found, Question } from './proposal.ts';

/** Words that are shown of a page, so that they are found on it. */
const SHOWN = 12;

/**
 * Whether words that something may hide (a picture or stencil with gaps, a soft mask, a blending) are seen: only a person who looks at the
 * page can tell. `open` while nobody has.
 */
export function doubtOf(
  pages: readonly PageText[],
  picks: readonly string[],
): { readonly answer: 'seen' | 'unseen' | undefined; readonly open: readonly Question[] } {
  const places = pages.flatMap(({ words }, at) => {
    const doubtful = words.filter((word) => word.doubtful === true);
    return doubtful.length === 0 ? [] : [{ page: at + 1, doubtful }];
  });
  if (places.length === 0) return { answer: undefined, open: [] };
  const ask = new Asking(picks);
  const where = places.map(({ page }) => `page ${page}`).join(', ');
  const texts = places.flatMap(({ doubtful }) => doubtful.map(({ text }) => text));
  const printed = `${texts.slice(0, SHOWN).join(' ')}${texts.length > SHOWN ? ' ...' : ''}`;
  const choice = (value: string, why: string): Found => ({ value, printed, where, why, confidence: 'low' });
  const found = [
    choice('seen', 'they can be read on the page, and count'),
    choice('unseen', 'they are hidden, wholly or in part, and are left out'),
  ];
  const count = texts.length === 1 ? '1 word' : `${texts.length} words`;
  const answer = ask.ifOne('covered', found)?.value as 'seen' | 'unseen' | undefined;
  if (answer !== undefined) return { answer, open: [] };
  const question = `${count} of ${where} may be hidden by what is painted there; whether they are seen is not followed`;
  ask.ask('covered', { code: 'PROPOSAL_OPEN', none: question, fix: 'Look at the page.' }, found);
  return { answer, open: ask.open.map((one) => ({ ...one, question })) };
}
