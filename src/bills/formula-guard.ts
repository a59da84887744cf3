// A spreadsheet runs a cell that begins with one of these as a formula (OWASP, CSV Injection). A leading apostrophe makes
// it text. To come back unchanged, a cell that already has apostrophes before such a character gains one more.
const GUARDED = /^'*[=+\-@\t\r]/;
const ESCAPED = /^'+[=+\-@\t\r]/;
const APOSTROPHE = 39;

/** The cell as an error file writes it: text in every spreadsheet. */
export function guardCell(cell: string): string {
  return GUARDED.test(cell) ? `'${cell}` : cell;
}

/** The inverse of `guardCell`: one apostrophe less before `=`, `+`, `-`, `@`, tab and CR. */
export function unguardCell(cell: string): string {
  return cell.charCodeAt(0) === APOSTROPHE && ESCAPED.test(cell) ? cell.slice(1) : cell;
}
