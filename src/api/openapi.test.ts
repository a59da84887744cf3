import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describedApi } from './reference.ts';

type Json = { readonly [name: string]: unknown };

test('every schema with a name says what it is: none is a reference to itself, and every reference leads to one', () => {
  const described = describedApi();
  const schemas = described.components.schemas as Readonly<Record<string, Json>>;
  for (const [name, schema] of Object.entries(schemas))
    assert.ok(
      ['type', 'anyOf', 'oneOf', 'allOf', 'enum', 'const'].some((word) => word in schema),
      name,
    );
  const references = [...JSON.stringify(described).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)];
  assert.ok(references.length > 100);
  for (const [, name] of references) assert.ok(Object.hasOwn(schemas, name as string), name);
  const { properties } = schemas.Inventory as Json;
  const { scope2, completeness } = properties as Record<string, { properties: Json }>;
  assert.deepEqual(Object.keys(scope2?.properties ?? {}), ['location', 'market']);
  assert.deepEqual(Object.keys(completeness?.properties ?? {}), ['covered', 'days', 'share', 'meters']);
});
