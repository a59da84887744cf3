import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { isChannelError } from '../emissions/index.ts';
import { textValues, validated } from './validate.ts';

const place = z.strictObject({ country: z.string().optional(), zip: z.string().optional() });
const body = z.strictObject({ label: z.string().optional(), read: z.strictObject({ place }).optional() });

function refusal(work: () => unknown) {
  try {
    work();
  } catch (error) {
    if (isChannelError(error, 'REQUEST_INVALID')) return error.report();
    throw error;
  }
  return assert.fail('nothing was refused');
}

test('a field that is not known is told with the names that are known at its place, and never with its own', () => {
  const { fix, where, problems } = refusal(() =>
    validated(body, { lable: 'x', read: { place: { ZIP: '94105' } } }, 'body'),
  );
  assert.deepEqual(
    problems?.map((one) => [one.where, one.fix]),
    [
      ['body/read/place', 'Fields are country, zip.'],
      ['body', 'Fields are label, read.'],
    ],
  );
  assert.deepEqual([where, fix], ['body/read/place', 'Fields are country, zip.']);
  assert.equal(JSON.stringify(problems).includes('lable'), false);
});

test('a query and a form tell their fields too, and where there are none, that', () => {
  const query = new URLSearchParams('zap=94105');
  assert.equal(refusal(() => textValues(place, query, 'query')).fix, 'Fields are country, zip.');
  assert.equal(refusal(() => textValues(place, query, 'query', ['fields'])).fix, 'Fields are country, zip, fields.');
  assert.equal(refusal(() => textValues(z.strictObject({}), query, 'form')).fix, 'No field is taken here.');
});

test('of many names the first forty are told', () => {
  const many = z.strictObject(Object.fromEntries(Array.from({ length: 43 }, (_, at) => [`f${at}`, z.string()])));
  const { fix } = refusal(() => validated(many.partial(), { x: 1 }, 'body'));
  assert.match(fix, /^Fields are f0, f1, .*, f39 and 3 more\.$/);
});

test('another fault keeps the advice of its code', () => {
  assert.match(refusal(() => validated(place, { zip: 94105 }, 'body')).fix, /openapi\.json/);
});
