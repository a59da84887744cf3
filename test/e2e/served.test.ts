// A node that is served: commands go through it, members that joined reach the ledger through it, and its API answers.
import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { RecordAnswer, UseCaseResult } from '../../src/node/index.ts';
import { answerOf, command, finished, jsonCommand, refusalOf, startCommand } from '../support/command.ts';
import { billFile, type Channel, newChannel, onNode, samples, temporaryFolder } from '../support/nodes.ts';

interface Served {
  readonly child: ChildProcess;
  readonly address: string;
}

/** Starts `uec serve` on a free port and waits until it says where. */
async function serve(folder: string): Promise<Served> {
  const child = startCommand(['serve', folder, '--port', '0', '--json']);
  const stdout = child.stdout;
  if (stdout === null) throw new Error('no stdout');
  const [chunk] = (await once(stdout, 'data')) as [Buffer];
  const { address } = JSON.parse(chunk.toString()) as { address: string };
  return { child, address };
}

async function end({ child }: Served, signal: NodeJS.Signals): Promise<void> {
  const gone = once(child, 'exit');
  child.kill(signal);
  await gone;
}

const folder = temporaryFolder();

test('two commands at once on one folder both succeed: one waits', async () => {
  const { acme } = await newChannel();
  const answers = await Promise.all(
    ['california', 'texas'].map((name) =>
      answerOf<RecordAnswer>(['record', acme, join(samples, `acme/${name}-2022.csv`)]),
    ),
  );
  assert.deepEqual(
    answers.map(({ totals }) => totals.lines),
    [12, 4],
  );
  const { items } = await onNode(acme, (call) => call('records', {}));
  assert.equal(items.length, 16);
});

describe('commands on served folders', () => {
  let channel: Channel;
  let served: Served;

  before(async () => {
    channel = await newChannel();
    served = await serve(channel.acme);
  });
  after(() => served.child.kill('SIGKILL'));

  test('on the served folder and on a joined one, at the same time', async () => {
    assert.equal(statSync(join(channel.acme, 'node.sock')).mode & 0o177, 0);
    const [own, joined, status] = await Promise.all([
      answerOf<RecordAnswer>(['record', channel.acme, join(samples, 'acme/california-2022.csv')]),
      answerOf<RecordAnswer>(['record', channel.beta, join(samples, 'beta/germany-2023.csv')]),
      answerOf<UseCaseResult<'status'>>(['status', channel.audit]),
    ]);
    assert.deepEqual([own.totals.location, joined.totals.location], ['34028.845853', '29262.548']);
    assert.equal(status.members, 3);
    const seen = await answerOf<UseCaseResult<'records'>>(['records', channel.acme, '--member', 'BETA']);
    assert.equal(seen.items.length, 12);
    // Refusals cross the socket whole.
    const refusal = await refusalOf(['record', channel.acme, join(samples, 'acme/california-2022.csv')]);
    assert.deepEqual([refusal.code, refusal.exit], ['FILE_DUPLICATE', 3]);
    const ledger = await answerOf<UseCaseResult<'verify'>>(['verify', channel.beta]);
    assert.ok('ledger' in ledger && ledger.ledger.faults.length === 0 && ledger.ledger.replay === null);
  });

  test('relative paths are those of the caller, also through the socket', async () => {
    billFile(join(folder, 'relative.csv'), ['R-1,electricity,2022-01-01,2022-02-01,exclusive,1,ton,DE']);
    const { code } = await jsonCommand(['record', channel.acme, 'relative.csv', '--errors', 'out.csv'], {
      cwd: folder,
    });
    assert.equal(code, 2);
    assert.match(readFileSync(join(folder, 'out.csv'), 'utf8'), /UNIT_AMBIGUOUS/);
  });

  test('a second server of the same folder is refused and takes nothing away', async () => {
    const second = await refusalOf(['serve', channel.acme, '--port', '0']);
    assert.equal(second.exit, 6);
    assert.equal((await command(['status', channel.acme])).code, 0);
  });

  test('a server that is killed leaves nothing that stops the next command; ended, it cleans up', async () => {
    await end(served, 'SIGKILL');
    assert.ok(existsSync(join(channel.acme, 'node.sock')));
    const again = await answerOf<RecordAnswer>(['record', channel.acme, join(samples, 'acme/gas-2022.csv')]);
    assert.equal(again.totals.emissions, '13977.080675');
    served = await serve(channel.acme);
    assert.equal((await answerOf<UseCaseResult<'records'>>(['records', channel.beta])).items.length, 36);
    const gone = finished(served.child);
    served.child.kill('SIGTERM');
    assert.equal((await gone).code, 0);
    assert.equal(existsSync(join(channel.acme, 'node.sock')), false);
    await answerOf(['status', channel.acme]);
  });
});

describe('the API', () => {
  let channel: Channel;
  let served: Served;
  let token: string;
  let record: string;

  before(async () => {
    channel = await newChannel();
    // As an older version left it: the one token's hash in node.json.
    const config = join(channel.acme, 'node.json');
    token = `uec_${randomBytes(32).toString('base64url')}`;
    const tokenHash = createHash('sha256').update(token).digest('hex');
    writeFileSync(config, JSON.stringify({ ...JSON.parse(readFileSync(config, 'utf8')), tokenHash }));
    const files = [join(samples, 'acme/california-2022.csv')];
    const { lines } = await onNode(channel.acme, (acme) => acme('record', { files, read: {} }));
    record = lines[0]?.recordId as string;
    served = await serve(channel.acme);
  });
  after(() => served.child.kill('SIGKILL'));

  interface Answered {
    readonly status: number;
    readonly type: string;
    readonly headers: Headers;
    readonly text: string;
  }

  async function get(
    path: string,
    init: RequestInit = { headers: { Authorization: `Bearer ${token}` } },
  ): Promise<Answered> {
    const answer = await fetch(`${served.address}${path}`, init);
    return {
      status: answer.status,
      type: answer.headers.get('content-type') ?? '',
      headers: answer.headers,
      text: await answer.text(),
    };
  }

  function checkProblem(answer: Answered, status: number, code: string): void {
    assert.equal(answer.status, status, answer.text);
    assert.equal(answer.type, 'application/problem+json');
    const body = JSON.parse(answer.text) as Record<string, unknown>;
    assert.deepEqual([body.status, body.code, body.type], [status, code, `urn:uec:error:${code}`]);
    assert.equal(typeof body.detail, 'string');
    assert.doesNotMatch(answer.text, /\bat .*\.ts|node_modules|\/src\/|Error:/);
    checkHeaders(answer);
  }

  function checkHeaders({ headers }: Answered): void {
    assert.equal(headers.get('cache-control'), 'no-store');
    assert.equal(headers.get('x-content-type-options'), 'nosniff');
    assert.match(headers.get('content-security-policy') ?? '', /default-src 'none'/);
    assert.equal(headers.get('access-control-allow-origin'), null);
  }

  test('health needs no token and tells no secret', async () => {
    const health = await get('/health', {});
    assert.equal(health.status, 200);
    assert.deepEqual(JSON.parse(health.text), { status: 'ok' });
    checkHeaders(health);
    checkHeaders(await get('/', {}));
  });

  test('without the token, or with another, every path of the API answers 401', async () => {
    const wrong = [
      undefined,
      'Bearer',
      'Bearer x',
      `Bearer ${token}x`,
      `Bearer ${token.slice(0, -1)}`,
      `Basic ${token}`,
      `Bearer ${token} ${token}`,
      `Bearer uec_${'A'.repeat(43)}`,
      `Bearer ${'A'.repeat(5000)}`,
    ];
    for (const header of wrong) {
      const answer = await get('/api/v1/records', header === undefined ? {} : { headers: { Authorization: header } });
      checkProblem(answer, 401, 'TOKEN_INVALID');
      assert.equal(answer.headers.get('www-authenticate'), 'Bearer');
    }
    for (const path of ['/api', '/api/', '/api/v1/inventory?year=2022', '/api/v1/nothing', `/api/v1/records/${record}`])
      checkProblem(await get(path, {}), 401, 'TOKEN_INVALID');
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])
      checkProblem(await get('/api/v1/records', { method }), 401, 'TOKEN_INVALID');
  });

  test('records, one record, inventory', async () => {
    const list = await get('/api/v1/records?limit=5&year=2022&commodity=electricity');
    assert.equal(list.status, 200);
    checkHeaders(list);
    const page = JSON.parse(list.text) as UseCaseResult<'records'>;
    assert.equal(page.items.length, 5);
    const next = JSON.parse(
      (await get(`/api/v1/records?limit=500&cursor=${page.next}`)).text,
    ) as UseCaseResult<'records'>;
    assert.equal(next.items.length, 7);
    const one = JSON.parse((await get(`/api/v1/records/${record}`)).text) as UseCaseResult<'show'>;
    assert.equal(one.id, record);
    const inventory = await get('/api/v1/inventory?year=2022');
    assert.equal((JSON.parse(inventory.text) as UseCaseResult<'inventory'>).scope2.location.co2e.kg, '34028.845853');
  });

  test('what is asked wrongly is a problem with a stable code', async () => {
    const wrong: [string, number, string][] = [
      ['/api/v1/inventory', 400, 'REQUEST_INVALID'],
      ['/api/v1/inventory?year=20x2', 400, 'REQUEST_INVALID'],
      ['/api/v1/inventory?year=2022&member=NOBODY', 422, 'MEMBER_UNKNOWN'],
      ['/api/v1/records?limit=0', 400, 'REQUEST_INVALID'],
      ['/api/v1/records?limit=1e2', 400, 'REQUEST_INVALID'],
      ['/api/v1/records?limit=', 400, 'REQUEST_INVALID'],
      ['/api/v1/records?limit=501', 400, 'REQUEST_INVALID'],
      ['/api/v1/records?bogus=1', 400, 'REQUEST_INVALID'],
      ['/api/v1/records?__proto__=1', 400, 'REQUEST_INVALID'],
      ['/api/v1/records?year=abc', 400, 'REQUEST_INVALID'],
      ['/api/v1/records?year=99999999999', 400, 'REQUEST_INVALID'],
      ['/api/v1/records?commodity=coal', 400, 'REQUEST_INVALID'],
      ['/api/v1/records?flow=sideways', 400, 'REQUEST_INVALID'],
      ['/api/v1/records?state=gone', 400, 'REQUEST_INVALID'],
      ['/api/v1/records?cursor=nonsense', 400, 'FIELD_INVALID'],
      ["/api/v1/records?member=';DROP TABLE records;--", 400, 'REQUEST_INVALID'],
      ['/api/v1/records?member=NOBODY', 200, ''],
      ['/api/v1/records/zz', 400, 'REQUEST_INVALID'],
      [`/api/v1/records/${'0'.repeat(64)}`, 404, 'RECORD_NOT_FOUND'],
      ['/api/v1/records/%E0%A4%A', 400, 'REQUEST_INVALID'],
      ['/api/v1/nothing', 404, 'NOT_FOUND'],
      ['/api/v1/records/..%2f..%2fnode.json', 400, 'REQUEST_INVALID'],
      ['/node.json', 404, 'NOT_FOUND'],
    ];
    for (const [path, status, code] of wrong) {
      const answer = await get(path);
      if (status === 200) assert.deepEqual(JSON.parse(answer.text), { items: [] });
      else checkProblem(answer, status, code);
    }
  });

  test('other methods change nothing; odd and huge requests do not take the server down', async () => {
    assert.equal((await get('/health', { method: 'HEAD' })).status, 200);
    const headers = { Authorization: `Bearer ${token}` };
    for (const method of ['PUT', 'DELETE', 'PATCH']) {
      const refused = await get('/api/v1/records', { method, headers });
      checkProblem(refused, 405, 'METHOD_NOT_ALLOWED');
      assert.equal(refused.headers.get('allow'), 'GET, POST, HEAD, OPTIONS');
    }
    assert.equal((await get('/api/v1/records', { method: 'OPTIONS', headers })).status, 204);
    const body = Buffer.alloc(20_000_000, 'x');
    await get('/api/v1/records', { method: 'POST', body, headers: { Authorization: `Bearer ${token}` } }).catch(
      () => undefined,
    );
    await get(`/${'a'.repeat(100_000)}`).catch(() => undefined);
    const { port } = new URL(served.address);
    for (const text of [
      '\0\0\0\0\r\n\r\n',
      'GET / HTTP/9.9\r\n\r\n',
      `GET / HTTP/1.1\r\n${'A: b\r\n'.repeat(5000)}\r\n`,
    ]) {
      const socket = connect(Number(port), '127.0.0.1');
      socket.on('error', () => undefined);
      socket.end(text);
      socket.resume();
      await once(socket, 'close');
    }
    assert.equal((await get('/health', {})).status, 200);
  });

  test('the API listens on the loopback address alone, and the use cases of the command are on no port', async () => {
    const { port, hostname } = new URL(served.address);
    assert.equal(hostname, '127.0.0.1');
    const others = Object.values(networkInterfaces()).flatMap((list) =>
      (list ?? []).filter(({ internal, family }) => !internal && family === 'IPv4').map(({ address }) => address),
    );
    for (const address of others) {
      const socket = connect(Number(port), address);
      const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
      assert.equal(error.code, 'ECONNREFUSED', address);
    }
    checkProblem(await get('/call/status', { method: 'POST', body: '{}' }), 404, 'NOT_FOUND');
  });
});
