import type { DecimalSign } from './bill-mapping.ts';

const GROUP = "[ '\\u00a0\\u202f\\u2019]";
const PLAIN = /^\d+$/;
/** Thousands in groups of three, and as in India in groups of two above the last three. */
const POINT = new RegExp(
  `^(\\d+|[1-9]\\d{0,2}(,\\d{3})+|[1-9]\\d?(,\\d{2})+,\\d{3}|[1-9]\\d{0,2}(${GROUP}\\d{3})+)(\\.\\d*)?$|^\\.\\d+$`,
);
const COMMA = new RegExp(`^(\\d+|[1-9]\\d{0,2}(\\.\\d{3})+|[1-9]\\d{0,2}(${GROUP}\\d{3})+)(,\\d*)?$|^,\\d+$`);
const SEPARATORS = new RegExp(`[,.]|${GROUP}`, 'g');

/** Which decimal signs an amount can be read with. */
export function signsOf(cell: string): { readonly point: boolean; readonly comma: boolean } {
  const text = unsigned(cell);
  return { point: POINT.test(text), comma: COMMA.test(text) };
}

/** True for what no comma as the decimal sign can read, and nearly all amounts with a point are: other than three digits after it. */
export function isPointAlone(cell: string): boolean {
  return POINT_ALONE.test(cell);
}

const POINT_ALONE = /^[\d,]*\.(?:\d\d?|\d{4,})$/;

/** True for an amount that both signs read, each as another number: `1,234` and `1.234`. */
export function isEitherSign(cell: string): boolean {
  const text = unsigned(cell);
  if (PLAIN.test(text) || !/[.,]/.test(text)) return false;
  return POINT.test(text) && COMMA.test(text);
}

/** What most amounts look like; they need no more than their thousands commas taken out. */
const USUAL = /^(?:0|[1-9]\d*|[1-9]\d{0,2}(?:,\d{3})+)(?:\.\d+)?$/;

/** The amount as a plain decimal, its sign kept; undefined where it is none with this decimal sign. */
export function plainAmount(cell: string, sign: DecimalSign): string | undefined {
  if (sign === 'point' && USUAL.test(cell)) return withoutCommas(cell);
  const text = unsigned(cell);
  if (!(sign === 'point' ? POINT : COMMA).test(text)) return undefined;
  const at = text.lastIndexOf(sign === 'point' ? '.' : ',');
  const whole = (at < 0 ? text : text.slice(0, at)).replace(SEPARATORS, '').replace(/^0+(?=\d)/, '');
  const fraction = at < 0 ? '' : text.slice(at + 1);
  const plain = `${whole === '' ? '0' : whole}${fraction === '' ? '' : `.${fraction}`}`;
  return isNegative(cell) ? `-${plain}` : plain;
}

// Measured: nearly all have one comma or none, and replacing takes several times as long.
function withoutCommas(amount: string): string {
  const comma = amount.indexOf(',');
  if (comma < 0) return amount;
  const [head, rest] = [amount.slice(0, comma), amount.slice(comma + 1)];
  return rest.includes(',') ? head + rest.replaceAll(',', '') : head + rest;
}

function isNegative(cell: string): boolean {
  return /^[-\u2212]|^\(.*\)$|-$/.test(cell.trim());
}

function unsigned(cell: string): string {
  return cell
    .trim()
    .replace(/^\((.*)\)$/, '$1')
    .replace(/^[-\u2212+]\s*|\s*-$/g, '')
    .trim();
}
