import { z } from 'zod';
import { type ApiRole, apiRoles, roleAllows } from './access/principal.ts';
import { billRow } from './ndjson/rows.ts';
import { responsesOf } from './openapi-responses.ts';
import { type JsonObject, json, type Schema, schemaInto } from './openapi-schema.ts';
import { type AnyOperation, pathOf, type RawBody, tags } from './operation.ts';
import { PROBLEM_TYPE } from './problem.ts';
import { problem } from './schemas/common.ts';
import { ledgerEvent, testEvent } from './schemas/events.ts';
import { apiVersion } from './version.ts';

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
  const webhooks = {
    ledgerEvent: webhookObject('A transaction came on the ledger', ledgerEvent, schema),
    test: webhookObject('A receiver is tried', testEvent, schema),
  };
  const refused = { description: 'It was not done, and why.', content: json(schema(problem, 'output'), PROBLEM_TYPE) };
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
    webhooks,
    components: {
      schemas: Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1))),
      securitySchemes: { token: { type: 'http', scheme: 'bearer', description: 'A token of the node.' } },
      responses: { Problem: refused },
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
  const { params, query, body, item, id, once, seen } = operation;
  const fields = item === undefined ? [] : [fieldsParameter(item)];
  const key = (body === undefined && id !== 'streamRecords') || once === 'never-kept' ? [] : [KEY];
  const match = seen === undefined ? [] : [ifMatch(pathOf(seen))];
  const tus = id.endsWith('Upload')
    ? TUS_PARAMETERS.filter(({ of }) => of.includes(id)).map(({ of: _of, ...one }) => one)
    : [];
  return [
    ...parameters(params, 'path', schema),
    ...parameters(query, 'query', schema),
    ...fields,
    ...key,
    ...match,
    ...tus,
  ];
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
function ifMatch(path: string): JsonObject {
  return {
    ...{ name: 'If-Match', in: 'header', required: false },
    description: `The ETag under which GET ${path} answered, without its query: where it is not the same any more, nothing is done.`,
    schema: { type: 'string', maxLength: 200 },
  };
}

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
