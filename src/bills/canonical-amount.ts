/** A plain decimal in the form in which it stands on the ledger, the trailing zeros taken off; undefined for any other text. */
export function canonicalAmount(text: string): string | undefined {
  return DECIMAL.test(text) ? withoutZeros(text) : undefined;
}

/** As `canonicalAmount`, of what `plainAmount` gives: it is a decimal already, only maybe negative or too long. */
export function canonicalPlain(text: string): string | undefined {
  return text.length < LONGEST_FRACTION && text.charCodeAt(0) !== MINUS ? withoutZeros(text) : canonicalAmount(text);
}

const LONGEST_FRACTION = 18;
const MINUS = 45;

function withoutZeros(text: string): string {
  if (text.charCodeAt(text.length - 1) !== ZERO) return text;
  const dot = text.indexOf('.');
  if (dot < 0) return text;
  let end = text.length;
  while (text.charCodeAt(end - 1) === ZERO) end -= 1;
  return text.slice(0, end - 1 === dot ? dot : end);
}

/** As `parseDecimal` reads it. */
const DECIMAL = /^(?:0|[1-9][0-9]{0,29})(?:\.[0-9]{1,18})?$/;
const ZERO = 48;
