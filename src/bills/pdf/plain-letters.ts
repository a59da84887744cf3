/**
 * Ligatures and wide letters as plain ones. Raised digits, digits in circles and fractions stay what they are: `1,234¹` and `1,234①` are no
 * five-digit numbers, and `10½` is not 101 and 2.
 */
export function plainLetters(text: string): string {
  return text
    .replace(/[\u200b-\u200d\u2060\ufeff]/g, '')
    .replace(/\u00ad/g, '-')
    .replace(/\P{No}+/gu, (part) => part.normalize('NFKC'));
}
