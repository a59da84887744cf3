// Files that are sent to the API: layouts with their mapping, keys of idempotency, and names that lead elsewhere.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import * as tus from 'tus-js-client';
import { upload } from '../../src/client/index.ts';
import type { ChannelError } from '../../src/emissions/index.ts';
import { type ServedApi, serveApi } from '../support/api.ts';
import { callsOf, problem, rejects } from '../support/api-calls.ts';
import { filesBelow, newChannel } from '../support/nodes.ts';

describe('files that are sent', () => {
  let folder: string;
  let served: ServedApi;
  before(async () => {
    folder = (await newChannel()).acme;
    served = await serveApi(folder);
  });
  after(() => served.close());
  const { client, send } = callsOf(() => served.address);

  describe('a table of another layout', () => {
    // Either way to read its dates and its amount is right: somebody must say which.
    const table = 'Zaehler;Beginn;Ende;Verbrauch\nM-1;01/04/2022;01/05/2022;1.234\n';
    const mapping = {
      format: 'uec-bill-mapping/1',
      kind: 'bills',
      columns: { meter: 'Zaehler', start: 'Beginn', end: 'Ende', quantity: 'Verbrauch' },
      fixed: { commodity: 'electricity', unit: 'kWh', zone: null },
      endConvention: 'exclusive',
      dateOrder: null,
      decimalSign: null,
      open: ['dateOrder', 'decimalSign'],
    };
    const read = async (form: FormData, query: object = {}) => {
      const raw = { bytes: form };
      const { lines, rejected } = await client().run('POST /imports', {
        raw,
        query: { dryRun: true, acceptPartial: true, country: 'DE', ...query },
      });
      const [line] = lines as unknown as { kWh: string; slices: { start: string; end: string }[] }[];
      if (line === undefined) return rejected[0]?.rejected.code;
      return [line.kWh, line.slices[0]?.start, line.slices.at(-1)?.end];
    };
    const form = (more: Readonly<Record<string, string | Blob>> = {}, said: object = mapping) => {
      const made = new FormData();
      made.append('bill', new Blob([table]), 'bill.csv');
      made.append('mapping', new Blob([JSON.stringify(said)], { type: 'application/json' }), 'mapping.json');
      for (const [name, value] of Object.entries(more)) made.append(name, value);
      return made;
    };
    const german = ['1234', '2022-04-01', '2022-05-01'];
    const american = ['1.234', '2022-01-04', '2022-01-05'];

    test('comes with its mapping, which is a file or a field; what it leaves open is told as fields or in the query', async () => {
      assert.match(
        String(await read(form()).catch(({ code }: ChannelError) => code)),
        /^(DATE_ORDER|DECIMAL_SIGN)_UNKNOWN$/,
      );
      assert.deepEqual(await read(form({ dateOrder: 'day-first', decimalSign: 'comma' })), german);
      assert.deepEqual(await read(form({}), { dateOrder: 'month-first', decimalSign: 'point' }), american);
      const asField = form({ dateOrder: 'day-first', decimalSign: 'comma' });
      asField.set('mapping', JSON.stringify(mapping));
      assert.deepEqual(await read(asField), german);
      assert.deepEqual(await read(form({}, { ...mapping, dateOrder: 'day-first', decimalSign: 'comma' })), german);
    });

    test('with a mapping or settings that are wrong is refused, and nothing of it stays', async () => {
      const { columns } = mapping;
      for (const [wrong, code] of [
        [form({}, { ...mapping, columns: { ...columns, quantity: 7 } }), 'MAPPING_INVALID'],
        [form({}, { ...mapping, columns: { meter: 'Zaehler' } }), 'MAPPING_INVALID'],
        [form({ dateOrder: 'any' }), 'REQUEST_INVALID'],
        [form({ decimalSign: 'space' }), 'REQUEST_INVALID'],
        [form({ mapping: new Blob(['x'.repeat(1_100_000)]) }), 'BODY_TOO_LARGE'],
      ] as const)
        await assert.rejects(read(wrong), rejects(code));
      assert.deepEqual(readdirSync(join(folder, 'uploads')), []);
    });
  });

  test('an Idempotency-Key of files, as they are or in a form: the same content once, other content never', async () => {
    const csv = (quantity: number) =>
      `meter,commodity,start,end,end_convention,quantity,unit,country\nKEYED,electricity,2021-06-01,2021-07-01,exclusive,${quantity},kWh,DE\n`;
    const post = (path: string, key: string, body: FormData | string) =>
      send(path, {
        ...{ method: 'POST', body, token: 'operator-token' },
        headers: { 'Idempotency-Key': key, ...(typeof body === 'string' ? { 'Content-Type': 'text/csv' } : {}) },
      });
    const id = async (response: Response) => ((await response.json()) as { id: string }).id;
    const first = await id(await post('/imports', 'file-1', csv(5)));
    for await (const _ of client().events('GET /jobs/{id}/events', { params: { id: first } }));
    assert.equal(await id(await post('/imports', 'file-1', csv(5))), first);
    await problem(await post('/imports', 'file-1', csv(6)), 422, 'IDEMPOTENCY_KEY_REUSED');
    await problem(await post('/imports?dryRun=true', 'file-1', csv(5)), 422, 'IDEMPOTENCY_KEY_REUSED');
    // Each form has a boundary of its own.
    const bill = (quantity: number, more: Readonly<Record<string, string>> = {}) => {
      const form = new FormData();
      for (const [name, value] of Object.entries({ dryRun: 'true', ...more })) form.append(name, value);
      form.append('bill', new Blob([csv(quantity)]), `${Math.random()}.csv`);
      return form;
    };
    const tried = await id(await post('/imports', 'form-1', bill(7)));
    assert.equal(await id(await post('/imports', 'form-1', bill(7))), tried);
    for (const other of [bill(8), bill(7, { zip: '94105' }), bill(7, { mapping: '{}' })])
      await problem(await post('/imports', 'form-1', other), 422, 'IDEMPOTENCY_KEY_REUSED');
    const row = {
      meter: 'N-1',
      commodity: 'electricity',
      start: '2022-03-01',
      end: '2022-04-01',
      quantity: '1000',
      unit: 'kWh',
      place: { country: 'DE' },
    };
    const rows = { method: 'POST', body: JSON.stringify(row), headers: { 'Content-Type': 'application/x-ndjson' } };
    await (await send('/records', rows)).text();
    const [line] = (await client().call('GET /records', { query: { evidence: 'none', state: 'active', limit: 1 } }))
      .items;
    const document = (text: string, type = 'application/pdf') => {
      const form = new FormData();
      form.append('record', line?.id as string);
      form.append('file', new Blob([text], { type }), 'bill.pdf');
      return form;
    };
    const kept = await post('/documents', 'document-1', document('%PDF-1.4 keyed'));
    assert.equal(kept.status, 201);
    const status = await kept.text();
    const before = (await client().call('GET /documents', { query: { limit: 500 } })).items.length;
    await served.close();
    served = await serveApi(folder);
    const again = await post('/documents', 'document-1', document('%PDF-1.4 keyed'));
    assert.deepEqual([again.status, await again.text()], [201, status]);
    for (const other of [document('%PDF-1.4 other'), document('%PDF-1.4 keyed', 'image/png')])
      await problem(await post('/documents', 'document-1', other), 422, 'IDEMPOTENCY_KEY_REUSED');
    assert.equal((await client().call('GET /documents', { query: { limit: 500 } })).items.length, before);
    // What was refused frees its key.
    const nowhere = document('%PDF-1.4 third');
    nowhere.set('record', '0'.repeat(64));
    await problem(await post('/documents', 'document-2', nowhere), 404, 'RECORD_NOT_FOUND');
    assert.equal((await post('/documents', 'document-2', document('%PDF-1.4 third'))).status, 201);
    assert.deepEqual(readdirSync(join(folder, 'uploads')), []);
  });

  test('documents that rows name are told apart by their folders, in a form and as uploads', async () => {
    const row = (meter: string, document: string) =>
      `${meter},electricity,2021-08-01,2021-09-01,exclusive,5,kWh,DE,${document}\n`;
    const bill = (meter: string) =>
      `meter,commodity,start,end,end_convention,quantity,unit,country,document\n${row(`${meter}1`, 'jan/bill.pdf')}${row(`${meter}2`, 'feb/bill.pdf')}`;
    const proofs = async (lines: readonly { recordId: string | null }[]) => {
      const { items } = await client().call('GET /documents', { query: { limit: 500 } });
      return lines.map(({ recordId }) => items.find(({ records }) => records.includes(recordId as string)));
    };
    const form = (meter: string, names: readonly string[]) => {
      const made = new FormData();
      made.append('bill', new Blob([bill(meter)]), 'C:\\bills\\Year 2021.csv');
      for (const name of names) made.append('document', new Blob([name], { type: 'application/pdf' }), name);
      return { raw: { bytes: made } };
    };
    const two = await client().run('POST /imports', form('D', ['jan/bill.pdf', 'feb/bill.pdf']));
    const [jan, feb] = await proofs(two.lines);
    assert.ok(jan !== undefined && feb !== undefined && jan.commitment !== feb.commitment);
    assert.equal((await client().call('GET /imports', { query: { limit: 1 } })).items[0]?.file, 'Year 2021.csv');
    // One without its folder cannot be both.
    const one = await client().run('POST /imports', { ...form('E', ['bill.pdf']), query: { acceptPartial: true } });
    assert.deepEqual(
      [one.totals.lines, one.rejected.map(({ rejected }) => [rejected.code, rejected.where])],
      [1, [['LOCAL_ONLY', 'row 3, column document']]],
    );
    const twice = { method: 'POST', body: form('F', ['bill.pdf', 'bill.pdf']).raw.bytes };
    await problem(await send('/imports', twice), 400, 'REQUEST_INVALID');
    const uploaded = async (text: string, name: string) => ({
      upload: await upload(client(), {
        ...{ length: Buffer.byteLength(text), from: () => text, mediaType: 'application/pdf', name },
      }),
    });
    const documents = [
      { name: 'jan/bill.pdf', file: await uploaded('jan', 'bill.pdf') },
      { name: 'feb/bill.pdf', file: await uploaded('feb', 'bill.pdf') },
    ];
    const files = [await uploaded(bill('G'), 'g.csv')];
    const { lines } = await client().run('POST /imports', { body: { files, documents } });
    const kept = await proofs(lines);
    assert.deepEqual(
      kept.map((document) => document?.mediaType),
      ['application/pdf', 'application/pdf'],
    );
    assert.notEqual(kept[0]?.commitment, kept[1]?.commitment);
    assert.deepEqual(readdirSync(join(folder, 'uploads')), []);
  });

  test('an upload that is gone when it was used does not undo the import, and one named twice is one', async () => {
    const row = (meter: string) =>
      `meter,commodity,start,end,end_convention,quantity,unit,country\n${meter},electricity,2021-08-01,2021-09-01,exclusive,5,kWh,DE\n`;
    const sent = (text: string) => upload(client(), { length: Buffer.byteLength(text), from: () => text });
    const id = await sent(row('GONE'));
    const removed: Promise<unknown>[] = [];
    const { totals } = await client().run('POST /imports', { body: { files: [{ upload: id }] } }, () => {
      if (removed.length > 0) return;
      const headers = { 'Tus-Resumable': '1.0.0' };
      removed.push(
        client()
          .call('DELETE /uploads/{id}', { params: { id }, headers })
          .catch(() => undefined),
      );
    });
    assert.equal(totals.lines, 1);
    const twice = await sent(row('TWICE'));
    const body = { files: [{ upload: twice }, { upload: twice }], separately: true };
    const { files } = await client().run('POST /imports', { body });
    assert.deepEqual(
      files.map(({ state }) => state),
      ['recorded', 'refused'],
    );
    assert.deepEqual(readdirSync(join(folder, 'uploads')), []);
  });

  test('a body in a coding is refused', async () => {
    const headers = { 'Content-Type': 'text/csv', 'Content-Encoding': 'gzip' };
    const told = await problem(
      await send('/imports', { method: 'POST', body: gzipSync('meter'), headers }),
      415,
      'CONTENT_TYPE_UNSUPPORTED',
    );
    assert.equal(told.where, 'Content-Encoding');
  });

  test('whatever name a file is sent under, it reaches no file of the machine, and stands nowhere', async () => {
    const root = join(folder, '..');
    const own = filesBelow(root).filter((name) => /node\.json$|keys\/|\.csv$/.test(name));
    const sums = () => own.map((name) => readFileSync(join(root, name), 'hex'));
    const before = sums();
    const names = [
      ...['../node.json', '../../../../../../etc/passwd', '/etc/passwd', '..\\..\\node.json', 'C:\\node.json'],
      ...['....//node.json', '..%2fnode.json', '%2e%2e%2fnode.json', 'node.json', '.', '..', 'keys/vault.key'],
      ...['a\u0000.csv', 'a\u202Evsc.exe', `${'planted-'.repeat(600)}.csv`, 'CON', '-rf', '$(planted)', '`planted`'],
    ];
    for (const [at, name] of names.entries()) {
      const csv = `meter,commodity,start,end,end_convention,quantity,unit,country,document\nT-${at},electricity,2021-01-01,2021-02-01,exclusive,5,kWh,DE,"${name.replaceAll('\u0000', '')}"\n`;
      const bill = new FormData();
      bill.append('bills', new Blob([csv], { type: 'text/csv' }), name);
      const left = await client().run('POST /imports', { raw: { bytes: bill }, query: { acceptPartial: true } });
      // A name that leads out of the folder is refused by the reader already, any other because it did not come along.
      assert.equal(left.totals.lines, 0, name);
      assert.match(left.rejected[0]?.rejected.code ?? '', /^(ROW_INVALID|LOCAL_ONLY)$/, name);
      const upload = new tus.Upload(Buffer.from(csv), {
        endpoint: `${served.address}/api/v1/uploads`,
        headers: { Authorization: 'Bearer operator-token' },
        metadata: { filetype: name.replaceAll('\u0000', ''), filename: name },
      });
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      Object.assign(upload.options, { onSuccess: () => resolve(), onError: reject });
      upload.start();
      await promise;
      const id = upload.url?.split('/').at(-1) as string;
      assert.deepEqual(readdirSync(join(folder, 'uploads')).sort(), [`${id}.json`, `${id}.part`], name);
      await client().call('DELETE /uploads/{id}', { params: { id }, headers: { 'Tus-Resumable': '1.0.0' } });
      const document = new FormData();
      document.append('record', '0'.repeat(64));
      document.append('file', new Blob([csv]), name);
      await problem(await send('/documents', { method: 'POST', body: document }), 404, 'RECORD_NOT_FOUND');
    }
    assert.deepEqual(sums(), before);
    assert.deepEqual(readdirSync(join(folder, 'uploads')), []);
    for (const name of filesBelow(root)) assert.doesNotMatch(name, /planted|passwd|exe|%2f|\\|rf$|CON$/);
  });
});
