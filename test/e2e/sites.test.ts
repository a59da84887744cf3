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

const named = (...numbers: string[]): string[] => numbers.map((number) => meters.get(number) as string).sort();

test('the days of a leap year by site: two meters with gaps, one that is whole, one without a site and one erased', async () => {
  // Works: 366 of electricity, 366 - 29 of water (February), 15 + 31 + 30 + 31 + 30 = 137 of M-2: 840 of 1 098 = 0.76502...
  // No site: 31 of December, 10 of January: 41 of 732 = 0.05601...
  const expected: Sites = [
    { site: 'Annex', meters: 1, incomplete: 0, incompleteMeters: [], covered: 366, days: 366, share: '1' },
    {
      ...{ site: WORKS, meters: 2, incomplete: 2, incompleteMeters: named('M-1', 'M-2') },
      ...{ covered: 840, days: 1_098, share: '0.765' },
    },
    {
      ...{ site: null, meters: 2, incomplete: 2, incompleteMeters: named('M-4', 'M-5') },
      ...{ covered: 41, days: 732, share: '0.056' },
    },
  ];
  for (const member of [[], ['--member', 'ACME']]) {
    const answer = await answerOf<UseCaseResult<'inventory'> & { sites: Sites }>([
      ...['inventory', channel.acme, '--year', '2024', ...member],
    ]);
    assert.deepEqual(answer.sites, expected);
    assert.deepEqual([answer.completeness.covered, answer.completeness.days], [1_247, 2_196]);
  }
  const { stdout } = await command(['inventory', channel.acme, '--year', '2024']);
  const short = (...numbers: string[]) =>
    named(...numbers)
      .map((meter) => meter.slice(0, 8))
      .join(', ');
  const lines = [
    '    Annex: 100.00 % of the days of 1 meter',
    `    ${WORKS}: 76.50 % of the days of 2 meters, each with days open (${short('M-1', 'M-2')})`,
    `    no site named: 5.60 % of the days of 2 meters, each with days open (${short('M-4', 'M-5')})`,
  ];
  assert.ok(stdout.includes(`  by site:\n${lines.join('\n')}\n`), stdout);
  assert.ok(!stdout.includes('Gone'), 'the name went with the meter');
  const csv = await command(['inventory', channel.acme, '--year', '2024', '--csv']);
  assert.ok(!csv.stdout.includes(WORKS), 'the table has the columns and rows that it had');
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
