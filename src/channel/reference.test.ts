import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { acme, commitment, fixtureChannel, line, pageOf, recordOf } from '../../test/support/fixture-channel.ts';
import { errorCodes } from '../emissions/index.ts';
import { transactionNames } from './contract.ts';
import { stateKeys } from './keys.ts';
import { queryNames } from './queries.ts';
import { type ActivityRecord, recordId } from './record.ts';

const reference = readFileSync(new URL('../../docs/channel.md', import.meta.url), 'utf8');

function section(title: string): string {
  return reference.split(`## ${title}\n`)[1]?.split('\n## ')[0] as string;
}

function firstColumn(text: string): string[] {
  return [...text.matchAll(/^\| `([^`]+)`/gm)].map(([, name]) => name as string);
}

test('the reference lists every transaction and query, and no other', () => {
  assert.deepEqual(firstColumn(section('Transactions')).sort(), transactionNames);
  assert.deepEqual(firstColumn(section('Queries')).sort(), queryNames);
});

test('the codes that the reference names exist', () => {
  const named = new Set(section('Transactions').match(/\b[A-Z]+(_[A-Z]+)+\b/g));
  assert.ok(named.size > 30);
  assert.deepEqual(
    [...named].filter((code) => !Object.hasOwn(errorCodes, code)),
    [],
  );
});

test('the reference names every kind of key', () => {
  const keys = section('World state and events');
  for (const kind of Object.keys(stateKeys)) {
    assert.match(keys, new RegExp(`\`${kind === 'meterYear' ? 'meter' : kind}[\`/]`));
  }
});

test('the record of the reference is one that the channel accepts', async () => {
  const channel = await fixtureChannel();
  const example = JSON.parse(/```json\n(.*?)```/s.exec(reference)?.[1] as string) as ActivityRecord;
  assert.ok(reference.includes(recordId(example)));
  const facts = line({ meter: example.meter, evidence: { document: commitment } });
  const made = { ...recordOf(facts), evidence: example.evidence } as ActivityRecord;
  assert.deepEqual(made, example);
  await channel.submit(acme, 'records.submit', pageOf([example]));
});
