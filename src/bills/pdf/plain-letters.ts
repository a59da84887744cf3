/** Ligatures and wide letters as plain ones; raised digits stay raised, because `1,234¹` is no five-digit number. */
export function plainLetters(text: string): string {
  return text
    .replace(/[\u200b-\u200d\u2060\ufeff]/g, '')
    .replace(/\u00ad/g, '-')
    .replace(/[^\u00b2\u00b3\u00b9\u2070-\u2079]+/g, (part) => part.normalize('NFKC'));
}
