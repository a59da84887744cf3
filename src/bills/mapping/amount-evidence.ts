import { ChannelError } from '../../emissions/index.ts';
import { isEitherSign, isPointAlone, signsOf } from './amount-form.ts';
import type { DecimalSign } from './bill-mapping.ts';

export interface SignDecision {
  readonly sign: DecimalSign;
  readonly seen: string;
  /** True where an amount could have been read another way. */
  readonly stated: boolean;
}

/**
 * Which sign begins the decimals, by the amounts of a file: `1.234,5` and `12,5` show a comma, `1,234.5` and `12.5` a point.
 * `1,234` and `1.234` show nothing. `usual` is what the layout does.
 * @throws {ChannelError} DECIMAL_SIGN_UNKNOWN where amounts could be read both ways and nothing decides
 */
export function signDecision(
  amounts: readonly (readonly [row: number, cell: string])[],
  told: DecimalSign | undefined,
  usual: DecimalSign | undefined,
): SignDecision {
  if (told !== undefined) return { sign: told, seen: 'as told', stated: false };
  const { point, comma, either } = firstRows(amounts);
  if (point !== undefined && comma !== undefined)
    throw unknown(`row ${point} has a decimal point and row ${comma} a decimal comma`);
  if (comma !== undefined) return { sign: 'comma', seen: `row ${comma} has a decimal comma`, stated: true };
  if (point !== undefined)
    return { sign: 'point', seen: `row ${point} has a decimal point`, stated: either !== undefined };
  if (either !== undefined && usual !== undefined)
    return { sign: usual, seen: 'as this layout does; no amount shows it', stated: true };
  if (either !== undefined) throw unknown(`row ${either} has an amount that both signs read, each as another number`);
  return { sign: 'point', seen: 'no amount has decimals', stated: false };
}

/** The first rows whose amount has a decimal point, a decimal comma, or what may be either. */
function firstRows(
  amounts: readonly (readonly [row: number, cell: string])[],
): Partial<Record<'point' | 'comma' | 'either', number>> {
  const first: Partial<Record<'point' | 'comma' | 'either', number>> = {};
  for (const [row, cell] of amounts) {
    if (first.point !== undefined && isPointAlone(cell)) continue;
    const { point, comma } = signsOf(cell);
    if (point && !comma) first.point ??= row;
    if (comma && !point) first.comma ??= row;
    if (isEitherSign(cell)) first.either ??= row;
  }
  return first;
}

function unknown(message: string): ChannelError {
  return new ChannelError('DECIMAL_SIGN_UNKNOWN', message, { where: 'amounts' });
}
