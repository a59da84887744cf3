import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorCodes } from '../emissions/index.ts';
import { adviceFor, apiNames, apiNamesIn, inApiWords } from './advice.ts';
import { describedApi } from './index.ts';

test('advice names the fields and operations of the API behind the words of the command', () => {
  const fix = 'Mend the rows named, or record the others with --errors FILE. See uec imports list.';
  const json = JSON.stringify({
    fix,
    problems: [{ fix: 'Say "which": --date-order day-first or --date-order month-first.' }],
  });
  assert.deepEqual(JSON.parse(inApiWords(json)), {
    fix: `${fix} In the API: acceptPartial, GET /imports.`,
    problems: [{ fix: 'Say "which": --date-order day-first or --date-order month-first. In the API: dateOrder.' }],
  });
});

test('what is no advice, or names nothing of the command, stays as it is', () => {
  for (const value of [{ fix: 'Write YYYY-MM-DD.' }, { note: '"fix":"--map"' }, { fix: 'Look for a--map.' }]) {
    const json = JSON.stringify(value);
    assert.equal(inApiWords(json), json);
  }
});

test('the command gets its own words alone', () => {
  const json = '{"fix":"Give --zone."}';
  const request = (headers: object) => new Request('http://node.test/', { headers: { ...headers } });
  assert.equal(adviceFor(request({ Prefer: 'advice=command' }), json), json);
  assert.match(adviceFor(request({}), json), /In the API: zone/);
});

test('every name told is one of the API', () => {
  const { paths } = describedApi();
  const text = JSON.stringify(describedApi());
  for (const field of apiNames.fields) assert.ok(text.includes(`"${field}":{`), field);
  for (const route of apiNames.routes) {
    const [method = '', path = ''] = route.split(' ');
    const operations = (paths as Record<string, object>)[`/api/v1${path}`];
    assert.ok(Object.hasOwn(operations ?? {}, method.toLowerCase()), route);
  }
});

test('every option in the advice of a code has its name in the API, but for those of commands that the API lacks', () => {
  for (const [code, { advice }] of Object.entries(errorCodes)) {
    if (!advice.includes('--') || /uec (init|fabric|COMMAND)/.test(advice)) continue;
    assert.notDeepEqual(apiNamesIn(advice), [], code);
  }
});
