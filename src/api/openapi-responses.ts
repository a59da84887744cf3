import { z } from 'zod';
import { type JsonObject, json, type Schema } from './openapi-schema.ts';
import type { AnyOperation } from './operation.ts';
import { job } from './operations/jobs.ts';

/** What an operation can answer. */
export function responsesOf(operation: AnyOperation, schema: Schema): JsonObject {
  const { answer, produces = ['application/json'], status, alsoStatus = {}, fresh, role, method } = operation;
  const problems = Object.fromEntries(
    problemStatuses(operation).map((code) => [code, { $ref: '#/components/responses/Problem' }]),
  );
  if (operation.job === true)
    return {
      202: {
        description: `A job, which results in: ${answer === undefined ? 'nothing' : nameOf(answer, schema)}.`,
        headers: { Location: { schema: { type: 'string' }, description: 'Where the job is.' } },
        content: json(schema(job, 'output')),
      },
      ...problems,
    };
  const content: JsonObject = {};
  for (const type of produces) content[type] = answerContent(type, operation, schema);
  const done = status === 204 || method === 'HEAD' || (answer === undefined && operation.id.endsWith('Upload'));
  return {
    [status ?? 200]: { description: 'Done.', ...(done ? {} : { content }) },
    ...(role !== undefined && method === 'GET' && (fresh !== undefined || produces.includes('application/json'))
      ? { 304: { description: 'Nothing changed since If-None-Match.' } }
      : {}),
    ...problems,
    ...Object.fromEntries(Object.entries(alsoStatus).map(([code, description]) => [code, { description, content }])),
  };
}

function answerContent(type: string, operation: AnyOperation, schema: Schema): JsonObject {
  const { answer, events } = operation;
  if (type === 'application/json' && answer !== undefined) return { schema: answerSchema(operation, schema) };
  // What OpenAPI 3.2 calls itemSchema; 3.1 has no word for a stream's items.
  return { schema: {}, ...(events === undefined ? {} : { 'x-itemSchema': itemSchema(events, schema) }) };
}

function itemSchema(events: z.ZodType, schema: Schema): JsonObject {
  const text = { type: 'string' };
  const data = { ...text, contentMediaType: 'application/json', contentSchema: schema(events, 'output') };
  return { type: 'object', properties: { id: text, event: text, data }, required: ['id', 'event', 'data'] };
}

/** The answer; or what is left of it where `fields` chose. */
function answerSchema({ answer, item }: AnyOperation, schema: Schema): JsonObject {
  const whole = schema(answer as z.ZodType, 'output');
  if (item === undefined) return whole;
  const some =
    item === answer ? item.partial() : z.object({ items: z.array(item.partial()), next: z.string().optional() });
  return { anyOf: [whole, { description: 'With `fields`.', ...schema(some, 'output') }] };
}

function nameOf(answer: z.ZodType, schema: Schema): string {
  const { $ref } = schema(answer, 'output') as { $ref?: string };
  return $ref === undefined ? 'what its summary says' : `\`${$ref.split('/').at(-1)}\``;
}

/** Statuses that any operation of the kind can end with. */
function problemStatuses({ role, method, body, raw, params, query, item, seen }: AnyOperation): number[] {
  const given = params ?? query ?? body ?? raw ?? item;
  return [
    ...(given === undefined && role === undefined ? [] : [400]),
    ...(role === undefined ? [] : [401, 403]),
    ...(role === undefined ? [] : [404]),
    406,
    ...(body === undefined && raw === undefined ? [] : [409, 415]),
    ...(seen === undefined ? [] : [412]),
    ...(method === 'GET' || method === 'HEAD' ? [] : [413]),
    ...(role === undefined ? [] : [409, 422, 429]),
    500,
    503,
  ].filter((status, at, all) => all.indexOf(status) === at);
}
