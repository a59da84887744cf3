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
  return known !== undefined && allowed.includes(known) ? known : nearMatches(value, allowed)[0];
}

/** The values of the list that are the fewest slips away, two at most; none where all are further. */
export function nearMatches(value: string, allowed: readonly string[]): string[] {
  const slips = allowed.map((name) => ({ name, count: editDistance(value, name) }));
  // In a short word two slips make another word.
  const fewest = Math.min(value.length < 6 ? 1 : 2, ...slips.map(({ count }) => count));
  return slips.filter(({ count }) => count === fewest).map(({ name }) => name);
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
