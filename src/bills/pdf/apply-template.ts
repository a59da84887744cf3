import { ChannelError, type ErrorReport } from '../../emissions/index.ts';
import type { ReadOptions } from '../bill.ts';
import { Asking } from './asking.ts';
import type { ProposedLine, Question } from './proposal.ts';
import type { BillTemplate, TemplateLine } from './template.ts';
import { TemplateBill } from './template-bill.ts';
import { stands } from './template-pattern.ts';
import { namesOf, scopesOf, valuesIn } from './template-scope.ts';
import { tableRows } from './template-table.ts';
import type { Line } from './text-lines.ts';

/**
 * The lines of a bill as a template says where they stand. What the template promises and the bill does not have is told all at once;
 * nothing is looked for by labels instead.
 * @throws {ChannelError} TEMPLATE_UNFIT, TEMPLATE_INVALID
 */
export function applyTemplate(
  lines: readonly Line[],
  template: BillTemplate,
  options: ReadOptions,
): { readonly lines: readonly ProposedLine[]; readonly questions: readonly Question[] } {
  const whole = lines.map(({ text }) => text.replace(/ {2}/g, ' ')).join('\n');
  const missing = template.recognise.flatMap((text, at) =>
    stands(text, whole) ? [] : [problem(`recognise.${at}`, 'the text does not stand on the bill')],
  );
  if (missing.length > 0) throw unfit('the bill is not of the utility or layout of the template', missing);
  const ask = new Asking(options.pick ?? []);
  const common = valuesIn(lines, template.find ?? []);
  const problems: ErrorReport[] = (template.find ?? []).flatMap(({ pattern }, at) =>
    namesOf([{ label: '', relation: 'right', pattern }]).some((name) => !common.has(name))
      ? [problem(`find.${at}`, 'no place on the bill fits the label, relation and pattern')]
      : [],
  );
  const bill = new TemplateBill({ all: lines, template, options, common, ask });
  const proposed = template.lines.flatMap((spec, at) => {
    const scopes = fittingScopes(lines, spec, `lines.${at}`, problems);
    return scopes.flatMap((scope) => bill.linesOf(scope, spec, `lines.${at}`));
  });
  problems.push(...bill.problems);
  if (problems.length > 0)
    throw unfit(
      `${problems.length} part${problems.length === 1 ? '' : 's'} of the template do not fit the bill`,
      problems,
    );
  return { lines: proposed, questions: ask.open };
}

/** The parts of the bill in which everything is found that a line of the template promises. */
function fittingScopes(
  lines: readonly Line[],
  spec: TemplateLine,
  where: string,
  problems: ErrorReport[],
): (readonly Line[])[] {
  const scopes = scopesOf(lines, spec);
  const looked = scopes.map((scope) => ({ scope, ...partsFound(scope, spec) }));
  const full = looked.filter(({ missing }) => missing.length === 0);
  // A heading also stands in summaries and tables of contents: without anything that was promised it opens nothing.
  const partial = looked.filter(({ missing, found }) => missing.length > 0 && found > 0);
  if (full.length > 1 && spec.repeat !== true)
    problems.push(
      problem(where, `${full.length} sections of the bill fit; say repeat if each is a meter, or a longer heading`),
    );
  if (partial.length > 0 && (full.length === 0 || spec.repeat === true))
    problems.push(
      ...partial
        .slice(0, 3)
        .flatMap(({ missing }) => missing.map((part) => problem(`${where}.${part}`, 'found nowhere in its section'))),
    );
  else if (full.length === 0 && spec.optional !== true)
    problems.push(
      problem(
        spec.section === undefined ? where : `${where}.section`,
        'the section does not stand on the bill, or has nothing of what is looked for',
      ),
    );
  return full.map(({ scope }) => scope);
}

function partsFound(
  scope: readonly Line[],
  spec: TemplateLine,
): { readonly missing: readonly string[]; readonly found: number } {
  const rules = spec.find ?? [];
  const missing = rules.flatMap((rule, at) => {
    const values = valuesIn(scope, [rule]);
    return namesOf([rule]).every((name) => values.has(name)) ? [] : [`find.${at}`];
  });
  const hasTable = spec.table === undefined || (tableRows(scope, spec.table) ?? []).length > 0;
  const count = rules.length + (spec.table === undefined ? 0 : 1);
  const all = [...missing, ...(hasTable ? [] : ['table'])];
  return { missing: all, found: count - all.length };
}

function problem(where: string, message: string): ErrorReport {
  return new ChannelError('TEMPLATE_UNFIT', message, { where }).report();
}

function unfit(message: string, problems: readonly ErrorReport[]): ChannelError {
  return new ChannelError('TEMPLATE_UNFIT', message, {
    where: problems[0]?.where ?? 'template',
    problems: problems.slice(0, 50),
  });
}
