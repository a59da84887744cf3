import assert from 'node:assert/strict';
import { test } from 'node:test';
import { acme, audit, beta, fixtureChannel } from '../../test/support/fixture-channel.ts';
import type { NodeAnnouncement } from './nodes.ts';

const announcement = {
  endpoint: 'https://node.acme.example:8443/channel',
  recipientKey: `age1${'q'.repeat(58)}`,
  signingKey: acme.publicKey,
  validFrom: '2024-01-01',
  validTo: '2025-01-01',
};

test('each member announces its own node, and the last announcement stands', async () => {
  const channel = await fixtureChannel();
  const { result } = await channel.submit(acme, 'nodes.announce', announcement);
  // 2024 is a leap year.
  assert.deepEqual(result, { days: 366, member: 'ACME' });
  await channel.submit(audit, 'nodes.announce', announcement);
  const moved = { ...announcement, endpoint: 'https://new.acme.example' };
  await channel.submit(acme, 'nodes.announce', moved);
  assert.deepEqual(await channel.query<NodeAnnouncement[]>('nodes.list'), [
    { ...moved, member: 'ACME' },
    { ...announcement, member: 'AUDIT' },
  ]);
});

test('an announcement cannot name another member', async () => {
  const channel = await fixtureChannel();
  const args = { ...announcement, member: 'ACME' };
  await channel.refuse(beta, 'nodes.announce', args, { code: 'FIELD_INVALID', where: 'arguments' });
});

test('address, keys and validity are checked', async () => {
  const channel = await fixtureChannel();
  for (const [change, where] of [
    [{ endpoint: 'http://node.acme.example' }, 'arguments.endpoint'],
    [{ endpoint: 'https://user:secret@node.acme.example' }, 'arguments.endpoint'],
    [{ endpoint: 'https://node.acme.example/?q=1' }, 'arguments.endpoint'],
    [{ endpoint: `https://${'a.'.repeat(400_000)}` }, 'arguments.endpoint'],
    [{ recipientKey: 'age1short' }, 'arguments.recipientKey'],
    [{ signingKey: 'AAAA' }, 'arguments.signingKey'],
    [{ signingKey: `${acme.publicKey} ` }, 'arguments.signingKey'],
    [{ validFrom: '1 June 2024' }, 'arguments.validFrom'],
  ] as const) {
    await channel.refuse(acme, 'nodes.announce', { ...announcement, ...change }, { code: 'FIELD_INVALID', where });
  }
  const expired = { ...announcement, validTo: '2024-06-01' };
  await channel.refuse(acme, 'nodes.announce', expired, { code: 'PERIOD_INVALID', where: 'validTo' });
  const reversed = { ...announcement, validFrom: '2025-01-02' };
  await channel.refuse(acme, 'nodes.announce', reversed, { code: 'PERIOD_INVALID', where: 'end' });
  const unreal = { ...announcement, validFrom: '2024-02-30' };
  await channel.refuse(acme, 'nodes.announce', unreal, { code: 'DATE_INVALID', where: 'start' });
});
