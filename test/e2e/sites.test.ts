// Completeness by site, from bills to what is told: by hand, in a leap year; to the owner alone; and as a read, which leaves no trace.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import type { UseCaseResult } from '../../src/node/index.ts';
import { type ServedApi, serveApi } from '../support/api.ts';
import { answerOf, command } from '../support/command.ts';
import { billFile, type Channel, newChannel, onNode, temporaryFolder, together } from '../support/nodes.ts';
import { serveNode } from '../support/served.ts';

type Sites = NonNullable<UseCaseResult<'sites'>['sites']>;

const folder = temporaryFolder();
const WORKS = 'Villa Quisisana';
let channel: Channel;
/** Pseudonyms by number of the meter. */
const meters = new Map<string, string>();
let erased: string;

before(async () => {
  channel = await newChannel();
  const bill = (meter: string, start: string, end: string, site: string, commodity = 'electricity', unit = 'kWh') =>
    `${meter},${commodity},${start},${end},exclusive,100,${unit},DE,${site}`;
  const file = billFile(
    join(folder, 'bills.csv'),
    [
      bill('M-1', '2024-01-01', '2025-01-01', WORKS),
      bill('M-1', '2024-01-01', '2024-02-01', WORKS, 'water', 'm3'),
      bill('M-1', '2024-03-01', '2025-01-01', WORKS, 'water', 'm3'),
      bill('M-2', '2024-02-15', '2024-07-01', WORKS),
      bill('M-3', '2024-01-01', '2025-01-01', 'Annex'),
      bill('M-4', '2024-12-01', '2025-01-01', ''),
      bill('M-5', '2023-12-15', '2024-01-11', 'Gone'),
    ],
    ',site',
  );
  await onNode(channel.acme, async (acme) => {
    await acme('record', { files: [file], read: {} });
    for (const { number, pseudonym } of await acme('meters', {})) meters.set(number, pseudonym);
    erased = meters.get('M-5') as string;
    await acme('eraseMeter', { meter: erased, order: 'case-1', reason: 'data-subject-request' });
  });
});

test('asked for by name, the own member has its sites too', async () => {
  const own = ['inventory', channel.acme, '--year', '2024', '--member', 'ACME'];
  const { sites } = await answerOf<{ sites: Sites }>(own);
  assert.deepEqual(
    sites.map(({ site }) => site),
    ['Annex', WORKS, null],
  );
});

test("an auditor's node has no names of sites, asked for the owner's inventory or for its sites", async () => {
  const told = await together(channel, async ({ audit }) => [
    await audit('inventory', { year: 2024, member: 'ACME' }),
    await audit('sites', { year: 2024, member: 'ACME' }),
  ]);
  assert.deepEqual(told[1], { owner: 'ACME', year: 2024, sites: null });
  const command_ = await command(['inventory', channel.audit, '--year', '2024', '--member', 'ACME']);
  for (const text of [JSON.stringify(told), command_.stdout])
    assert.ok(!/Quisisana|Annex|no site named|by site/.test(text), text);
});

test('who only reads or audits is told null over the API; who works at the node is told what the command is', async () => {
  const served: ServedApi = await serveApi(channel.acme);
  try {
    const ask = async (path: string, role: string) =>
      (await fetch(`${served.address}/api/v1${path}`, { headers: { Authorization: `Bearer ${role}-token` } })).text();
    for (const role of ['viewer', 'auditor'])
      for (const path of ['/inventory?year=2024', '/inventory/sites?year=2024'])
        assert.ok(!/Quisisana|Annex/.test(await ask(path, role)), `${role} ${path}`);
    const { sites } = JSON.parse(await ask('/inventory/sites?year=2024', 'operator')) as { sites: Sites };
    assert.deepEqual(
      sites.map(({ site, share }) => [site, share]),
      [
        ['Annex', '1'],
        [WORKS, '0.765'],
        [null, '0.056'],
      ],
    );
  } finally {
    await served.close();
  }
});

test('an inventory is a read: no entry in the audit log, here or of a viewer elsewhere, and none is needed', async () => {
  const entries = async () => {
    const list = ['audit', 'list', channel.acme, '--limit', '50'];
    return (await answerOf<{ items: { operation: string }[] }>(list)).items.map(({ operation }) => operation);
  };
  await command(['inventory', channel.acme, '--year', '2024']);
  const token = ['token', 'add', channel.acme, '--role', 'viewer', '--label', 'dashboard'];
  writeFileSync(join(folder, 'token'), (await answerOf<{ token: string }>(token)).token, { mode: 0o600 });
  const served = await serveNode(channel.acme);
  try {
    const far = ['inventory', served.address, '--year', '2024', '--token-file', join(folder, 'token')];
    assert.equal((await answerOf<{ sites: unknown }>(far)).sites, null);
  } finally {
    await served.stop();
  }
  assert.deepEqual(await entries(), ['command.tokens.add']);
  writeFileSync(join(channel.acme, 'audit.db'), 'no database');
  assert.equal((await command(['inventory', channel.acme, '--year', '2024'])).code, 0);
});
