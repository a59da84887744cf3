import { z } from 'zod';
import { type ApiRole, apiRoles, roleAllows } from './access/principal.ts';
import { billRow } from './ndjson/rows.ts';
import type { AnyOperation, RawBody } from './operation.ts';
import { pathOf, tags } from './operation.ts';
import { job } from './operations/jobs.ts';
import { problem } from './schemas/common.ts';
import { ledgerEvent, testEvent } from './schemas/events.ts';
import { apiVersion } from './version.ts';

type JsonObject = Record<string, unknown>;
export interface OpenApi extends JsonObject {
  readonly paths: Record<string, Record<string, JsonObject>>;
  readonly components: { readonly schemas: JsonObject } & JsonObject;
}

/** The operations as OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.1). */
export function describeApi(operations: readonly AnyOperation[]): OpenApi {
  const schemas: JsonObject = {};
  const schema = schemaInto(schemas);
  schema(billRow, 'input');
  const paths: OpenApi['paths'] = {};
  for (const operation of operations) {
    const at = pathOf(operation);
    paths[at] ??= {};
    (paths[at] as JsonObject)[operation.method.toLowerCase()] = operationObject(operation, schema);
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Utility Emissions Channel: a node',
      version: apiVersion,
      description: 'Records, evidence and inventories of one node, and the ledger that it shares. See docs/api.md.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: tags.map((name) => ({ name })),
    paths,
    webhooks: {
      ledgerEvent: webhookObject('A transaction came on the ledger', ledgerEvent, schema),
      test: webhookObject('A receiver is tried', testEvent, schema),
    },
    components: {
      schemas: Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1))),
      securitySchemes: { token: { type: 'http', scheme: 'bearer', description: 'A token of the node.' } },
      responses: {
        Problem: {
          description: 'It was not done, and why.',
          content: json(schema(problem, 'output'), 'application/problem+json'),
        },
      },
    },
  };
}

/** What a receiver is sent. It has no parameters: the fields of Standard Webhooks are the same for every event. */
function webhookObject(summary: string, event: z.ZodType, schema: Schema): JsonObject {
  return {
    post: {
      summary,
      description: 'Signed as Standard Webhooks says: webhook-id, webhook-timestamp, webhook-signature.',
      tags: ['Webhooks'],
      requestBody: { required: true, content: json(schema(event, 'output')) },
      responses: {
        '2XX': { description: 'It is taken.' },
        410: { description: 'The receiver wants no more.' },
      },
    },
  };
}

type Schema = (type: z.ZodType, io: 'input' | 'output') => JsonObject;

/** Gives a schema's JSON Schema; what has a name of its own goes to the components. */
function schemaInto(components: JsonObject): Schema {
  return (type, io) => {
    // What is answered may have more fields one day: `input` leaves objects open, and closed are those that say so.
    const {
      $schema: _schema,
      $defs = {},
      ...rest
    } = z.toJSONSchema(type, {
      io: io === 'output' ? 'input' : io,
      unrepresentable: 'any',
    }) as JsonObject & { $defs?: JsonObject };
    for (const [name, definition] of Object.entries($defs)) components[name] = moved(definition);
    const { id } = z.globalRegistry.get(type) ?? {};
    if (id === undefined) return moved(rest) as JsonObject;
    components[id] = moved(rest);
    return { $ref: `#/components/schemas/${id}` };
  };
}

/** References of a schema by itself become references into the components. */
function moved(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(moved);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(
    ([name]) => name !== 'id' || typeof (value as JsonObject).id !== 'string',
  );
  return Object.fromEntries(
    entries.map(([name, one]) => [
      name,
      name === '$ref' ? String(one).replace('#/$defs/', '#/components/schemas/') : moved(one),
    ]),
  );
}

function operationObject(operation: AnyOperation, schema: Schema): JsonObject {
  const { id, tag, summary, detail, role } = operation;
  const roles = role === undefined ? 'No token is needed.' : `Roles: ${rolesFor(role).join(', ')}.`;
  const request = requestBody(operation, schema);
  return {
    operationId: id,
    tags: [tag],
    summary,
    description: [detail, roles].filter(Boolean).join('\n\n'),
    ...(role === undefined ? { security: [] } : { security: [{ token: [] }] }),
    parameters: parametersOf(operation, schema),
    ...(request === undefined ? {} : { requestBody: request }),
    responses: responsesOf(operation, schema),
  };
}

/** The roles whose holders may call what asks for `asked`. */
export function rolesFor(asked: ApiRole): ApiRole[] {
  return apiRoles.filter((held) => roleAllows(held, asked));
}

function parametersOf(operation: AnyOperation, schema: Schema): JsonObject[] {
  const { params, query, body, item, id, once } = operation;
  const fields = item === undefined ? [] : [fieldsParameter(item)];
  const key = (body === undefined && id !== 'streamRecords') || once === 'never-kept' ? [] : [KEY];
  const tus = id.endsWith('Upload')
    ? TUS_PARAMETERS.filter(({ of }) => of.includes(id)).map(({ of: _of, ...one }) => one)
    : [];
  return [...parameters(params, 'path', schema), ...parameters(query, 'query', schema), ...fields, ...key, ...tus];
}

function parameters(object: z.ZodObject | undefined, where: 'path' | 'query', schema: Schema): JsonObject[] {
  return Object.entries(object?.shape ?? {}).map(([name, type]) => {
    const optional = where === 'query' && (type as z.ZodType).safeParse(undefined).success;
    const plain = optional && type instanceof z.ZodOptional ? (type.unwrap() as z.ZodType) : (type as z.ZodType);
    const { description } = z.globalRegistry.get(type as z.ZodType) ?? {};
    return {
      ...{ name, in: where, required: !optional, schema: schema(plain, 'input') },
      ...(description === undefined ? {} : { description }),
    };
  });
}

function fieldsParameter({ shape }: z.ZodObject): JsonObject {
  const names = Object.keys(shape);
  return {
    ...{ name: 'fields', in: 'query', required: false, explode: false, style: 'form' },
    description: 'The fields of an item to answer with; all by default.',
    schema: { type: 'array', minItems: 1, maxItems: names.length, uniqueItems: true, items: { enum: names } },
  };
}

const KEY = {
  ...{ name: 'Idempotency-Key', in: 'header', required: false },
  description: 'The same request under the same key is done once, and answered as it was the first time.',
  schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[A-Za-z0-9._:-]+$' },
};
const bytes = { type: 'integer', minimum: 0, maximum: 999_999_999_999_999 };
const TUS_PARAMETERS = [
  {
    ...{ name: 'Tus-Resumable', in: 'header', required: true, schema: { const: '1.0.0' } },
    of: ['createUpload', 'appendUpload'],
  },
  { ...{ name: 'Upload-Length', in: 'header', required: true, schema: bytes }, of: ['createUpload'] },
  { ...{ name: 'Upload-Offset', in: 'header', required: true, schema: bytes }, of: ['appendUpload'] },
];

function requestBody({ body, raw }: AnyOperation, schema: Schema): JsonObject | undefined {
  if (body === undefined && raw === undefined) return undefined;
  const content: JsonObject = body === undefined ? {} : json(schema(body, 'input'));
  for (const type of raw?.types ?? []) content[type] = rawContent(type, raw as RawBody, schema);
  return { required: true, ...(raw === undefined ? {} : { description: raw.description }), content };
}

function rawContent(type: string, { form, texts = {} }: RawBody, schema: Schema): JsonObject {
  if (type !== 'multipart/form-data') return { schema: {} };
  const fields = form === undefined ? {} : ((schema(form, 'input') as { properties?: JsonObject }).properties ?? {});
  const said = Object.fromEntries(
    Object.entries(texts).map(([name, description]) => [name, { type: 'string', description }]),
  );
  return {
    schema: {
      type: 'object',
      properties: { ...fields, ...said, file: { contentMediaType: 'application/octet-stream' } },
      required: ['file'],
      additionalProperties: false,
    },
  };
}

function json(schema: JsonObject, type = 'application/json'): JsonObject {
  return { [type]: { schema } };
}

function responsesOf(operation: AnyOperation, schema: Schema): JsonObject {
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
function problemStatuses({ role, method, body, raw, params, query, item }: AnyOperation): number[] {
  const given = params ?? query ?? body ?? raw ?? item;
  return [
    ...(given === undefined && role === undefined ? [] : [400]),
    ...(role === undefined ? [] : [401, 403]),
    ...(role === undefined ? [] : [404]),
    406,
    ...(body === undefined && raw === undefined ? [] : [409, 415]),
    ...(method === 'GET' || method === 'HEAD' ? [] : [413]),
    ...(role === undefined ? [] : [409, 422, 429]),
    500,
    503,
  ].filter((status, at, all) => all.indexOf(status) === at);
}
