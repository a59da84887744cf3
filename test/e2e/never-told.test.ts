// What never appears in the log, the audit log, the metrics and the answers: secrets and personal data are planted in real requests
// and real bills, and everything that the node writes or says is searched for them.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { read, tableRows } from '../docs/documents.ts';
import { answerOf, command } from '../support/command.ts';
import { billFile, type Channel, newChannel, temporaryFolder } from '../support/nodes.ts';
import { type ServedNode, serveNode } from '../support/served.ts';

/** By the name under which docs/operating.md lists it. */
const planted: Readonly<Record<string, string>> = {
  'tokens, valid or not': 'uec_PLANTEDTOKENPLANTEDTOKENPLANTEDTOKENPLANTE',
  'account numbers': 'ACCT-5550001234',
  'meter numbers': 'METER-PLANTED-77',
  'file names': 'planted-bill-of-mrs-smith',
  'names and addresses of people': 'Planted Street',
  'query strings, with ZIP codes': '94199',
  'paths as they were asked for': 'planted-path',
  'header fields': 'planted-header',
  bodies: 'planted-body',
  'document bytes': 'PLANTED,DOCUMENT,BYTES',
  'URLs of receivers': 'planted-receiver',
};

let channel: Channel;
let served: ServedNode;
let token: string;
let secret: string;
let said = '';

async function ask(path: string, init: RequestInit = {}, authorization = `Bearer ${token}`): Promise<void> {
  const answer = await fetch(`${served.address}${path}`, {
    ...init,
    headers: { Authorization: authorization, 'Content-Type': 'application/json', ...init.headers },
  });
  if (answer.status >= 400) said += await answer.text();
  else await answer.text();
}

async function raw(text: string): Promise<void> {
  const socket = connect(Number(new URL(served.address).port), '127.0.0.1');
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  socket.write(text);
  await once(socket, 'close');
}

before(async () => {
  channel = await newChannel();
  ({ token } = await answerOf<{ token: string }>(['token', 'add', channel.acme, '--role', 'admin', '--label', 'test']));
  served = await serveNode(channel.acme);
});
after(() => served.stop());

test('requests and bills that carry them', async () => {
  const p = planted as Record<string, string>;
  const name = p['file names'] as string;
  const path = billFile(
    join(temporaryFolder(), `${name}.csv`),
    [
      `${p['meter numbers']},electricity,2022-01-01,2022-02-01,exclusive,100,kWh,DE,${p['account numbers']},"${p['names and addresses of people']} 5, ${p['document bytes']}"`,
    ],
    ',account,service_address',
  );
  await answerOf(['record', channel.acme, path]);
  // The same again, and a bad one: refusals have messages.
  await command(['record', channel.acme, path]);
  const bad = billFile(
    join(temporaryFolder(), `${name}-2.csv`),
    [`${p['meter numbers']},electricity,2022-03-01,2022-04-01,exclusive,1,ton,DE,${p['account numbers']},x`],
    ',account,service_address',
  );
  await command(['record', channel.acme, bad]);
  await ask(`/api/v1/records?zip=${p['query strings, with ZIP codes']}&member=${p['account numbers']}`);
  await ask(`/api/v1/records/${p['meter numbers']}`);
  await ask(`/api/v1/${p['paths as they were asked for']}/${name}.csv`);
  await ask(`/${p['paths as they were asked for']}?token=${p['tokens, valid or not']}`);
  await ask('/api/v1/records', {}, `Bearer ${p['tokens, valid or not']}`);
  await ask('/api/v1/records', {}, `Basic ${p['tokens, valid or not']}`);
  await ask('/api/v1/records', {
    headers: {
      'X-Request-Id': p['header fields'] as string,
      'User-Agent': p['header fields'] as string,
      Referer: p['header fields'] as string,
    },
  });
  const body = p.bodies as string;
  await ask('/api/v1/tokens', { method: 'POST', body: `{"role":"${body}","label":"${body}"}` });
  await ask('/api/v1/tokens', { method: 'POST', body: `${body} is no JSON` });
  await ask('/api/v1/tokens', { method: 'POST', body: JSON.stringify({ [body]: 1 }) });
  await ask('/api/v1/webhooks', {
    method: 'POST',
    body: JSON.stringify({ url: `http://${p['URLs of receivers']}:pw@127.0.0.1/` }),
  });
  const made = await fetch(`${served.address}/api/v1/webhooks`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ url: `https://${p['URLs of receivers']}.invalid/`, from: 0 }),
  });
  ({ secret } = (await made.json()) as { secret: string });
  await raw(`GET /${p['paths as they were asked for']} HTTP/1.1\r\nHost: ${p['header fields']}.example\r\n\r\n`);
  await raw(`${p.bodies}\r\n\r\n`);
  await raw(
    `POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ${p['header fields']}\r\nTransfer-Encoding: gzip, chunked\r\n\r\n`,
  );
  await sleep(1_500);
});

test('none of them stands in the log, the audit log, the metrics or an answer with an error', async () => {
  const metrics = await (
    await fetch(`${served.address}/metrics`, { headers: { Authorization: `Bearer ${token}` } })
  ).text();
  await served.stop();
  const audit = readFileSync(join(channel.acme, 'audit.db'), 'latin1');
  const places: Record<string, string> = { log: served.log(), 'audit log': audit, metrics, answers: said };
  for (const text of Object.values(places)) assert.ok(text.length > 500);
  // Those who look must be able to find: each place holds what belongs there.
  assert.match(served.log(), /"operation":"listRecords"[^\n]*"code":"REQUEST_INVALID"/);
  assert.match(served.log(), /"event":"webhook"/);
  assert.match(audit, /addToken/);
  const keys = ['member.pem', 'vault.key', 'import.key', 'audit.key'].map((name) =>
    readFileSync(join(channel.acme, 'keys', name)),
  );
  const secrets = {
    ...planted,
    'the token in use': token,
    'secrets of receivers': secret,
    ...Object.fromEntries(
      keys.flatMap((key, at) =>
        (['hex', 'base64', 'latin1'] as const).map((form) => [`key ${at} ${form}`, key.toString(form)]),
      ),
    ),
  };
  const found = Object.entries(places).flatMap(([place, text]) =>
    Object.entries(secrets)
      .filter(([, value]) => text.toLowerCase().includes(value.toLowerCase()))
      .map(([what]) => `${what} in the ${place}`),
  );
  assert.deepEqual(found, []);
});

test('docs/operating.md lists what was looked for', () => {
  const listed = tableRows(read('docs/operating.md'), '### What never appears').map(([what]) => what);
  assert.deepEqual(listed, [...Object.keys(planted), 'keys and secrets of receivers']);
});
