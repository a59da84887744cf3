/** What a bill says of its reading: by the cell of a column of its own, whose name may be the question, and by its notes. */
export function basisOf(column: string, cell: string, notes: string): 'actual' | 'estimated' | 'customer' {
  const isAsked = /estim|geschätzt/i.test(column) && /^(y|yes|true|x|1|ja|j|oui|s[ií])$/i.test(cell.trim());
  // A letter alone, or a short form, says it only in a column of its own.
  if (isAsked || /^(e|est\.?)$/i.test(cell.trim()) || ESTIMATED.test(`${cell} ${notes}`)) return 'estimated';
  return /\bcustomer\b/i.test(`${cell} ${notes}`) ? 'customer' : 'actual';
}

const ESTIMATED = /\bestim|geschätzt|hochgerechnet|\bstimat[oa]\b/i;
