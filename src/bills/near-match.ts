/** What people write for a value of a list, where no small slip leads to it. */
const OTHER_WORDS: Readonly<Record<string, string>> = {
  gas: 'natural-gas',
  electric: 'electricity',
  power: 'electricity',
  strom: 'electricity',
  'district-heat': 'heat',
  'district-heating': 'heat',
  'chilled-water': 'cooling',
  consumed: 'delivered',
  consumption: 'delivered',
  import: 'delivered',
  imported: 'delivered',
  export: 'exported',
  'feed-in': 'exported',
  read: 'actual',
  metered: 'actual',
  estimate: 'estimated',
  last: 'inclusive',
  'last-day': 'inclusive',
  shared: 'shared-day',
  'reading-date': 'read-date',
};

/** The value of the list that was probably meant: another word for it, or one within two slips of the pen. */
export function nearMatch(value: string, allowed: readonly string[]): string | undefined {
  const known = Object.hasOwn(OTHER_WORDS, value) ? OTHER_WORDS[value] : undefined;
  if (known !== undefined && allowed.includes(known)) return known;
  const slips = allowed.map((name) => ({ name, count: editDistance(value, name) }));
  const best = slips.toSorted((a, b) => a.count - b.count)[0];
  // In a short word two slips make another word.
  return best !== undefined && best.count <= (value.length < 6 ? 1 : 2) ? best.name : undefined;
}

/** Letters to add, leave out or change to get from one word to the other. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (const [at, letter] of [...from].entries()) {
    const next = [at + 1];
    for (let column = 1; column <= to.length; column += 1) {
      const changed = (row[column - 1] as number) + (letter === to[column - 1] ? 0 : 1);
      next.push(Math.min(changed, (row[column] as number) + 1, (next[column - 1] as number) + 1));
    }
    row = next;
  }
  return row[to.length] as number;
}
