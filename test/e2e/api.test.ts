// The API over HTTP on loopback: what is sent, answered, repeated, followed and refused.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import * as tus from 'tus-js-client';
import { describedApi } from '../../src/api/index.ts';
import { Jobs } from '../../src/api/jobs/jobs.ts';
import { type LedgerEvent, ledgerEvent } from '../../src/api/schemas/events.ts';
import { type ServedApi, serveApi } from '../support/api.ts';
import { callsOf, problem, rejects } from '../support/api-calls.ts';
import { newChannel, samples } from '../support/nodes.ts';

describe('the API', () => {
  let folder: string;
  let served: ServedApi;
  before(async () => {
    folder = (await newChannel()).acme;
    served = await serveApi(folder);
  });
  after(() => served.close());

  const { client, send } = callsOf(() => served.address);
  const gas = readFileSync(join(samples, 'acme/gas-2022.csv'));

  test('docs/openapi.json is what the code says: npm run openapi', () => {
    const current = readFileSync('docs/openapi.json', 'utf8') === `${JSON.stringify(describedApi(), null, 2)}\n`;
    assert.ok(current, 'run npm run openapi');
  });

  test('the reference page loads nothing from elsewhere, and its policy lets in its own style alone', async () => {
    const page = await fetch(`${served.address}/api/v1/docs`);
    const html = await page.text();
    assert.match(page.headers.get('content-security-policy') ?? '', /^default-src 'none'; style-src 'sha256-/);
    assert.doesNotMatch(html, /<script|src=|https?:\/\//);
    for (const { operationId } of Object.values(describedApi().paths).flatMap((path) => Object.values(path)))
      assert.ok(html.includes(`id="${operationId}"`), String(operationId));
  });

  test('what monitors ask for stands in the description too, at the root of the node, and answers as it says', async () => {
    const { paths } = describedApi();
    for (const [path, roles] of [
      ['/', 'No token'],
      ['/health', 'No token'],
      ['/ready', 'No token'],
      ['/metrics', 'viewer, auditor, operator, admin'],
    ] as const) {
      const { description, responses } = (paths[path] as { get: object }).get as {
        description: string;
        responses: object;
      };
      assert.ok(description.includes(roles), `${path}: ${description}`);
      const answer = await fetch(`${served.address}${path}`, { headers: { Authorization: 'Bearer viewer-token' } });
      const { content } = (responses as Record<number, { content: object }>)[answer.status] as { content: object };
      assert.deepEqual(Object.keys(content), [answer.headers.get('content-type')?.split(';')[0]], path);
      await answer.body?.cancel();
      const posted = await fetch(`${served.address}${path}`, {
        method: 'POST',
        headers: { Authorization: 'Bearer viewer-token' },
      });
      assert.equal(posted.headers.get('allow'), 'GET, HEAD, OPTIONS', path);
      await problem(posted, 405, 'METHOD_NOT_ALLOWED');
    }
  });

  const nameOfNewest = async () => (await client().call('GET /imports', { query: { limit: 1 } })).items[0]?.file;

  describe('imports', () => {
    test('a bill in the body becomes a job whose result has the lines; nothing of it is left in the folder', async () => {
      const steps: string[] = [];
      const raw = { type: 'text/csv', bytes: gas };
      const answer = await client().run('POST /imports', { raw }, ({ what }) => steps.push(what));
      assert.equal(answer.totals.emissions, '13977.080675');
      assert.ok(steps.includes('recording'));
      assert.deepEqual(readdirSync(join(folder, 'uploads')), []);
      await assert.rejects(client().run('POST /imports', { raw }), rejects('FILE_DUPLICATE'));
      // Sent without a name.
      assert.equal(await nameOfNewest(), null);
      // What became of the job is in the folder; the lines of the bill are not.
      assert.doesNotMatch(readFileSync(join(folder, 'jobs.db')).toString('latin1'), /13977|Harbor/);
    });

    test('documents that rows name come along in the form', async () => {
      const form = new FormData();
      form.append('bills', new Blob([readFileSync(join(samples, 'acme/california-2022.csv'))]), 'b.csv');
      for (const name of ['harbor-office-2022-01.pdf', 'harbor-office-2022-08.pdf'])
        form.append('document', new Blob([readFileSync(join(samples, 'acme/bills', name))]), name);
      const answer = await client().run('POST /imports', { raw: { bytes: form } });
      assert.equal(answer.totals.location, '34028.845853');
      const { items } = await client().call('GET /documents', { query: { limit: 500 } });
      assert.ok(items.filter(({ records }) => records.length === 1).length >= 2);
    });

    test('files of a form, with the settings as fields before them', async () => {
      const form = new FormData();
      form.append('utility', 'Sample Power & Light');
      form.append('zip', '94105');
      form.append('bills', new Blob([readFileSync(join(samples, 'acme/solar-site.xml'))]), '../../../etc/passwd.xml');
      const response = await send('/imports', { method: 'POST', body: form });
      const job = (await response.json()) as { id: string };
      assert.equal(response.status, 202);
      assert.equal(response.headers.get('location'), `/api/v1/jobs/${job.id}`);
      const events = [];
      for await (const event of client('admin-token').events('GET /jobs/{id}/events', { params: job }))
        events.push(event);
      assert.equal(events.at(-1)?.event, 'done');
      assert.deepEqual(
        events.map(({ id }) => Number(id)),
        events.map(({ id }) => Number(id)).toSorted((a, b) => a - b),
      );
      // Behind the last event but one there is the last alone.
      const rest = [];
      const last = events.at(-2)?.id ?? '0';
      for await (const event of client('admin-token').events('GET /jobs/{id}/events', { params: job }, last))
        rest.push(event);
      assert.deepEqual(rest, events.slice(-1));
      assert.equal(await nameOfNewest(), 'passwd.xml');
    });

    test('a resumable upload by tus-js-client, in parts, is imported once and then gone', async () => {
      const { promise, resolve, reject } = Promise.withResolvers<string>();
      const bytes = readFileSync(join(samples, 'acme/texas-2022.csv'), 'latin1').replaceAll(
        /bills\/[a-z0-9-]+\.pdf/g,
        '',
      );
      const upload = new tus.Upload(Buffer.from(bytes, 'latin1'), {
        endpoint: `${served.address}/api/v1/uploads`,
        headers: { Authorization: 'Bearer operator-token' },
        metadata: { filetype: 'text/csv', filename: '../../node.json' },
        chunkSize: 100,
        onError: reject,
        onSuccess: () => resolve(upload.url as string),
      });
      upload.start();
      const id = (await promise).split('/').at(-1) as string;
      const answer = await client().run('POST /imports', { body: { files: [{ upload: id }] } });
      assert.equal(answer.totals.lines, 4);
      assert.equal(await nameOfNewest(), 'node.json', 'the list of imports has the name that the sender gave');
      await assert.rejects(
        client().run('POST /imports', { body: { files: [{ upload: id }] } }),
        rejects('UPLOAD_NOT_FOUND'),
      );
    });

    test('an upload goes on where it stopped, after a restart too; at another offset, or by another caller, it does not', async () => {
      const version = { 'Tus-Resumable': '1.0.0' };
      const made = await send('/uploads', { method: 'POST', headers: { ...version, 'Upload-Length': '10' } });
      const path = (made.headers.get('location') as string).replace('/api/v1', '');
      const patch = (offset: number, body: string, token?: string) =>
        send(path, {
          ...{ method: 'PATCH', body },
          ...(token === undefined ? {} : { token }),
          headers: { ...version, 'Upload-Offset': String(offset), 'Content-Type': 'application/offset+octet-stream' },
        });
      assert.equal((await patch(0, 'abcd')).headers.get('upload-offset'), '4');
      await problem(await patch(3, 'xx'), 409, 'UPLOAD_CONFLICT');
      await problem(await patch(4, 'xx', 'operator-token'), 404, 'UPLOAD_NOT_FOUND');
      await problem(await patch(4, 'too much of it'), 413, 'BODY_TOO_LARGE');
      writeFileSync(join(folder, 'uploads', 'leftover.spool.csv'), 'cut off');
      await served.close();
      served = await serveApi(folder);
      assert.deepEqual(
        readdirSync(join(folder, 'uploads')).filter((name) => name.includes('leftover')),
        [],
      );
      const head = await send(path, { method: 'HEAD' });
      const offset = Number(head.headers.get('upload-offset'));
      assert.ok(offset === 4, String(offset));
      assert.equal((await patch(4, 'efghij')).status, 204);
      assert.equal((await send(path, { method: 'DELETE', headers: version })).status, 204);
      assert.equal((await send(path, { method: 'HEAD' })).status, 404);
    });

    test('no path of the node is taken over the network, in the body or in a row of a bill', async () => {
      const secret = { path: join(folder, 'keys', 'vault.key') };
      await assert.rejects(
        client('admin-token').run('POST /imports', { body: { files: [secret] } }),
        rejects('LOCAL_ONLY'),
      );
      const csv = `meter,commodity,start,end,end_convention,quantity,unit,country,document\nP-1,electricity,2022-01-01,2022-02-01,exclusive,5,kWh,DE,vault.key\n`;
      const raw = { type: 'text/csv', bytes: csv };
      const answer = await client().run('POST /imports', { raw, query: { acceptPartial: true } });
      assert.deepEqual([answer.totals.lines, answer.rejected[0]?.rejected.code], [0, 'LOCAL_ONLY']);
    });

    test('a job belongs to its caller; after a restart it is told what became of it', async () => {
      const { id } = (await (
        await send('/verifications', { method: 'POST', body: '{}', headers: JSON_TYPE })
      ).json()) as {
        id: string;
      };
      await problem(await send(`/jobs/${id}`, { token: 'viewer-token' }), 404, 'JOB_NOT_FOUND');
      for await (const _ of client('admin-token').events('GET /jobs/{id}/events', { params: { id } }));
      await served.close();
      served = await serveApi(folder);
      const job = (await (await send(`/jobs/${id}`)).json()) as { state: string; result?: unknown };
      assert.deepEqual([job.state, job.result], ['done', undefined]);
    });
  });

  const JSON_TYPE = { 'Content-Type': 'application/json' };

  describe('reading', () => {
    test('pages follow one another by Link, each record once', async () => {
      const ids: string[] = [];
      let path: string | undefined = '/records?limit=4&fields=id';
      while (path !== undefined) {
        const response = await send(path);
        const page = (await response.json()) as { items: { id: string }[] };
        for (const item of page.items) assert.deepEqual(Object.keys(item), ['id']);
        ids.push(...page.items.map(({ id }) => id));
        path = /<\/api\/v1([^>]+)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1];
      }
      const all = await Array.fromAsync(client('viewer-token').all('GET /records', {}));
      assert.equal(new Set(ids).size, ids.length);
      assert.deepEqual(
        ids,
        all.map(({ id }) => id),
      );
      assert.ok(ids.length > 8);
    });

    test('what did not change is not sent again, and what did is', async () => {
      for (const path of ['/records', '/inventory?year=2022', '/documents', '/policy']) {
        const first = await send(path);
        const tag = first.headers.get('etag') as string;
        assert.equal((await send(path, { headers: { 'If-None-Match': tag } })).status, 304, path);
        assert.equal((await send(path, { headers: { 'If-None-Match': '"other"' } })).status, 200);
      }
      const tag = (await send('/records')).headers.get('etag') as string;
      await client('admin-token').call('PUT /policy', { body: await client().call('GET /policy', {}) });
      assert.equal((await send('/records', { headers: { 'If-None-Match': tag } })).status, 200);
    });

    test('the inventory as JSON or as a table, by what is accepted; HEAD has the same fields and no body', async () => {
      const table = await send('/inventory?year=2022', { headers: { Accept: 'text/csv' } });
      assert.equal(table.headers.get('content-type'), 'text/csv; charset=utf-8');
      assert.match(await table.text(), /scope/);
      const tag = table.headers.get('etag') as string;
      const again = { headers: { Accept: 'text/csv', 'If-None-Match': tag } };
      assert.equal((await send('/inventory?year=2022', again)).status, 304);
      await problem(await send('/inventory?year=2022', { headers: { Accept: 'image/png' } }), 406, 'NOT_ACCEPTABLE');
      const [get, head] = [await send('/records'), await send('/records', { method: 'HEAD' })];
      assert.equal(head.headers.get('etag'), get.headers.get('etag'));
      assert.equal(await head.text(), '');
    });

    test('who only reads is not told the number of a meter', async () => {
      const [line] = (await client().call('GET /records', { query: { member: 'ACME', limit: 1 } })).items;
      const params = { id: line?.id as string };
      assert.notEqual((await client('operator-token').call('GET /records/{id}', { params })).meter, null);
      assert.equal((await client('viewer-token').call('GET /records/{id}', { params })).meter, null);
      await assert.rejects(client('viewer-token').call('GET /meters', {}), rejects('ROLE_INSUFFICIENT'));
      const query = { year: 2022 };
      const sitesOf = async (token: string, more: object = {}) =>
        (await client(token).call('GET /inventory/sites', { query: { ...query, ...more } })).sites;
      for (const token of ['viewer-token', 'auditor-token']) assert.equal(await sitesOf(token), null, token);
      for (const token of ['operator-token', 'admin-token']) assert.ok((await sitesOf(token))?.length, token);
      assert.equal(await sitesOf('operator-token', { member: 'BETA' }), null);
    });
  });

  describe('writing', () => {
    const row = (at: number, more: object = {}) => ({
      ...{ meter: `N-${at}`, commodity: 'electricity', start: '2022-03-01', end: '2022-04-01', quantity: '1000' },
      ...{ unit: 'kWh', place: { country: 'DE' }, ...more },
    });
    const ndjson = (rows: readonly object[]) => ({
      method: 'POST',
      body: rows.map((one) => `${JSON.stringify(one)}\n`).join(''),
      headers: { 'Content-Type': 'application/x-ndjson' },
    });
    interface Outcome {
      readonly rows: [number, number];
      readonly records?: string[];
      readonly warnings?: { code: string; where: string; message: string }[];
      readonly error?: { code: string; problems: { code: string; where: string }[] };
    }
    const outcomes = async (response: Response) =>
      (await response.text())
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Outcome);

    test('rows in bulk: pages of 500, each whole or not at all, and the same under the same key', async () => {
      const rows = Array.from({ length: 1_200 }, (_, at) => row(at));
      rows[700] = row(700, { unit: 'parsecs' });
      const request = ndjson(rows);
      const keyed = { ...request, headers: { ...request.headers, 'Idempotency-Key': 'bulk-1' } };
      const first = await outcomes(await send('/records', keyed));
      assert.deepEqual(
        first.map(({ rows: span, records, error }) => [...span, records?.length ?? error?.problems[0]?.where]),
        [
          [1, 500, 500],
          [501, 1_000, 'row 701, body/unit'],
          [1_001, 1_200, 200],
        ],
      );
      const again = await outcomes(await send('/records', keyed));
      assert.deepEqual([again[0], again[2]], [first[0], first[2]]);
      const other = await outcomes(await send('/records', request));
      assert.equal(other[0]?.error?.code, 'PAGE_REFUSED');
      assert.equal(other[0]?.error?.problems[0]?.where.startsWith('row 1'), true);
      const { items } = await client().call('GET /records', { query: { limit: 1, evidence: 'none' } });
      // 1,000 kWh in Germany in 2022 by EEA's grid average; the sample of Germany is checked elsewhere by hand.
      assert.equal(items[0]?.energy, '1000');
    });

    test('a place that does not exist, or one that disagrees, is refused in bulk and in a calculation', async () => {
      const [misspelt, contrary] = [
        { country: 'US', region: 'CAMEX' },
        { zip: '10001', region: 'CAMX' },
      ];
      const [page] = await outcomes(
        await send('/records', ndjson([misspelt, contrary].map((place) => row(9, { place })))),
      );
      assert.deepEqual(
        page?.error?.problems.map(({ code, where }) => [code, where]),
        ['row 1, region', 'row 2, region'].map((where) => ['PLACE_INVALID', where]),
      );
      const { meter: _meter, ...asked } = { ...row(9, { place: misspelt }), gwp: 'publisher' };
      const answer = await send('/calculations', { method: 'POST', body: JSON.stringify(asked), headers: JSON_TYPE });
      const { detail } = await problem(answer, 400, 'PLACE_INVALID');
      assert.match(String(detail), /CAMEX.*did you mean CAMX/);
      await problem(await send('/factors?commodity=electricity&country=DE&region=CAMX'), 400, 'PLACE_INVALID');
    });

    test('rows in bulk that are odd beside the meter’s others are told as in files, and recorded', async () => {
      const month = (at: number, quantity: string, unit = 'kWh', utility = '') =>
        row(0, {
          ...{ meter: 'ODD-1', start: `2021-0${at}-01`, end: `2021-0${at + 1}-01` },
          ...{ quantity, unit, utility },
        });
      const sent = async (...rows: object[]) => {
        const [page] = await outcomes(await send('/records', ndjson(rows)));
        return [page?.records?.length, page?.warnings?.map(({ where, code }) => [where, code])];
      };
      // 1,000 kWh a day, and 1,000 MWh a day: a thousand times as much.
      assert.deepEqual(await sent(month(1, '31000'), month(2, '28000')), [2, undefined]);
      assert.deepEqual(await sent(month(3, '31000', 'MWh')), [1, [['row 1', 'USAGE_IMPLAUSIBLE']]]);
      // In a page that is refused nothing is told of, and nothing of it is remembered.
      const refused = await send('/records', ndjson([month(4, '31000', 'MWh'), month(4, '1', 'parsecs')]));
      assert.deepEqual((await outcomes(refused))[0]?.warnings, undefined);
      // A day is in neither of two bills; the same number under another utility.
      const gap = { ...month(5, '31000'), start: '2021-04-02' };
      assert.deepEqual(await sent(gap), [1, [['row 1', 'DAY_BETWEEN_BILLS']]]);
      assert.deepEqual(await sent(month(6, '30000', 'kWh', 'Another')), [1, [['row 1', 'METER_OTHER_UTILITY']]]);
    });

    test('an Idempotency-Key: once, the same answer after a restart, and no other request under it', async () => {
      const [one] = (await client().call('GET /records', { query: { evidence: 'none', state: 'active', limit: 1 } }))
        .items;
      const request = (reason: string) => ({
        ...{ method: 'POST', body: JSON.stringify({ reason }) },
        headers: { ...JSON_TYPE, 'Idempotency-Key': 'void-1' },
      });
      const path = `/records/${one?.id}/void`;
      const first = await send(path, request('duplicate'));
      const body = await first.text();
      assert.equal(first.status, 200, body);
      await served.close();
      served = await serveApi(folder);
      const again = await send(path, request('duplicate'));
      assert.deepEqual([again.status, await again.text()], [200, body]);
      await problem(await send(path, request('misread')), 422, 'IDEMPOTENCY_KEY_REUSED');
      const plain = { method: 'POST', body: JSON.stringify({ reason: 'duplicate' }), headers: JSON_TYPE };
      await problem(await send(path, plain), 422, 'RECORD_NOT_ACTIVE');
    });

    test('faults are told field by field, with pointers', async () => {
      const body = JSON.stringify({ reason: 'because', quantity: 5, 'a/b': 1 });
      const id = '0'.repeat(64);
      const told = await problem(
        await send(`/records/${id}/corrections`, { method: 'POST', body, headers: JSON_TYPE }),
        400,
        'REQUEST_INVALID',
      );
      assert.deepEqual((told.problems as { where: string }[]).map(({ where }) => where).sort(), [
        // A name that is not known is the caller's own text and is not told back.
        'body',
        'body/quantity',
        'body/reason',
      ]);
      await problem(await send('/requests', { method: 'POST', body: '{', headers: JSON_TYPE }), 400, 'REQUEST_INVALID');
      await problem(
        await send('/requests', { method: 'POST', body: 'x', headers: { 'Content-Type': 'text/html' } }),
        415,
        'CONTENT_TYPE_UNSUPPORTED',
      );
      const large = await send('/requests', { method: 'POST', body: `"${'x'.repeat(2_000_000)}"`, headers: JSON_TYPE });
      assert.equal(large.headers.get('connection'), 'close');
      await problem(large, 413, 'BODY_TOO_LARGE');
    });

    test('what changes something is noted: who, what, the result, and the record', async () => {
      served.access.noted.length = 0;
      const id = '0'.repeat(64);
      await problem(
        await send(`/records/${id}/void`, { method: 'POST', body: '{"reason":"duplicate"}', headers: JSON_TYPE }),
        404,
        'RECORD_NOT_FOUND',
      );
      assert.deepEqual(
        served.access.noted.map(({ operation, status }) => [operation, status]),
        [['voidRecord', 404]],
      );
    });

    test('of long work the start and the end are noted, with numbers of the result and nothing else of it', async () => {
      const entries = () => served.parts.auditLog.newest(1000);
      const csv = (unit: string) =>
        `meter,commodity,start,end,end_convention,quantity,unit,country\nMETER-OF-A-JOB,electricity,2021-01-01,2021-02-01,exclusive,5,${unit},DE\n`;
      const raw = (unit: string) => ({ raw: { type: 'text/csv', bytes: csv(unit) } });
      served.access.noted.length = 0;
      await client().run('POST /imports', { ...raw('kWh'), query: { dryRun: true } });
      await client().run('POST /imports', raw('kWh'));
      await assert.rejects(client().run('POST /imports', raw('kWh')), rejects('FILE_DUPLICATE'));
      const starts = served.access.noted.filter(({ operation }) => operation === 'importBills');
      const ends = starts.map(({ target }) => entries().filter((entry) => entry.target === target));
      assert.deepEqual(
        ends.map((found) =>
          found.map(({ operation, status, outcome, counts, code }) => [operation, status, outcome, counts, code]),
        ),
        [
          [['importBills', 200, 'done', { recorded: 0, rejected: 0 }, undefined]],
          [['importBills', 200, 'done', { recorded: 1, rejected: 0 }, undefined]],
          [['importBills', 422, 'failed', undefined, 'FILE_DUPLICATE']],
        ],
      );
      assert.doesNotMatch(JSON.stringify(entries()), /METER-OF-A-JOB/);
      // A node that ended in the middle of a job notes that when it starts again.
      const hanging = new Jobs(join(folder, 'jobs.db'), () => new Date());
      const cut = hanging.start(
        'verify',
        { id: 'token:x', role: 'auditor', kind: 'token' },
        () => new Promise(() => {}),
      );
      await served.close();
      served = await serveApi(folder);
      await send('/records');
      const noted = entries().filter(({ target }) => target === cut.id);
      assert.deepEqual(
        noted.map(({ operation, outcome, who }) => [operation, outcome, who]),
        [['verify', 'interrupted', 'local']],
      );
      // Rows in bulk are no job, and end after their answer began all the same.
      served.access.noted.length = 0;
      const response = await send('/records', ndjson([row(9_001), row(9_002), row(9_003, { unit: 'parsecs' })]));
      await response.text();
      await (await send('/records', ndjson([row(9_001), row(9_002)]))).text();
      const [a, b, c, d] = served.access.noted as unknown as { target: string; outcome?: string; counts?: object }[];
      assert.deepEqual([b?.outcome, b?.counts, b?.target], ['done', { pages: 0, recorded: 0, refused: 1 }, a?.target]);
      assert.deepEqual([d?.outcome, d?.counts, d?.target], ['done', { pages: 1, recorded: 2, refused: 0 }, c?.target]);
    });

    test('a document is kept as it comes and attached, and a file name of the sender is nowhere', async () => {
      const [one] = (await client().call('GET /records', { query: { evidence: 'none', state: 'active', limit: 1 } }))
        .items;
      const form = new FormData();
      form.append('record', one?.id as string);
      form.append('file', new Blob(['%PDF-1.4 a bill'], { type: 'application/pdf' }), 'Jane Doe 4711.pdf');
      const status = (await (await send('/documents', { method: 'POST', body: form })).json()) as { records: string[] };
      assert.deepEqual(status.records, [one?.id]);
      for (const name of readdirSync(folder, { recursive: true })) assert.doesNotMatch(String(name), /Jane|4711/);
    });
  });

  describe('the ledger as events', () => {
    test('from a block on, filtered, and on behind the last one seen', async () => {
      const take = async (after?: string): Promise<{ id: string; data: string }[]> => {
        const stop = new AbortController();
        const events = [];
        const input = { query: { from: 0, transaction: ['members.admit'] }, signal: stop.signal };
        for await (const event of client('viewer-token').events('GET /events', input, after)) {
          events.push(event);
          if (events.length === 2 || after !== undefined) break;
        }
        stop.abort();
        return events;
      };
      const [beta, audit] = await take();
      const told = JSON.parse(beta?.data ?? '') as LedgerEvent;
      // All fields of the schema and no others: an object of zod leaves out what it does not know.
      assert.deepEqual(ledgerEvent.parse(told), told);
      assert.deepEqual([told.type, `${told.data.height}.${told.data.index}`], ['members.admit', beta?.id]);
      const [next] = await take(beta?.id);
      assert.equal(next?.id, audit?.id);
    });

    test('a transaction that comes is told to who waits; the node ends its streams when it stops', async () => {
      const waiting = client('viewer-token').events('GET /events', { query: { transaction: ['policy.set'] } });
      const first = waiting.next();
      await client('admin-token').call('PUT /policy', { body: await client().call('GET /policy', {}) });
      assert.match(String((await first).value?.data), /policy\.set/);
      await served.close();
      assert.equal((await waiting.next()).done, true);
      served = await serveApi(folder);
    });
  });

  test('a body beyond the limit of the role is cut off as it comes, and nothing of it stays', async () => {
    const other = (await newChannel()).acme;
    const small = await serveApi(other, 5_000_000);
    try {
      let left = 60;
      const body = new ReadableStream<Uint8Array>({
        pull(controller) {
          left -= 1;
          if (left < 0) controller.close();
          else controller.enqueue(Buffer.alloc(1_000_000, 'x'));
        },
      });
      const sent = await fetch(`${small.address}/api/v1/imports`, {
        ...{ method: 'POST', body, duplex: 'half' },
        headers: { Authorization: 'Bearer operator-token', 'Content-Type': 'text/csv' },
      } as RequestInit);
      await problem(sent, 413, 'BODY_TOO_LARGE');
      assert.ok(left > 0, 'the whole body was taken');
      assert.deepEqual(readdirSync(join(other, 'uploads')), []);
    } finally {
      await small.close();
    }
  });
});
