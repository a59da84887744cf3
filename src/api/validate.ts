import { z } from 'zod';
import { ChannelError, type ErrorReport } from '../emissions/index.ts';

export type Part = 'path' | 'query' | 'body' | 'form';
const MOST_PROBLEMS = 50;
const MOST_NAMES = 40;

/**
 * What was sent, as the schema says it.
 * `also`: names that were taken out before, and are known too.
 * @throws {ChannelError} REQUEST_INVALID with one report a fault, each with a JSON pointer (RFC 6901) behind the part's name
 */
export function validated<T extends z.ZodType>(
  schema: T,
  value: unknown,
  part: Part,
  also: readonly string[] = [],
): z.output<T> {
  const { success, data, error } = schema.safeParse(value, { error: (issue) => knownNames(issue, also) });
  if (success) return data;
  const problems = error.issues.slice(0, MOST_PROBLEMS).map((issue) => reportOf(issue, part));
  const [first] = problems as [ErrorReport];
  throw new ChannelError('REQUEST_INVALID', `${first.where}: ${first.message}`, {
    where: first.where as string,
    fix: first.fix,
    problems,
  });
}

/** Of an object with a field that is not known: the names that are, as the issue's message. Only the raw issue tells which object. */
function knownNames({ code, inst }: z.core.$ZodRawIssue, also: readonly string[]): string | undefined {
  if (code !== 'unrecognized_keys' || !(inst instanceof z.ZodObject)) return undefined;
  const names = [...Object.keys(inst.shape), ...also];
  if (names.length === 0) return 'No field is taken here.';
  const more = names.length - MOST_NAMES;
  return `Fields are ${names.slice(0, MOST_NAMES).join(', ')}${more > 0 ? ` and ${more} more` : ''}.`;
}

function reportOf(issue: z.core.$ZodIssue, part: Part): ErrorReport {
  const at = () => `${part}${pointer(issue.path)}`;
  const report = (message: string, where: string, fix?: string): ErrorReport => {
    const { code, fix: advice } = new ChannelError('REQUEST_INVALID', message);
    return { code, message, where, fix: fix ?? advice };
  };
  // A name that is not known is the caller's own text, like a value.
  if (issue.code === 'unrecognized_keys') {
    const { length } = issue.keys;
    return report(
      `has ${length === 1 ? 'a field' : `${length} fields`} that ${length === 1 ? 'is' : 'are'} not known here`,
      at(),
      issue.message,
    );
  }
  return report(wordsOf(issue), at());
}

// Never the value: it can hold what must not stand in a log.
function wordsOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined && issue.expected !== 'nonoptional' && !('input' in issue)
        ? `is missing, or is no ${issue.expected}`
        : `is no ${issue.expected}, or is missing`;
    case 'invalid_value':
      return `is not one of ${issue.values.slice(0, 40).map(String).join(', ')}`;
    case 'too_small':
      return `is below the least of ${issue.minimum}`;
    case 'too_big':
      return `is above the most of ${issue.maximum}`;
    case 'invalid_format':
      return 'pattern' in issue && issue.pattern !== undefined ? `is not of the form ${issue.pattern}` : 'is malformed';
    case 'invalid_union':
      return 'is of none of the forms that are taken';
    default:
      return 'is not as the schema says';
  }
}

/** RFC 6901. */
function pointer(path: readonly PropertyKey[]): string {
  return path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

type JsonSchema = { readonly type?: string; readonly $ref?: string; readonly properties?: Record<string, JsonSchema> };
const typesOf = new WeakMap<z.ZodObject, ReadonlyMap<string, string>>();

/** JSON types of an object's fields. */
function fieldTypes(schema: z.ZodObject): ReadonlyMap<string, string> {
  const known = typesOf.get(schema);
  if (known !== undefined) return known;
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input' }) as JsonSchema;
  const types = new Map(Object.entries(properties).map(([name, { type }]) => [name, type ?? 'string']));
  typesOf.set(schema, types);
  return types;
}

/**
 * The values of a query, or of a form: numbers and flags from their one plain spelling, lists from a field that repeats.
 * @throws {ChannelError} REQUEST_INVALID
 */
export function textValues<T extends z.ZodObject>(
  schema: T,
  texts: URLSearchParams,
  part: Part,
  also: readonly string[] = [],
): z.output<T> {
  const types = fieldTypes(schema);
  const values: [string, unknown][] = [];
  for (const name of new Set(texts.keys())) {
    const all = texts.getAll(name);
    if (types.get(name) === 'array') values.push([name, all]);
    else if (all.length > 1)
      throw new ChannelError('REQUEST_INVALID', `${part}/${name.slice(0, 60)}: stands more than once`, {
        where: `${part}${pointer([name.slice(0, 60)])}`,
      });
    else values.push([name, plainValue(all[0] as string, types.get(name))]);
  }
  // Own fields, whatever their names: `__proto__` is a name like any other.
  return validated(schema, fromEntries(values), part, also);
}

function fromEntries(values: readonly [string, unknown][]): object {
  const object = {};
  for (const [name, value] of values)
    Object.defineProperty(object, name, { value, enumerable: true, writable: true, configurable: true });
  return object;
}

function plainValue(text: string, type: string | undefined): unknown {
  if ((type === 'integer' || type === 'number') && /^-?(0|[1-9][0-9]{0,14})$/.test(text)) return Number(text);
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}
