import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { isChannelError } from '../emissions/index.ts';
import { fieldsCommitment, openFields, saltFields, verifyFields } from './fields.ts';

const salt = (digit: string): string => digit.repeat(64);
const fields = [
  { name: 'kWh', salt: salt('1'), value: '1000' },
  { name: 'name', salt: salt('2'), value: 'someone' },
  { name: 'period', salt: salt('3'), value: '2022-01' },
];

const h = (...parts: Buffer[]): Buffer => createHash('sha256').update(Buffer.concat(parts)).digest();

test('the root is the tree hash over salted leaves written out by hand', () => {
  const leaves = [
    `{"name":"kWh","salt":"${salt('1')}","value":"1000"}`,
    `{"name":"name","salt":"${salt('2')}","value":"someone"}`,
    `{"name":"period","salt":"${salt('3')}","value":"2022-01"}`,
  ].map((text) => h(Buffer.of(0), Buffer.from(text)));
  const [a, b, c] = leaves as [Buffer, Buffer, Buffer];
  const root = h(Buffer.of(1), h(Buffer.of(1), a, b), c).toString('hex');
  assert.equal(fieldsCommitment(fields), root);
});

test('chosen fields open, and the opening holds nothing of the hidden ones', () => {
  const root = fieldsCommitment(fields);
  const opening = openFields(fields, ['period', 'kWh', 'kWh']);
  assert.deepEqual(
    opening.fields.map(({ name, value, index }) => [name, value, index]),
    [
      ['kWh', '1000', 0],
      ['period', '2022-01', 2],
    ],
  );
  assert.equal(verifyFields(opening, root), true);
  assert.equal(JSON.stringify(opening).includes('someone'), false);
  assert.equal(JSON.stringify(opening).includes(salt('2')), false);
});

test('an opening with anything changed does not verify', () => {
  const root = fieldsCommitment(fields);
  const opening = openFields(fields, ['kWh', 'period']);
  const [first, second] = opening.fields as [(typeof opening.fields)[0], (typeof opening.fields)[0]];
  const wrong = [
    { ...opening, fields: [{ ...first, value: '1001' }, second] },
    { ...opening, fields: [{ ...first, name: 'kwh' }, second] },
    { ...opening, fields: [{ ...first, salt: salt('4') }, second] },
    { ...opening, fields: [{ ...first, salt: 'ab' }, second] },
    { ...opening, fields: [{ ...first, index: 1 }, second] },
    { ...opening, fields: [second, first] },
    { ...opening, fields: [first, first] },
    { ...opening, size: 2 },
    { ...opening, fields: [] },
  ];
  for (const changed of wrong) assert.equal(verifyFields(changed, root), false);
  assert.equal(verifyFields(opening, salt('0')), false);
});

test('fields are salted afresh each time and put in order of name', () => {
  const [first, second] = [saltFields({ b: '2', a: '1' }), saltFields({ b: '2', a: '1' })];
  assert.deepEqual(
    first.map(({ name, value }) => name + value),
    ['a1', 'b2'],
  );
  assert.equal(new Set([...first, ...second].map((field) => field.salt)).size, 4);
  assert.notEqual(fieldsCommitment(first), fieldsCommitment(second));
});

test('no field, a name twice, another order or a short salt is refused', () => {
  const [a, b] = fields as [(typeof fields)[0], (typeof fields)[0]];
  for (const bad of [[], [a, a], [b, a], [{ ...a, salt: '11' }]]) {
    assert.throws(
      () => fieldsCommitment(bad),
      (error) => isChannelError(error, 'FIELD_INVALID'),
    );
  }
  assert.throws(
    () => openFields(fields, []),
    (error) => isChannelError(error, 'FIELD_INVALID'),
  );
  assert.throws(
    () => openFields(fields, ['address']),
    (error) => isChannelError(error, 'FIELD_INVALID'),
  );
});
