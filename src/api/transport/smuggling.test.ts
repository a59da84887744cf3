// Bytes over a raw connection: what a client library would never send.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { exchange, type Started, startApiServer, statuses } from '../../../test/support/api-server.ts';

let started: Started;
before(async () => {
  started = await startApiServer({ times: { keepAlive: 200, headers: 1_000 } });
});
after(() => started.close());

const HOST = 'Host: 127.0.0.1\r\n';
// What an attacker wants to be taken for a request of its own.
const SECOND = 'GET /smuggled HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n';
const post = (fields: string, body: string): string => `POST /first HTTP/1.1\r\n${HOST}${fields}\r\n${body}`;

/** Refused before any handler, and the connection ended. */
async function assertRefused(text: string): Promise<void> {
  started.seen.length = 0;
  const answer = await exchange(started.port, text);
  assert.deepEqual(
    statuses(answer).filter((status) => status < 400),
    [],
    JSON.stringify(answer),
  );
  assert.ok(
    started.seen.every((request) => request === 'POST /first'),
    String(started.seen),
  );
  assert.doesNotMatch(answer, /\bat .*\.[jt]s|node:internal|HPE_/);
}

test('what the cases vary is taken when it is right', async () => {
  const answer = await exchange(started.port, post('Content-Length: 4\r\n', 'abcd') + SECOND);
  assert.deepEqual(statuses(answer), [200, 200]);
  assert.deepEqual(started.seen, ['POST /first', 'GET /smuggled']);
  const chunked = await exchange(started.port, post('Transfer-Encoding: chunked\r\n', '4\r\nabcd\r\n0\r\n\r\n'));
  assert.deepEqual(statuses(chunked), [200]);
});

describe('two lengths of one body', () => {
  const cases: Record<string, string> = {
    'Content-Length, then Transfer-Encoding': post(
      'Content-Length: 4\r\nTransfer-Encoding: chunked\r\n',
      `0\r\n\r\n${SECOND}`,
    ),
    'Transfer-Encoding, then Content-Length': post(
      'Transfer-Encoding: chunked\r\nContent-Length: 4\r\n',
      `0\r\n\r\n${SECOND}`,
    ),
    'two different Content-Lengths': post('Content-Length: 4\r\nContent-Length: 0\r\n', `abcd${SECOND}`),
    'twice the same Content-Length': post('Content-Length: 4\r\nContent-Length: 4\r\n', `abcd${SECOND}`),
    'a list of Content-Lengths': post('Content-Length: 4, 4\r\n', `abcd${SECOND}`),
    'two Transfer-Encodings': post(
      'Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n',
      `0\r\n\r\n${SECOND}`,
    ),
  };
  for (const [name, text] of Object.entries(cases)) test(`refused: ${name}`, () => assertRefused(text));
});

describe('lengths and codings that are none', () => {
  const lengths = ['+4', '-4', '0x4', '4 4', '4.0', '', '99999999999999999999999', '٤'];
  for (const length of lengths)
    test(`refused: Content-Length '${length}'`, () =>
      assertRefused(post(`Content-Length: ${length}\r\n`, `abcd${SECOND}`)));
  const codings = [
    'xchunked',
    'chunked, identity',
    'gzip, chunked',
    'identity',
    '\x0bchunked',
    '"chunked"',
    'chunked;x',
  ];
  for (const coding of codings)
    test(`refused: Transfer-Encoding ${JSON.stringify(coding)}`, () =>
      assertRefused(post(`Transfer-Encoding: ${coding}\r\n`, `0\r\n\r\n${SECOND}`)));
  const chunks = {
    'a size that is no number': 'zz\r\nab\r\n0\r\n\r\n',
    'a size with 0x': '0x2\r\nab\r\n0\r\n\r\n',
    'a negative size': '-2\r\nab\r\n0\r\n\r\n',
    'a size beyond 64 bits': '10000000000000002\r\nab\r\n0\r\n\r\n',
    'lines that end with LF alone': '2\nab\n0\n\n',
    'an extension that ends with LF alone': '2;x\nab\r\n0\r\n\r\n',
    'more bytes than the size says': '2\r\nabcd\r\n0\r\n\r\n',
    'a space after the size': '2 \r\nab\r\n0 x\r\n\r\n',
  };
  for (const [name, body] of Object.entries(chunks))
    test(`refused: a chunk with ${name}`, () => assertRefused(post('Transfer-Encoding: chunked\r\n', body + SECOND)));
  test('refused: chunked in HTTP/1.0', () =>
    assertRefused(`POST /first HTTP/1.0\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n${SECOND}`));
});

describe('lines and fields that two programs read differently', () => {
  const cases: Record<string, string> = {
    'a folded field': `GET /x HTTP/1.1\r\n${HOST}X-A: b\r\n c\r\n\r\n`,
    'a folded Transfer-Encoding': post('Transfer-Encoding:\r\n chunked\r\n', `0\r\n\r\n${SECOND}`),
    'a space before the colon': post('Transfer-Encoding : chunked\r\n', `0\r\n\r\n${SECOND}`),
    'a space before the name': post(' Content-Length: 4\r\n', 'abcd'),
    'LF alone ends every line': 'GET /x HTTP/1.1\nHost: 127.0.0.1\n\n',
    'LF alone ends one field': 'GET /x HTTP/1.1\r\nHost: 127.0.0.1\nX: y\r\n\r\n',
    'CR alone inside a field': 'GET /x HTTP/1.1\r\nHost: 127.0.0.1\rX: y\r\n\r\n',
    'NUL in a field': `GET /x HTTP/1.1\r\n${HOST}X: a\0b\r\n\r\n`,
    'NUL in a name': `GET /x HTTP/1.1\r\n${HOST}X\0: a\r\n\r\n`,
    'a name that is empty': `GET /x HTTP/1.1\r\n${HOST}: a\r\n\r\n`,
    'a space in the target': `GET /a b HTTP/1.1\r\n${HOST}\r\n`,
    'HTTP/0.9': 'GET /x\r\n\r\n',
    'HTTP/2 in words': `GET /x HTTP/2.0\r\n${HOST}\r\n`,
    'the preface of HTTP/2': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    'two Authorizations': `GET /x HTTP/1.1\r\n${HOST}Authorization: Bearer a\r\nAuthorization: Bearer b\r\n\r\n`,
    'a TLS hello on a plain port': '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
  };
  for (const [name, text] of Object.entries(cases)) test(`refused: ${name}`, () => assertRefused(text));
});

describe('Host and target', () => {
  const get = (target: string, hosts: string): string => `GET ${target} HTTP/1.1\r\n${hosts}Connection: close\r\n\r\n`;
  const cases: Record<string, string> = {
    'no Host': get('/x', ''),
    'two Hosts': get('/x', `${HOST}Host: evil.example\r\n`),
    'an empty Host': get('/x', 'Host: \r\n'),
    'a Host with a path': get('/x', 'Host: 127.0.0.1/evil\r\n'),
    'a Host with a user': get('/x', 'Host: 127.0.0.1@evil.example\r\n'),
    'a Host with a space': get('/x', 'Host: 127.0.0.1 evil.example\r\n'),
    'a Host with a port that is none': get('/x', 'Host: 127.0.0.1:http\r\n'),
    'absolute form of another host': get('http://evil.example/x', HOST),
    'absolute form of another scheme': get('https://127.0.0.1/x', HOST),
    'absolute form with a user': get('http://user@127.0.0.1/x', HOST),
    'a target that begins with two slashes': get('//evil.example/x', HOST),
    'a target without a slash': get('x', HOST),
    'authority form': `CONNECT evil.example:443 HTTP/1.1\r\n${HOST}\r\n`,
  };
  for (const [name, text] of Object.entries(cases)) test(`refused: ${name}`, () => assertRefused(text));

  test('absolute form that says the same host is taken, as from a proxy', async () => {
    assert.deepEqual(statuses(await exchange(started.port, get('http://127.0.0.1/x', HOST))), [200]);
  });

  test('a name that somebody pointed at this machine is refused: DNS rebinding', async () => {
    for (const host of [
      'evil.example',
      'evil.example:4884',
      '127.0.0.1.evil.example',
      'localhost.evil.example',
      '0.0.0.0',
      '10.0.0.1',
    ])
      assert.deepEqual(statuses(await exchange(started.port, get('/x', `Host: ${host}\r\n`))), [421], host);
    for (const host of ['localhost', 'LOCALHOST:1', '127.0.0.1:4884', '[::1]:4884'])
      assert.deepEqual(statuses(await exchange(started.port, get('/x', `Host: ${host}\r\n`))), [200], host);
  });
});
