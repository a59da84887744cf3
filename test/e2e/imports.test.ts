// Files that were recorded: their history, taking one back, rows mended and sent in again, long files. Totals are sums of the
// rows times 316 g CO2e a kWh (EEA 2025, Germany 2023).
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorFile } from '../../src/bills/index.ts';
import type { UseCaseResult } from '../../src/node/index.ts';
import { useCases } from '../../src/node/index.ts';
import { answerOf, command, finished, refusalOf, startCommand } from '../support/command.ts';
import {
  billFile,
  type Call,
  type Channel,
  filesBelow,
  newChannel,
  onNode,
  temporaryFolder,
} from '../support/nodes.ts';

type Imports = UseCaseResult<'imports'>;
const folder = temporaryFolder();
const day = (at: number): string => new Date(Date.UTC(2023, 0, 1 + at)).toISOString().slice(0, 10);
/** One bill a day of one meter: 1 kWh on the first day, 2 on the second, and so on. */
const rows = (meter: string, count: number): string[] =>
  Array.from({ length: count }, (_, at) => `${meter},electricity,${day(at)},${day(at + 1)},exclusive,${at + 1},kWh,DE`);
const kWh = async (call: Call): Promise<string> => {
  const { scope2 } = await call('inventory', { year: 2023 });
  return scope2.location.co2e.kg;
};

let channel: Channel;
before(async () => {
  channel = await newChannel();
});

test('an import is listed with its totals, undone with a reason, and its file recorded again in its place', async () => {
  const file = billFile(join(folder, 'Jane-Roe-4711.csv'), rows('U-1', 4));
  const { files } = await answerOf<UseCaseResult<'record'>>(['record', channel.acme, file, '--label', 'spring bills']);
  const id = files[0]?.import as string;
  const { items } = await answerOf<Imports>(['imports', 'list', channel.acme]);
  const [view] = items;
  // 1 + 2 + 3 + 4 kWh; 10 x 0.316 kg
  assert.deepEqual([view?.id, view?.state, view?.totals?.kWh, view?.totals?.location], [id, 'finished', '10', '3.16']);
  assert.deepEqual([view?.file, view?.label, view?.format], ['Jane-Roe-4711.csv', 'spring bills', 'csv']);
  for (const name of filesBelow(channel.acme))
    for (const secret of ['Jane-Roe', 'spring bills'])
      assert.equal(
        readFileSync(join(channel.acme, name)).includes(secret),
        false,
        `${name} holds the name in the clear`,
      );

  await onNode(channel.acme, async (call) => {
    const { lines } = await call('showImport', { import: id.slice(0, 8) });
    assert.deepEqual(
      lines.map(({ where, state, evidence }) => [where, state, evidence]),
      [2, 3, 4, 5].map((row) => [`row ${row}`, 'active', 'committed']),
    );
    const [first, second] = lines;
    await call('correct', { record: first?.recordId as string, reason: 'misread', quantity: '5' });
    await call('void', { records: [second?.recordId as string], reason: 'duplicate' });
    const dry = await call('undoImport', { import: id, reason: 'entered-in-error', dryRun: true });
    assert.deepEqual([dry.voided, dry.leftCount], [2, 2]);
    assert.equal(await kWh(call), '3.792', '5 + 3 + 4 kWh');
    const undone = await call('undoImport', { import: id, reason: 'entered-in-error', note: 'wrong year' });
    assert.deepEqual(
      undone.left.map(({ where, state, by }) => [where, state, by !== null]),
      [
        ['row 2', 'superseded', true],
        ['row 3', 'voided', false],
      ],
    );
    assert.equal(await kWh(call), '1.58', 'the correction of 5 kWh counts on');
    await call('void', { records: [undone.left[0]?.by as string], reason: 'entered-in-error' });
    const again = await call('record', { files: [file], read: {} });
    const replaced = again.lines.map(({ recordId }) => call('show', { record: recordId as string }));
    const shown = await Promise.all(replaced);
    // Rule G: the voided ones are named; the first one was superseded, not voided.
    assert.deepEqual(
      shown.map(({ record }) => record.replaces ?? null),
      [null, ...lines.slice(1).map(({ recordId }) => recordId)],
    );
    assert.equal(await kWh(call), '3.16');
    const old = await call('showImport', { import: id });
    assert.deepEqual([old.import.state, old.import.undone?.note], ['undone', 'wrong year']);
  });
  const twice = await command(['imports', 'undo', channel.acme, id, '--reason', 'other']);
  assert.match(twice.stdout, /^Nothing was left to void/);
  const { stdout } = await command(['imports', 'list', channel.acme]);
  const sums = (state: string) => stdout.split('\n').find((row) => row.includes(`  ${state} `));
  assert.match(sums('finished') ?? '', / 10 +3\.16 +csv /);
  assert.match(sums('undone') ?? '', / - +- +csv /, 'nothing of it counts');
  const old = await command(['imports', 'show', channel.acme, id]);
  assert.match(old.stdout, /kWh +10, as recorded; none of it counts any more/);
});

test('an import that does not exist, or a page that cannot be, is refused', async () => {
  const refusal = await refusalOf(['imports', 'show', channel.acme, 'ffffffff']);
  assert.deepEqual([refusal.code, refusal.exit], ['IMPORT_NOT_FOUND', 4]);
  for (const run of [
    ['imports', 'show', channel.acme, 'ffff'],
    ['imports', 'undo', channel.acme, 'last', '--reason', 'other'],
  ]) {
    const short = await refusalOf(run);
    assert.equal(short.code, 'FIELD_INVALID');
    assert.match(short.fix, /uec imports list .*8 characters/);
  }
  await onNode(channel.acme, async (call) => {
    await assert.rejects(call('imports', { limit: 0 }), { code: 'OPTION_INVALID' });
    await assert.rejects(call('imports', { cursor: 'x' }), { code: 'IMPORT_NOT_FOUND' });
  });
});

test('erasing the document makes the name and the words of its import unreadable', async () => {
  const bad = 'N-1,electricity,2023-03-01,2023-02-01,exclusive,1,kWh,DE';
  const file = billFile(join(folder, 'named.csv'), [...rows('N-1', 2), bad]);
  await onNode(channel.acme, async (call) => {
    const { files, lines } = await call('record', { files: [file], read: {}, acceptPartial: true });
    const id = files[0]?.import as string;
    const kept = await call('showImport', { import: id });
    assert.deepEqual([kept.import.file, kept.refusals[0]?.report?.code], ['named.csv', 'PERIOD_INVALID']);
    const { documents } = await call('documents', {});
    const document = documents.find(({ records }) => records.includes(lines[0]?.recordId as string));
    const order = { order: 'DSR-1', reason: 'data-subject-request' as const };
    await call('eraseDocument', { document: document?.commitment as string, ...order });
    const after = await call('showImport', { import: id });
    assert.deepEqual(
      [after.import.file, after.refusals[0]?.code, after.refusals[0]?.report],
      [null, 'PERIOD_INVALID', null],
    );
    assert.equal(after.import.records.active, 2);
  });
});

test('rejected rows, registers too, are mended in the error file; the good ones are not recorded twice', async () => {
  const register = (name: string, quantity: string): string =>
    `E-2,electricity,2023-01-01,2023-02-01,exclusive,${quantity},kWh,DE,${name}`;
  const good = 'E-3,electricity,2023-01-01,2023-02-01,exclusive,100,kWh,DE,';
  const file = billFile(
    join(folder, 'registers.csv'),
    [register('peak', '10'), register('off', ''), good],
    ',register',
  );
  const errors = join(folder, 'errors.csv');
  const partial = await command(['record', channel.beta, file, '--errors', errors]);
  assert.equal(partial.code, 2);
  const text = readFileSync(errors, 'utf8');
  assert.equal(text.split('\r\n').length, 4, 'a header and both registers');
  writeFileSync(errors, text.replace('exclusive,,kWh', 'exclusive,30,kWh'));
  const { lines, files } = await answerOf<UseCaseResult<'record'>>(['record', channel.beta, errors]);
  assert.deepEqual(
    lines.map(({ where, quantity }) => [where, quantity]),
    [['rows 2 to 3', '40']],
  );
  const { items } = await answerOf<Imports>(['imports', 'list', channel.beta]);
  const [second, first] = items;
  assert.deepEqual([second?.mends, first?.mendedBy, first?.rejected], [first?.id, [files[0]?.import], 2]);
});

test('items of a file that is no table come as rows of the plain layout', () => {
  const rejected = { code: 'ROW_INVALID', message: 'no quantity', where: 'UsagePoint 1', fix: 'Give it.' } as const;
  const [head] = errorFile([{ rejected, where: 'UsagePoint 1', import: 'ab' }]);
  assert.match(
    head ?? '',
    /^utility,meter,commodity,flow,start,end,end_convention,quantity,unit,.*,error_import,error_where,/,
  );
});

test('a file too long to be held is read twice and recorded with the same warnings and totals', async () => {
  const { acme } = await newChannel();
  const two = [...rows('L-1', 800), ...rows('L-2', 800)].map((row, at) => `${row},${at % 2 === 0 ? 'North' : 'South'}`);
  const bad = 'L-1,electricity,2023-01-01,2023-01-02,exclusive,9,kWh,DE,North';
  const file = billFile(join(folder, 'long.csv'), [...two.slice(0, 700), bad, ...two.slice(700)], ',utility');
  await onNode(acme, async (call) => {
    const request = { files: [file], read: {}, heldLines: 3 };
    await assert.rejects(call('record', request), { code: 'FILE_REFUSED' });
    const dry = await call('record', { ...request, dryRun: true });
    assert.deepEqual([dry.lines.length, dry.omitted, dry.rejected[0]?.where], [3, 1597, 'row 702']);
    const { files, totals, lines } = await call('record', { ...request, acceptPartial: true });
    // Twice the sum of 1 to 800.
    assert.deepEqual([totals.lines, totals.kWh, lines.length], [1600, '640800', 3]);
    assert.deepEqual(
      lines.map(({ warnings }) => warnings),
      dry.lines.map(({ warnings }) => warnings),
    );
    const seen = new Set<string>();
    let cursor: string | undefined;
    do {
      const page = await call('showImport', {
        import: files[0]?.import as string,
        limit: 1000,
        ...(cursor && { cursor }),
      });
      for (const { recordId, where, state } of page.lines) seen.add(`${recordId} ${where} ${state}`);
      cursor = page.next;
    } while (cursor !== undefined);
    assert.equal(seen.size, 1600);
    assert.ok([...seen].every((text) => text.endsWith(' active')));
  });
});

test('a file that changes between the two readings is refused; pages before the change stand and can be undone', async () => {
  const { acme } = await newChannel();
  const file = billFile(
    join(folder, 'changing.csv'),
    // Longer than what a reader has in its buffers.
    [...rows('C-1', 800), ...rows('C-2', 800)].map((row) => `${row},${'x'.repeat(300)}`),
    ',note',
  );
  await onNode(acme, async (_call, node) => {
    const before = readFileSync(file, 'utf8');
    let changedAt = 0;
    const change = ({ what, done }: { what: string; done: number }): void => {
      if (what !== 'recording' || changedAt > 0) return;
      changedAt = done;
      writeFileSync(file, before.replaceAll('C-2,', 'C-9,'));
    };
    const request = { files: [file], read: {}, heldLines: 0 };
    await assert.rejects(useCases.record(node, request, change), { code: 'FILE_CHANGED' });
    const [view] = (await useCases.imports(node, {})).items;
    assert.equal(view?.state, 'cut-off');
    const meters = await useCases.meters(node, {});
    assert.deepEqual(
      meters.map(({ number }) => number).sort(),
      ['C-1', 'C-2'],
      'a line was taken that was not checked',
    );
    const undone = await useCases.undoImport(node, { import: view?.id as string, reason: 'other' }, () => undefined);
    assert.equal(undone.voided, view?.records.active);
  });
});

test('a stopped import leaves nothing before its first page, and goes on after it', async () => {
  const { acme } = await newChannel();
  const file = billFile(join(folder, 'stopped.csv'), [...rows('S-1', 700), ...rows('S-2', 700)]);
  await onNode(acme, async (call, node) => {
    await assert.rejects(
      useCases.record(node, { files: [file], read: {} }, () => undefined, AbortSignal.abort()),
      {
        code: 'CANCELLED',
      },
    );
    assert.deepEqual((await call('imports', {})).items, []);
    const stop = new AbortController();
    const stopping = ({ what }: { what: string }): void => {
      if (what === 'recording') stop.abort();
    };
    await assert.rejects(useCases.record(node, { files: [file], read: {} }, stopping, stop.signal), {
      code: 'CANCELLED',
    });
    const [cut] = (await call('imports', {})).items;
    assert.deepEqual([cut?.state, cut?.records.active], ['cut-off', 500]);
    const { totals } = await call('record', { files: [file], read: {} });
    // Twice the sum of 1 to 700.
    assert.equal(totals.kWh, '490700');
    const [whole] = (await call('imports', {})).items;
    assert.deepEqual([whole?.id, whole?.state, whole?.records.active], [cut?.id, 'finished', 1400]);
  });
});

test('what was sent from elsewhere and is sent again goes on, wherever it lies the second time', async () => {
  const { acme } = await newChannel();
  const copy = (name: string): string => {
    const path = join(folder, name);
    writeFileSync(path, '%PDF-1.4 the bill');
    return path;
  };
  const named = rows('V-1', 700).map((row, at) => `${row},${at === 0 ? 'jan/bill.pdf' : ''}`);
  const given = billFile(join(folder, 'given.csv'), rows('V-2', 700));
  const sent = (path: string) => ({ sent: [{ name: 'jan/bill.pdf', path }] });
  await onNode(acme, async (call, node) => {
    for (const [file, more] of [
      [billFile(join(folder, 'named.csv'), named, ',document'), sent],
      [given, (document: string) => ({ document })],
    ] as const) {
      const stop = new AbortController();
      const stopping = ({ what }: { what: string }): void => {
        if (what === 'recording') stop.abort();
      };
      const first = { files: [file], read: {}, ...more(copy('first.pdf')) };
      await assert.rejects(useCases.record(node, first, stopping, stop.signal), { code: 'CANCELLED' });
      const { lines, totals } = await call('record', { files: [file], read: {}, ...more(copy('second.pdf')) });
      // The sum of 1 to 700; each line once.
      assert.equal(totals.kWh, '245350');
      const [whole] = (await call('imports', {})).items;
      assert.deepEqual([whole?.state, whole?.records.active], ['finished', 700]);
      const { documents } = await call('documents', {});
      const proof = documents.filter(({ records }) => records.includes(lines[0]?.recordId as string));
      assert.deepEqual(
        proof.map(({ mediaType }) => mediaType),
        ['application/pdf'],
      );
    }
  });
});

test('an undo that is killed goes on: every record is voided once', async () => {
  const { acme } = await newChannel();
  const file = billFile(join(folder, 'killed.csv'), [...rows('K-1', 600), ...rows('K-2', 600)]);
  const { files } = await answerOf<UseCaseResult<'record'>>(['record', acme, file]);
  const id = files[0]?.import as string;
  for (const later of [300, 500, 700]) {
    const child = startCommand(['imports', 'undo', acme, id, '--reason', 'duplicate']);
    const ended = finished(child);
    await Promise.race([sleep(later), ended]);
    child.kill('SIGKILL');
    await ended;
  }
  await answerOf(['imports', 'undo', acme, id, '--reason', 'duplicate']);
  await onNode(acme, async (call) => {
    const [view] = (await call('imports', {})).items;
    assert.deepEqual([view?.state, view?.records.voided, view?.records.active], ['undone', 1200, 0]);
    assert.ok((await call('fsck', {})).ok);
  });
});
