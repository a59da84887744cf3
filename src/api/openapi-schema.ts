import { z } from 'zod';

export type JsonObject = Record<string, unknown>;

/** Gives a schema's JSON Schema. */
export type Schema = (type: z.ZodType, io: 'input' | 'output') => JsonObject;

/** Gives a schema's JSON Schema; what has a name of its own goes to the components. */
export function schemaInto(components: JsonObject): Schema {
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
    // A schema with a name is given as a reference to its definition, which is among the others.
    if (!('$ref' in rest)) components[id] = moved(rest);
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

export function json(schema: JsonObject, type = 'application/json'): JsonObject {
  return { [type]: { schema } };
}
