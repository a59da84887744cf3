import { isEitherSign, signsOf } from '../mapping/amount-form.ts';
import type { DecimalSign } from '../mapping/bill-mapping.ts';
import { MONEY } from './bill-words.ts';
import { placeOf } from './labelled.ts';
import { amountsIn } from './printed-amounts.ts';
import type { Line } from './text-lines.ts';

export interface SignEvidence {
  /** The sign to read a number with: its own, else that of the bill's others; undefined where nothing decides. */
  signOf(number: string): DecimalSign | undefined;
  readonly seen: string;
}

/** What begins the decimals, by the amounts of the bill that have a unit or stand on a line of money. */
export function signEvidence(lines: readonly Line[], told: DecimalSign | undefined): SignEvidence {
  if (told !== undefined) return { signOf: () => told, seen: 'as told' };
  const amounts = lines.flatMap((line) =>
    amountsIn(line.text)
      .filter(({ unit }) => unit !== undefined || MONEY.test(line.text))
      .map(({ number }) => ({ number, line })),
  );
  const only = (sign: 'point' | 'comma', other: 'point' | 'comma') =>
    amounts.find(({ number }) => signsOf(number)[sign] && !signsOf(number)[other]);
  const [point, comma] = [only('point', 'comma'), only('comma', 'point')];
  const decided = point !== undefined && comma === undefined ? 'point' : 'comma';
  const by = point === undefined || comma === undefined ? (point ?? comma) : undefined;
  return {
    seen: by === undefined ? '' : `${placeOf(by.line)} has a decimal ${decided}`,
    signOf(number) {
      const own = signsOf(number);
      if (own.point !== own.comma) return own.point ? 'point' : 'comma';
      if (!isEitherSign(number)) return 'point';
      return by === undefined ? undefined : decided;
    },
  };
}
