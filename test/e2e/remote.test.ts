// Commands on a node elsewhere: its URL stands where its folder would, and everything goes through the API over TLS.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { RecordAnswer, UseCaseResult } from '../../src/node/index.ts';
import { testCa } from '../support/certificates.ts';
import { answerOf, command, finished, refusalOf, startCommand } from '../support/command.ts';
import { billFile, type Channel, newChannel, samples, temporaryFolder, together } from '../support/nodes.ts';
import { type ServedNode, serveNode } from '../support/served.ts';

const folder = temporaryFolder();
const ca = testCa();
const issued = ca.issue({ name: 'node.example', names: ['127.0.0.1'] });
const at = (name: string) => join(folder, name);
writeFileSync(at('node.crt'), issued.cert);
writeFileSync(at('node.key'), issued.key, { mode: 0o600 });
writeFileSync(at('ca.crt'), ca.cert);
let channel: Channel;
let served: ServedNode;
let url: string;
const tokens: Record<string, string> = {};

before(async () => {
  channel = await newChannel();
  for (const role of ['viewer', 'admin']) {
    const { token } = await answerOf<{ token: string }>([
      'token',
      'add',
      channel.acme,
      '--role',
      role,
      '--label',
      role,
    ]);
    tokens[role] = token;
    writeFileSync(at(role), `${token}\n`, { mode: 0o600 });
  }
  served = await serveNode(channel.acme, ['--tls-cert', at('node.crt'), '--tls-key', at('node.key')]);
  url = served.address;
});
after(() => served.stop());

const far = (role = 'admin') => ['--token-file', at(role), '--ca', at('ca.crt')];

describe('a node at a URL', () => {
  let record: string;

  test('records a bill and its document, which are uploaded, as it does from a folder', async () => {
    const bill = join(samples, 'acme/gas-2022.csv');
    const tried = await answerOf<RecordAnswer>(['record', url, bill, '--dry-run', ...far()]);
    assert.deepEqual([tried.dryRun, tried.totals.emissions], [true, '13977.080675']);
    const answer = await answerOf<RecordAnswer>(['record', url, bill, ...far()]);
    assert.equal(answer.totals.emissions, '13977.080675');
    record = answer.lines[0]?.recordId as string;
    const again = await refusalOf(['record', url, bill, ...far()]);
    assert.deepEqual([again.code, again.exit], ['FILE_DUPLICATE', 3]);
    assert.equal((await refusalOf(['record', url, bill, '--dry-run', ...far('viewer')])).code, 'ROLE_INSUFFICIENT');
    const { documents } = await answerOf<UseCaseResult<'documents'>>(['document', 'list', url, ...far()]);
    assert.ok(documents.some(({ records }) => records.includes(record)));
    // Nothing waits in the folder once it was used.
    assert.equal((await command(['fsck', url, ...far()])).code, 0);
  });

  test('a folder of bills, with the errors of one beside the records of the others', async () => {
    const bills = at('bills');
    mkdirSync(bills);
    billFile(join(bills, 'a.csv'), ['A-1,electricity,2022-01-01,2022-02-01,exclusive,100,kWh,DE']);
    billFile(join(bills, 'b.csv'), ['B-1,electricity,2022-01-01,2022-02-01,exclusive,1,ton,DE']);
    const { code, stdout } = await command(['record', url, bills, '--json', ...far()]);
    const { names, files } = JSON.parse(stdout) as { names: string[]; files: { state: string }[] };
    assert.deepEqual([code, names, files.map(({ state }) => state)], [2, ['a.csv', 'b.csv'], ['recorded', 'refused']]);
  });

  test('documents that rows name travel with their bill, and the list of imports has the file by its own name', async () => {
    const bills = at('with-documents');
    mkdirSync(join(bills, 'scans'), { recursive: true });
    writeFileSync(join(bills, 'scans', 'one.pdf'), '%PDF-1.4 one');
    writeFileSync(join(bills, 'scans', 'two.png'), 'two');
    const row = (day: number, document: string) =>
      `R-1,electricity,2022-03-0${day},2022-03-0${day + 1},exclusive,100,kWh,DE,${document}`;
    const rows = [row(1, 'scans/one.pdf'), row(2, 'scans\\two.png'), row(3, 'scans/one.pdf'), row(4, '')];
    const bill = billFile(join(bills, 'Zähler 7.csv'), rows, ',Document');
    const { lines } = await answerOf<RecordAnswer>(['record', url, bill, ...far()]);
    const { documents } = await answerOf<UseCaseResult<'documents'>>(['document', 'list', url, ...far()]);
    const proofs = lines.map(({ recordId }) => documents.find(({ records }) => records.includes(recordId as string)));
    assert.deepEqual(
      proofs.map((proof) => proof?.mediaType),
      ['application/pdf', 'image/png', 'application/pdf', 'text/csv'],
    );
    assert.equal(proofs[0]?.commitment, proofs[2]?.commitment);
    const { items } = await answerOf<UseCaseResult<'imports'>>(['imports', 'list', url, ...far()]);
    assert.equal(items[0]?.file, 'Zähler 7.csv');
    const missing = billFile(join(bills, 'missing.csv'), [row(5, 'scans/three.pdf')], ',document');
    const refused = await refusalOf(['record', url, missing, ...far()]);
    assert.equal(refused.problems?.[0]?.code, 'LOCAL_ONLY');
    // What was sent and not used is not left there.
    assert.deepEqual(readdirSync(join(channel.acme, 'uploads')), []);
    const other = at('other-documents');
    mkdirSync(join(other, 'scans'), { recursive: true });
    writeFileSync(join(other, 'scans', 'one.pdf'), '%PDF-1.4 another');
    const [a, b] = [bills, other].map((place, nth) =>
      billFile(join(place, 'same.csv'), [row(6 + nth, 'scans/one.pdf')], ',document'),
    ) as [string, string];
    assert.equal((await refusalOf(['record', url, a, b, ...far()])).code, 'OPTION_INVALID');
  });

  test('a folder of this machine is watched, and what comes into it is recorded there', async (t) => {
    const watched = at('watched');
    mkdirSync(watched);
    const child = startCommand(['record', url, '--watch', watched, '--json', ...far()]);
    t.after(() => child.kill('SIGKILL'));
    const ended = finished(child);
    let said = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes('"watching"') && !existsSync(join(watched, 'w.csv')))
        billFile(join(watched, 'w.csv'), ['W-1,electricity,2022-01-01,2022-02-01,exclusive,100,kWh,DE']);
      if (said.includes('"recorded"')) child.kill('SIGTERM');
    });
    await ended;
    assert.match(said, /"event":"recorded".*"lines":1/);
  });

  test('reads, explains, verifies and exports', async () => {
    const { items } = await answerOf<UseCaseResult<'records'>>([
      'records',
      url,
      '--commodity',
      'natural-gas',
      ...far('viewer'),
    ]);
    assert.ok(items.some(({ id }) => id === record));
    assert.equal((await answerOf<{ id: string }>(['show', url, record, ...far('viewer')])).id, record);
    const told = await command(['show', url, record, ...far('viewer')]);
    const here = ['verify', url, ...far('viewer'), record.slice(0, 12)].join(' ');
    assert.ok(told.stdout.includes(`uec ${here}`), 'the command that is told can be copied as it is');
    const csv = await command(['inventory', url, '--year', '2022', '--csv', ...far('viewer')]);
    assert.match(csv.stdout, /scope/);
    const inventory = ['inventory', url, '--year', '2022'];
    assert.equal((await answerOf<UseCaseResult<'sites'>>([...inventory, ...far('viewer')])).sites, null);
    assert.ok((await answerOf<UseCaseResult<'sites'>>([...inventory, ...far()])).sites?.length);
    assert.equal((await command(['verify', url, record, ...far()])).code, 0);
    assert.equal((await answerOf<{ member: string }>(['status', url, ...far('viewer')])).member, 'ACME');
    assert.equal((await command(['bundle', 'export', url, record, '--output', at('bundle'), ...far()])).code, 0);
    assert.match(readFileSync(at('bundle'), 'utf8'), new RegExp(record));
    const workbook = at('upload.xlsx');
    assert.equal((await command(['export', url, '--portfolio-manager', workbook, ...far()])).code, 0);
    assert.equal(readFileSync(workbook, 'latin1').slice(0, 2), 'PK');
  });

  test('gives an opening to a new file of this machine, for its user alone', async () => {
    await served.stop();
    const request = await together(channel, async ({ audit }) => {
      const { id } = await audit('requestDocument', { record, purpose: 'check', deadline: '2030-01-01' });
      return id;
    });
    served = await serveNode(channel.acme, ['--tls-cert', at('node.crt'), '--tls-key', at('node.key')]);
    url = served.address;
    const opening = at('opening');
    const given = await answerOf<{ answer: string }>([
      'document',
      'answer',
      url,
      request,
      '--offer',
      opening,
      ...far(),
    ]);
    assert.equal(given.answer, 'offered');
    assert.equal(statSync(opening).mode & 0o777, 0o600);
    const verdict = await answerOf<{ verdict: string }>([
      'document',
      'verdict',
      channel.audit,
      request,
      '--opening',
      opening,
    ]);
    assert.equal(verdict.verdict, 'matches');
    const there = await refusalOf(['document', 'answer', url, request, '--offer', opening, ...far()]);
    assert.equal(there.code, 'FILE_UNREADABLE');
  });
});

describe('who goes to a URL wrongly', () => {
  const status = (...more: string[]) => refusalOf(['status', url, ...more]);

  test('without a token, with one that others can read, that is none, or that the node does not know', async () => {
    assert.equal((await status()).code, 'OPTION_INVALID');
    assert.equal((await status('--token-file', at('nowhere'))).code, 'OPTION_INVALID');
    writeFileSync(at('open'), tokens.admin as string);
    chmodSync(at('open'), 0o644);
    assert.equal((await status('--token-file', at('open'))).code, 'OPTION_INVALID');
    writeFileSync(at('empty'), '\n', { mode: 0o600 });
    assert.equal((await status('--token-file', at('empty'))).code, 'OPTION_INVALID');
    writeFileSync(at('strange'), 'uec_PLANTED-AND-UNKNOWN\n', { mode: 0o600 });
    const { code, stdout, stderr } = await command([
      'status',
      url,
      '--token-file',
      at('strange'),
      '--ca',
      at('ca.crt'),
    ]);
    assert.notEqual(code, 0);
    assert.match(stderr, /TOKEN_INVALID/);
    assert.doesNotMatch(stdout + stderr, /PLANTED/);
  });

  test('to a node that nobody vouches for, over plain HTTP, to a path or another scheme', async () => {
    const untrusted = await status('--token-file', at('admin'));
    assert.deepEqual([untrusted.code, untrusted.exit], ['LEDGER_UNAVAILABLE', 6]);
    writeFileSync(at('other.crt'), testCa('Other CA').cert);
    assert.equal((await status('--token-file', at('admin'), '--ca', at('other.crt'))).exit, 6);
    for (const place of ['http://node.example', `${url}/api/v1`, `${url}?a=b`, url.replace('//', '//me:secret@')]) {
      const { code, message } = await refusalOf(['status', place, ...far()]);
      assert.equal(code, 'OPTION_INVALID', place);
      assert.doesNotMatch(message, /secret/);
    }
  });

  test('a redirect is not followed, so that the token goes nowhere else', async (t) => {
    const asked: string[] = [];
    const other = createServer((request, response) => {
      asked.push(request.headers.authorization ?? '');
      response.writeHead(307, { Location: '/elsewhere' }).end();
    }).listen(0, '127.0.0.1');
    t.after(() => other.close());
    await once(other, 'listening');
    const place = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    assert.equal((await refusalOf(['status', place, '--token-file', at('admin')])).code, 'LEDGER_UNAVAILABLE');
    assert.equal(asked.length, 1);
  });

  test('with what only a folder can do', async () => {
    for (const args of [['serve'], ['rekey'], ['token', 'list'], ['audit', 'verify'], ['webhook', 'list']])
      assert.equal((await refusalOf([...args, url, ...far()])).code, 'OPTION_INVALID', args.join(' '));
    assert.equal(existsSync('https:'), false);
  });
});
