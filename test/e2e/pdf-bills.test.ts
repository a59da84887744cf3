// PDF bills from the file to the ledger: shown, refused until a person has confirmed what was read, recorded with the PDF as evidence.
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { BillProposal } from '../../src/bills/index.ts';
import { socketPath } from '../../src/cli/socket-path.ts';
import { NodeApiClient, sendTo } from '../../src/client/index.ts';
import { sendToSocket } from '../../src/client/send-to-socket.ts';
import type { RecordAnswer, UseCaseResult } from '../../src/node/index.ts';
import { type ServedApi, serveApi } from '../support/api.ts';
import { answerOf, command, refusalOf } from '../support/command.ts';
import { billFile, type Channel, newChannel, onNode, temporaryFolder } from '../support/nodes.ts';
import { serveNode } from '../support/served.ts';

const samples = fileURLToPath(new URL('../../samples/pdf/', import.meta.url));
const us = join(samples, 'us-electricity.pdf');
const german = join(samples, 'german-two-fuels.pdf');
const germanTemplate = ['--template', join(samples, 'templates/beispiel-stadtwerke.json')];
const uk = join(samples, 'uk-two-fuels.pdf');
const ukTemplate = ['--template', join(samples, 'templates/example-energy-supply.json')];
const folder = temporaryFolder();

let channel: Channel;
before(async () => {
  channel = await newChannel();
});

const recordCount = async (): Promise<number> => {
  const { items } = await answerOf<UseCaseResult<'records'>>(['records', channel.acme]);
  return items.length;
};

test('a PDF is not recorded before its proposal is confirmed, and then it is, once, with itself as the evidence', async () => {
  const shown = await answerOf<BillProposal>(['bills', 'read', us, '--zip', '77002']);
  const digest = shown.digest as string;
  const run = ['record', channel.acme, us, '--zip', '77002'];

  const pick = await refusalOf(['bills', 'read', us, '--pick', 'quantity']);
  assert.deepEqual([pick.exit, pick.code, pick.where], [2, 'OPTION_INVALID', '--pick']);
  const unconfirmed = await refusalOf(run);
  assert.deepEqual([unconfirmed.exit, unconfirmed.code], [2, 'PROPOSAL_UNCONFIRMED']);
  assert.match(unconfirmed.fix, /uec bills read FILE[\s\S]*--confirm/);
  // Confirmed was what is read without the option.
  const other = await refusalOf([...run, '--utility-name', 'Another', '--confirm', digest]);
  assert.equal(other.code, 'PROPOSAL_UNCONFIRMED');
  // Nor may what is told beside the bill be something else than was looked at (each of it: sample-bills.test.ts).
  const changed = await refusalOf([...run, '--zone', 'America/Chicago', '--confirm', digest]);
  assert.equal(changed.code, 'PROPOSAL_UNCONFIRMED');
  const nowhere = await refusalOf(['record', channel.acme, us, '--confirm', digest]);
  assert.deepEqual(
    [nowhere.code, nowhere.problems?.map(({ code, where }) => [code, where])],
    ['PROPOSAL_OPEN', [['PLACE_INVALID', 'place']]],
  );

  const dry = await answerOf<RecordAnswer>([...run, '--dry-run']);
  assert.deepEqual(
    dry.lines[0]?.warnings.map(({ code, message }) => [code, message.includes(digest)]),
    [['BILL_PROPOSED', true]],
  );
  // The same command without --dry-run would be refused: what is missing is told.
  assert.match((await command([...run, '--dry-run'])).stdout, /--confirm DIGEST instead of --dry-run\.\n$/);
  assert.equal(await recordCount(), 0);

  const answer = await answerOf<RecordAnswer>([...run, '--confirm', digest]);
  const [line] = answer.lines;
  // (48,529 - 48,216) x 40 kWh, from 14 January to 14 February without the last day: samples/pdf/us-electricity.expected.json.
  assert.deepEqual(
    [line?.quantity, line?.unit, line?.start, line?.end, line?.readBasis, line?.where],
    ['12520', 'kWh', '2022-01-14', '2022-02-14', 'actual', 'page 1, line 11'],
  );
  assert.deepEqual(line?.warnings, []);
  await onNode(channel.acme, async (call) => {
    const shownImport = await call('showImport', { import: answer.files[0]?.import as string });
    assert.equal(shownImport.lines[0]?.evidence, 'committed');
    const { documents } = await call('documents', {});
    assert.deepEqual(
      documents.map(({ mediaType }) => mediaType),
      ['application/pdf'],
    );
  });
  const again = await refusalOf([...run, '--confirm', digest]);
  assert.equal(again.code, 'FILE_DUPLICATE');
});

test('a bill that leaves questions open says which, and no confirmation helps', async () => {
  const refused = await refusalOf(['record', channel.acme, german, '--country', 'DE', '--confirm', 'f'.repeat(64)]);
  assert.deepEqual([refused.exit, refused.code], [2, 'PROPOSAL_OPEN']);
  assert.deepEqual(
    refused.problems?.map(({ where }) => where),
    ['quantity', 'commodity', 'meter'],
  );
  // No number of the bill stands in the error.
  assert.doesNotMatch(JSON.stringify(refused), /1EXP|7EXP|700 442/);
});

test('a person reads a proposal as text, with places and reasons; an open one says what answers it', async () => {
  const whole = await command(['bills', 'read', german, ...germanTemplate]);
  assert.match(whole.stdout, /29449 +29\.449 kWh +page 2, line 20 +template: to the right of "Verbrauch"/);
  const open = await command(['bills', 'read', join(samples, 'ambiguous-dates.pdf')]);
  assert.match(open.stdout, /DATE_ORDER_UNKNOWN[\s\S]*--date-order[\s\S]*END_CONVENTION_UNKNOWN/);
  assert.doesNotMatch(open.stdout, /--confirm/);
  const lines = await command(['bills', 'read', german, '--lines']);
  assert.match(lines.stdout, /^page 2, line 6: Verbrauch \| 42\.435,5 kWh$/m);
  const notPdf = await refusalOf(['bills', 'read', fileURLToPath(import.meta.url)]);
  assert.equal(notPdf.code, 'FILE_KIND_UNKNOWN');
});

test('in a folder a PDF that nobody confirmed keeps no other file back', async () => {
  const bills = join(folder, 'bills');
  mkdirSync(bills);
  copyFileSync(join(samples, 'spanish-electricity.pdf'), join(bills, 'a.pdf'));
  billFile(join(bills, 'b.csv'), ['F-1,electricity,2023-01-01,2023-02-01,exclusive,5,kWh,DE']);
  const { stdout } = await command(['record', channel.acme, bills, '--country', 'ES', '--dry-run', '--json']);
  const dry = JSON.parse(stdout) as RecordAnswer;
  assert.deepEqual(
    dry.files.map(({ state }) => state),
    ['checked', 'checked'],
  );
  const recorded = await command(['record', channel.acme, bills, '--country', 'ES', '--json']);
  const answer = JSON.parse(recorded.stdout) as RecordAnswer;
  assert.deepEqual(
    answer.files.map(({ state, error }) => [state, error?.code]),
    [
      ['refused', 'PROPOSAL_UNCONFIRMED'],
      ['recorded', undefined],
    ],
  );
});

test('on a served node the command goes through it, template and confirmation too', async () => {
  const served = await serveNode(channel.acme);
  try {
    const { digest } = await answerOf<BillProposal>(['bills', 'read', uk, ...ukTemplate, '--country', 'GB']);
    const run = ['record', channel.acme, uk, ...ukTemplate, '--country', 'GB'];
    assert.equal((await refusalOf(run)).code, 'PROPOSAL_UNCONFIRMED');
    const { lines } = await answerOf<RecordAnswer>([...run, '--confirm', digest as string]);
    assert.deepEqual(
      lines.map(({ quantity, readBasis }) => [quantity, readBasis]),
      [
        ['1833', 'estimated'],
        ['3671', 'actual'],
      ],
    );
    const { items } = await answerOf<UseCaseResult<'imports'>>(['imports', 'list', channel.acme]);
    assert.deepEqual([items[0]?.format, items[0]?.file], ['pdf', 'uk-two-fuels.pdf']);
    const local = new NodeApiClient(sendToSocket(socketPath(channel.acme, 'node')));
    const body = { file: { path: join(folder, 'none.pdf') } };
    await assert.rejects(local.call('POST /proposals', { body }), { code: 'FILE_UNREADABLE' });
  } finally {
    await served.stop();
  }
});

describe('over the API', () => {
  let served: ServedApi;
  before(async () => {
    served = await serveApi((await newChannel()).acme);
  });
  after(() => served.close());
  const raw = { type: 'application/pdf', bytes: readFileSync(us) };
  const send = (token: string, path: string, bytes: Uint8Array) =>
    fetch(`${served.address}/api/v1${path}`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/pdf' },
      body: bytes as never,
    });

  test('a PDF is proposed, confirmed by its digest, and imported', async () => {
    const client = new NodeApiClient(sendTo(served.address, 'operator-token'));
    const query = { zip: '77002', gwp: 'AR5' };
    const proposal = (await client.call('POST /proposals', { raw, query } as never)) as unknown as BillProposal;
    assert.equal(proposal.lines[0]?.fields.quantity?.where, 'page 1, line 11');
    assert.deepEqual(proposal.told, { place: { zip: '77002' }, zone: null, gwp: 'AR5' });
    await assert.rejects(client.run('POST /imports', { raw, query } as never), { code: 'PROPOSAL_UNCONFIRMED' });
    const confirmed = { raw, query: { ...query, confirm: [proposal.digest] } };
    const elsewhere = { raw, query: { ...confirmed.query, zip: '77003' } };
    await assert.rejects(client.run('POST /imports', elsewhere as never), { code: 'PROPOSAL_UNCONFIRMED' });
    const otherwise = { raw, query: { zip: '77002', confirm: [proposal.digest] } };
    await assert.rejects(client.run('POST /imports', otherwise as never), { code: 'PROPOSAL_UNCONFIRMED' });
    const answer = (await client.run('POST /imports', confirmed as never)) as unknown as RecordAnswer;
    assert.deepEqual([answer.lines[0]?.quantity, answer.totals.lines], ['12520', 1]);
  });

  test('a template comes along in the form', async () => {
    const form = new FormData();
    form.set('template', readFileSync(ukTemplate[1] as string, 'utf8'));
    form.set('bill', new Blob([readFileSync(uk)], { type: 'application/pdf' }), 'bill.pdf');
    const headers = { Authorization: 'Bearer operator-token' };
    const response = await fetch(`${served.address}/api/v1/proposals`, { method: 'POST', headers, body: form });
    const proposal = (await response.json()) as BillProposal;
    assert.deepEqual(
      proposal.lines.map(({ fields }) => fields.quantity?.value),
      ['1833', '3671'],
    );
    assert.equal(proposal.template, 'Example Energy Supply, electricity and gas');
  });

  test('a proposal shows meters and accounts: viewers and auditors get none', async () => {
    for (const token of ['viewer-token', 'auditor-token'])
      assert.equal((await send(token, '/proposals', raw.bytes)).status, 403);
  });

  test('a proposal is kept nowhere, whatever key the request has', async () => {
    const proposed = async (bytes: Uint8Array) => {
      const headers = {
        Authorization: 'Bearer operator-token',
        'Content-Type': 'application/pdf',
        'Idempotency-Key': 'p',
      };
      return fetch(`${served.address}/api/v1/proposals`, { method: 'POST', headers, body: bytes as never });
    };
    assert.equal((await proposed(raw.bytes)).status, 200);
    // Under a key that was kept another file would be refused.
    const other = (await (await proposed(readFileSync(german))).json()) as BillProposal;
    assert.equal(other.format, 'uec-bill-proposal/2');
  });

  test('settings in the query beside a JSON body are refused: a dry run would record', async () => {
    for (const [path, body] of [
      ['/imports?dryRun=true', { files: [{ upload: 'a'.repeat(32) }] }],
      ['/proposals?meter=M', { file: { upload: 'a'.repeat(32) } }],
    ] as const) {
      const response = await fetch(`${served.address}/api/v1${path}`, {
        method: 'POST',
        headers: { Authorization: 'Bearer operator-token', 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      });
      const { code, where } = (await response.json()) as { code: string; where: string };
      assert.deepEqual([response.status, code], [400, 'REQUEST_INVALID'], path);
      assert.match(where, /^query\//);
    }
  });

  test('what is no PDF is refused, and so is a setting that would skip the confirmation', async () => {
    const text = await send('operator-token', '/proposals', Buffer.from('meter,commodity\n'));
    assert.equal(((await text.json()) as { code: string }).code, 'FILE_KIND_UNKNOWN');
    const skipped = await send('operator-token', '/imports?unconfirmed=true', raw.bytes);
    assert.equal(((await skipped.json()) as { code: string }).code, 'REQUEST_INVALID');
  });
});
