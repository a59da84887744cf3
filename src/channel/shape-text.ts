// Regular expressions for the canonical text of shapes. A text that matches is canonical and of the shape at once, so a record
// need not be put to text again to be compared: that, and walking its fields, took a fifth of recording a page.

/** An object's fields, those without a text of their own included. */
export interface FieldText {
  readonly name: string;
  readonly text: string | undefined;
  readonly isOptional: boolean;
}

/** Fields in ascending order of their names, each at most once. Undefined where there is no required one to hang commas on. */
export function objectText(fields: readonly FieldText[]): string | undefined {
  const sorted = [...fields].sort((a, b) => (a.name < b.name ? -1 : 1));
  const first = sorted.findIndex(({ isOptional }) => !isOptional);
  if (first === -1 || fields.some(({ text }) => text === undefined)) return undefined;
  const parts = sorted.map(({ name, text, isOptional }, at) => {
    const member = `${literal(JSON.stringify(name))}:${text}`;
    if (at < first) return `(?:${member},)?`;
    if (at === first) return member;
    return isOptional ? `(?:,${member})?` : `,${member}`;
  });
  return `\\{${parts.join('')}\\}`;
}

export function listText(item: string | undefined, least: number, most: number): string | undefined {
  if (item === undefined) return undefined;
  const items = `${item}(?:,${item}){${Math.max(0, least - 1)},${most - 1}}`;
  return least === 0 ? `\\[(?:${items})?\\]` : `\\[${items}\\]`;
}

/**
 * A string whose characters stand in JSON as they are. Patterns name the ASCII characters that they allow; a pattern with flags may
 * allow any, and has no text.
 */
export function stringText({ source, flags }: RegExp): string | undefined {
  if (flags !== '' || !source.startsWith('^') || !source.endsWith('$')) return undefined;
  return `"(?:${source.slice(1, -1).replaceAll(/(?<!\\)\((?!\?)/g, '(?:')})"`;
}

export function choiceText(values: readonly string[]): string {
  return `(?:${values.map((value) => literal(JSON.stringify(value))).join('|')})`;
}

/** Undefined for more than a hundred numbers: a list of them all would be no pattern. */
export function integerText(least: number, most: number): string | undefined {
  if (most - least > 100) return undefined;
  return `(?:${Array.from({ length: most - least + 1 }, (_, at) => most - at).join('|')})`;
}

function literal(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
