import { columnBelow, type Labelled, placeOf } from './labelled.ts';
import type { Found } from './proposal.ts';
import type { BillTemplate, TemplateFind, TemplateLine } from './template.ts';
import { labelPattern, type Placeholder, valuePattern } from './template-pattern.ts';
import type { Line } from './text-lines.ts';

/** Values by the names of a pattern's places; several where several places of the bill fit. */
export type Values = ReadonlyMap<Placeholder, readonly Found[]>;

/** What one rule of a template finds among lines. */
function valuesOf(lines: readonly Line[], { label, relation, pattern }: TemplateFind): Values {
  const wanted = valuePattern(pattern);
  const values = new Map<Placeholder, Found[]>();
  for (const { text, line } of textsAt(lines, labelPattern(label), relation)) {
    const match = wanted.match(text);
    for (const [name, value] of match ?? []) {
      const found = values.get(name) ?? [];
      const printed = value.trim();
      const why = `template: ${{ 'same-cell': 'after', right: 'to the right of', below: 'below' }[relation]} "${label}"`;
      if (!found.some((one) => one.value === printed))
        found.push({ value: printed, printed, where: placeOf(line), why, confidence: 'high' });
      values.set(name, found);
    }
  }
  return values;
}

function textsAt(
  lines: readonly Line[],
  label: RegExp,
  relation: Labelled['relation'],
): { text: string; line: Line }[] {
  return lines.flatMap((line, at) =>
    line.cells.flatMap((cell, place) => {
      const match = label.exec(cell.text);
      if (match === null) return [];
      if (relation === 'same-cell') return [{ text: cell.text.slice(match[0].length), line }];
      if (relation === 'right') {
        const right = line.cells.slice(place + 1).map(({ text }) => text);
        return right.length === 0 ? [] : [{ text: right.join(' '), line }];
      }
      return columnBelow(lines, at, cell)
        .slice(0, 1)
        .map((one) => ({ text: one.cell.text, line: one.line }));
    }),
  );
}

/**
 * The parts of the bill that a line of the template speaks of: the whole, or each part that the heading of its section opens. Where the
 * section has an end, a part without it is none: the heading also stands in summaries.
 */
export function scopesOf(lines: readonly Line[], { section }: TemplateLine): readonly (readonly Line[])[] {
  if (section === undefined) return [lines];
  const opens = valuePattern(section.from);
  const ends = section.to === undefined ? undefined : labelPattern(section.to);
  const starts = lines.flatMap((line, at) => (opens.match(line.cells[0]?.text ?? '') === undefined ? [] : [at]));
  return starts.flatMap((start, nth) => {
    const next = starts[nth + 1] ?? lines.length;
    if (ends === undefined) return [lines.slice(start, next)];
    const end = lines.findIndex((line, at) => at > start && at < next && ends.test(line.cells[0]?.text ?? ''));
    return end < 0 ? [] : [lines.slice(start, end)];
  });
}

/** All rules of a line and those that hold for every line; a line's own win. */
export function valuesIn(scope: readonly Line[], rules: readonly TemplateFind[]): Map<Placeholder, readonly Found[]> {
  const all = new Map<Placeholder, readonly Found[]>();
  for (const rule of rules) for (const [name, found] of valuesOf(scope, rule)) all.set(name, found);
  return all;
}

/** Names that the rules of a template promise. */
export function namesOf(rules: BillTemplate['find']): readonly Placeholder[] {
  return (rules ?? []).flatMap(({ pattern }) => valuePattern(pattern).names).filter((name) => name !== 'skip');
}
