// Bad input of every kind: the error names what was wrong, where, and what would be right, and nothing is written.
import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { before, test } from 'node:test';
import type { FactorRow } from '../../src/emissions/index.ts';
import { formatReleaseFile, parseReleaseFile } from '../../src/factors/index.ts';
import type { UseCaseResult } from '../../src/node/index.ts';
import { command, jsonCommand, refusalOf } from '../support/command.ts';
import {
  billFile,
  type Channel,
  fingerprints,
  newChannel,
  onNode,
  samples,
  temporaryFolder,
} from '../support/nodes.ts';

const folder = temporaryFolder();
let channel: Channel;
/** The record of the one bill that stands on the ledger. */
let standing: string;

before(async () => {
  channel = await newChannel();
  const good = billFile(join(folder, 'good.csv'), ['M-1,electricity,2022-01-01,2022-02-01,exclusive,100,kWh,DE']);
  const { lines } = await onNode(channel.acme, (acme) => acme('record', { files: [good], read: {} }));
  standing = lines[0]?.recordId as string;
});

const rows: readonly [what: string, row: string, code: string, where: RegExp, words: RegExp][] = [
  ['unknown unit', 'X,electricity,2022-01-01,2022-02-01,exclusive,1,smoots,DE', 'UNIT_UNKNOWN', /column unit/, /kWh/],
  ['bare ton', 'X,electricity,2022-01-01,2022-02-01,exclusive,1,ton,DE', 'UNIT_AMBIGUOUS', /column unit/, /short ton/],
  ['negative', 'X,electricity,2022-01-01,2022-02-01,exclusive,-1,kWh,DE', 'QUANTITY_NEGATIVE', /quantity/, /exported/],
  [
    'exponent',
    'X,electricity,2022-01-01,2022-02-01,exclusive,1e3,kWh,DE',
    'DECIMAL_INVALID',
    /quantity/,
    /1000 for 1e3/,
  ],
  ['blank usage', 'X,electricity,2022-01-01,2022-02-01,exclusive,,kWh,DE', 'QUANTITY_BLANK', /quantity/, /never/],
  ['end before start', 'X,electricity,2022-02-01,2022-01-01,exclusive,1,kWh,DE', 'PERIOD_INVALID', /end/, /exclusive/],
  [
    'future period',
    'X,electricity,2098-01-01,2098-02-01,exclusive,1,kWh,DE',
    'PERIOD_FUTURE',
    /end/,
    /2098-01-01 to 2098-01-31/,
  ],
  ['no factor', 'X,electricity,2022-01-01,2022-02-01,exclusive,1,kWh,AQ', 'FACTOR_NOT_FOUND', /place/, /AQ/],
  [
    'too old for any factor',
    'X,electricity,1950-01-01,1950-02-01,exclusive,1,kWh,DE',
    'FACTOR_NOT_FOUND',
    /place/,
    /1950/,
  ],
  [
    'overlap',
    'M-1,electricity,2022-01-31,2022-03-01,exclusive,1,kWh,DE',
    'PERIOD_OVERLAP',
    /start/,
    /2022-01-31 to 2022-02-28/,
  ],
];
for (const [what, row, code, where, words] of rows) {
  test(`a row is refused: ${what}`, async () => {
    const file = billFile(join(folder, 'rows.csv'), ['Y,electricity,2022-01-01,2022-02-01,exclusive,1,kWh,DE', row]);
    const prints = fingerprints(channel.acme);
    const error = await onNode(channel.acme, (acme) => acme('record', { files: [file], read: {} })).then(
      () => assert.fail('it was recorded'),
      (reason) => reason.report() as { code: string; message: string; problems: Record<string, string>[] },
    );
    assert.equal(error.code, 'FILE_REFUSED');
    assert.match(error.message, /^1 of 2 lines cannot be recorded, so nothing was$/);
    const [problem] = error.problems;
    assert.equal(problem?.code, code);
    assert.match(problem?.where ?? '', /^row 3/);
    assert.match(problem?.where ?? '', where);
    assert.match(`${problem?.message} ${problem?.fix}`, words);
    assert.deepEqual(fingerprints(channel.acme), prints, 'something was written');
  });
}

test('rows with a place that does not exist, or with two that disagree, are refused by row and column', async () => {
  const line = 'X,electricity,2022-01-01,2022-02-01,exclusive,1,kWh';
  const places = ['US,CAMEX,,', 'US,,US-ZZ,', 'DE,CAMX,,', 'US,CAMX,,10001', 'US,CAMX,US-NY,', 'US,camx,us-ca,94105'];
  const file = billFile(
    join(folder, 'places.csv'),
    places.map((place, at) => line.replace('X', `P-${at}`).concat(',', place)),
    ',region,subdivision,zip',
  );
  const prints = fingerprints(channel.acme);
  const refusal = await refusalOf(['record', channel.acme, file]);
  assert.match(refusal.message, /^5 of 6 lines cannot be recorded, so nothing was$/);
  assert.deepEqual(
    refusal.problems?.map(({ code, where }) => [code, where]),
    [
      ['PLACE_INVALID', 'row 2, region'],
      ['PLACE_INVALID', 'row 3, subdivision'],
      ['PLACE_INVALID', 'row 4, region'],
      ['PLACE_INVALID', 'row 5, region'],
      ['PLACE_INVALID', 'row 6, region'],
    ],
  );
  const words = [/CAMEX.*did you mean CAMX\?/, /US-ZZ/, /CAMX.*DE/, /NYCW, not in CAMX/, /US-NY.*CAMX/];
  for (const [at, word] of words.entries()) assert.match(refusal.problems?.[at]?.message ?? '', word);
  assert.deepEqual(fingerprints(channel.acme), prints, 'something was written');
  // The same of an option for the whole file.
  const plain = billFile(join(folder, 'unplaced.csv'), ['X,electricity,2022-01-01,2022-02-01,exclusive,1,kWh,']);
  const told = await refusalOf(['record', channel.acme, plain, '--country', 'US', '--region', 'CAMEX']);
  assert.match(told.problems?.[0]?.message ?? told.message, /did you mean CAMX\?/);
});

test('an overlap names the other record, or the other row where both are new', async () => {
  const file = billFile(join(folder, 'overlap.csv'), [
    'M-1,electricity,2022-01-15,2022-02-15,exclusive,1,kWh,DE',
    'M-2,electricity,2022-01-01,2022-02-01,exclusive,1,kWh,DE',
    'M-2,electricity,2022-01-31,2022-02-15,exclusive,1,kWh,DE',
    'M-2,electricity,2022-01-01,2022-02-01,exclusive,1,kWh,DE',
  ]);
  const refusal = await refusalOf(['record', channel.acme, file]);
  assert.deepEqual([refusal.code, refusal.exit, refusal.problems?.length], ['FILE_REFUSED', 2, 3]);
  const [recorded, row, same] = refusal.problems ?? [];
  assert.equal(recorded?.otherRecordId, standing);
  assert.match(
    recorded?.message ?? '',
    new RegExp(`overlaps record ${standing.slice(0, 12)}, 2022-01-01 to 2022-01-31,`),
  );
  assert.match(row?.message ?? '', /2022-01-31 to 2022-02-14.*overlaps row 3 of the same meter/);
  assert.match(same?.message ?? '', /overlaps row 3 /);
  assert.match(refusal.fix, /--errors FILE/);
});

test('refused rows come in the order of the file, each told once', async () => {
  const file = billFile(join(folder, 'order.csv'), [
    'O-1,electricity,2022-01-01,2022-02-01,exclusive,1,kWh,DE',
    'O-1,electricity,2022-01-31,2022-03-01,exclusive,1,kWh,DE',
    'O-2,electricity,2022-01-01,2022-02-01,exclusive,,kWh,DE',
  ]);
  const refusal = await refusalOf(['record', channel.acme, file]);
  assert.deepEqual(
    refusal.problems?.map(({ where }) => where),
    ['row 3, start', 'row 4, column quantity'],
  );
  assert.match(refusal.message, /^2 of 3 lines cannot be recorded/);
  const { stderr } = await command(['record', channel.acme, file]);
  assert.equal(stderr.split('overlaps row 2').length, 2);
  assert.equal(stderr.includes('\u001b'), false);
});

test('a meter number under another utility name, or without one, is told on the line', async () => {
  const { beta } = channel;
  const row = (utility: string, start: string, end: string): string =>
    `D-9,electricity,${start},${end},exclusive,100,kWh,DE,${utility}`;
  await onNode(beta, async (call) => {
    const warned = async (name: string, rows: string[], head = ',utility'): Promise<string[][]> => {
      const file = billFile(join(folder, name), rows, head);
      const { lines } = await call('record', { files: [file], read: {} });
      return lines.map(({ warnings }) => warnings.map(({ code }) => code));
    };
    assert.deepEqual(await warned('u1.csv', [row('Stadtwerke', '2022-01-01', '2022-02-01')]), [[]]);
    assert.deepEqual(await warned('u2.csv', [row('STADTWERKE', '2022-02-01', '2022-03-01')]), [[]]);
    const bare = 'D-9,electricity,2022-01-01,2022-02-01,exclusive,100,kWh,DE';
    assert.deepEqual(await warned('u3.csv', [bare], ''), [['METER_OTHER_UTILITY']]);
    const two = [row('North', '2023-01-01', '2023-02-01'), row('South', '2023-01-01', '2023-02-01')];
    const fresh = two.map((text) => text.replace('D-9', 'D-10'));
    assert.deepEqual(await warned('u4.csv', fresh), [[], ['METER_OTHER_UTILITY']]);
  });
});

test('what no bundled factor covers is told without advice that leads nowhere', async () => {
  const file = billFile(join(folder, 'cooling.csv'), ['C-1,cooling,2022-01-01,2022-02-01,exclusive,1,MWh,DE']);
  const [problem] = (await refusalOf(['record', channel.acme, file])).problems ?? [];
  assert.equal(problem?.code, 'FACTOR_NOT_FOUND');
  assert.match(problem?.message ?? '', /^cooling in DE is not covered by the bundled factors/);
  assert.doesNotMatch(problem?.fix ?? '', /coarser/);
});

test('a year without records names the years that have some', async () => {
  const { stdout } = await command(['inventory', channel.acme, '--year', '1999']);
  assert.equal(stdout, 'no records of 1999; there are records for 2022\n');
});

test('with several files every refusal names its file, and none is recorded', async () => {
  const good = billFile(join(folder, 'one.csv'), ['S-1,electricity,2022-01-01,2022-02-01,exclusive,1,kWh,DE']);
  const bad = billFile(join(folder, 'two.csv'), ['S-1,electricity,2022-01-31,2022-03-01,exclusive,1,kWh,DE']);
  const prints = fingerprints(channel.acme);
  const refusal = await refusalOf(['record', channel.acme, good, bad]);
  assert.equal(refusal.problems?.[0]?.where, 'file 2, row 2, start');
  assert.match(refusal.problems?.[0]?.message ?? '', /overlaps row 2 of file 1 /);
  const absent = await refusalOf(['record', channel.acme, good, join(folder, 'absent.csv')]);
  assert.deepEqual([absent.code, absent.where, absent.exit], ['FILE_UNREADABLE', 'file 2', 2]);
  const headless = join(folder, 'headless.csv');
  writeFileSync(headless, 'meter,unit,from,to\nS-1,kWh,2022-03-01,2022-04-01\n');
  const columns = await refusalOf(['record', channel.acme, good, headless]);
  assert.deepEqual([columns.code, columns.where, columns.exit], ['COLUMN_MISSING', 'file 2, row 1', 2]);
  assert.match(columns.fix, /uec bills map FILE/);
  const blank = billFile(join(folder, 'blank.csv'), ['S-1,electricity,2022-03-01,2022-04-01,exclusive,,kWh,DE']);
  const dry = await command(['record', channel.acme, good, blank, '--dry-run']);
  assert.match(dry.stdout, /- blank\.csv, row 2, column quantity: QUANTITY_BLANK/);
  assert.deepEqual(fingerprints(channel.acme), prints);
});

test('a document that is not there is told before anything is written, also in a dry run', async () => {
  const row = 'X,electricity,2022-01-01,2022-02-01,exclusive,1,kWh,DE,absent.pdf';
  const file = billFile(join(folder, 'document.csv'), [row], ',document');
  const prints = fingerprints(channel.acme);
  const refusal = await refusalOf(['record', channel.acme, file]);
  assert.deepEqual(
    refusal.problems?.map(({ code, where }) => [code, where]),
    [['FILE_UNREADABLE', 'row 2, column document']],
  );
  await onNode(channel.acme, async (acme) => {
    const dry = await acme('record', { files: [file], read: {}, dryRun: true });
    assert.deepEqual(
      dry.rejected.map(({ rejected }) => rejected.code),
      ['FILE_UNREADABLE'],
    );
    const other = billFile(join(folder, 'other.csv'), ['X,electricity,2022-01-01,2022-02-01,exclusive,1,kWh,DE']);
    await assert.rejects(
      acme('record', { files: [other], read: {}, document: join(folder, 'absent.pdf') }),
      /--document/,
    );
  });
  assert.deepEqual(fingerprints(channel.acme), prints);
});

test('files of another kind are called by their name', async () => {
  const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
  const kinds: [string, Buffer | string, RegExp][] = [
    ['bill.pdf', readFileSync(join(samples, 'acme/bills/houston-2022-12.pdf')), /PDF/],
    ['bill.xlsx', Buffer.concat([Buffer.from('PK\x03\x04'), png]), /zip archive.*damaged/],
    ['bill.png', png, /PNG/],
    ['bill.json', '{"kWh": "5"}\n', /JSON/i],
    ['empty.csv', '', /empty/],
    ['page.html', '<!doctype html><html></html>', /HTML/],
    ['text.csv', 'hello\nworld\n', /./],
    ['head.csv', 'meter,commodity,start,end,end_convention,quantity,unit,country\n', /no bill lines|no rows/],
  ];
  const prints = fingerprints(channel.acme);
  await onNode(channel.acme, async (acme) => {
    for (const [name, content, words] of kinds) {
      const file = join(folder, name);
      writeFileSync(file, content);
      const error = await acme('record', { files: [file], read: {} }).then(
        () => assert.fail(`${name} was recorded`),
        (reason) => reason,
      );
      assert.match(error.code, /^(FILE_KIND_UNKNOWN|COLUMN_MISSING|FILE_MALFORMED|PROPOSAL_OPEN)$/, name);
      assert.equal(error.kind, 'input');
      if (error.code === 'FILE_KIND_UNKNOWN') assert.equal(error.details.where, 'file 1', name);
      assert.notEqual(error.details.where ?? '', '', name);
      assert.match(error.message, words, name);
      assert.notEqual(error.fix, '');
    }
    await assert.rejects(acme('record', { files: [folder], read: {} }), { code: 'FILE_UNREADABLE' });
  });
  assert.deepEqual(fingerprints(channel.acme), prints);
});

test('a voided file can be recorded again, another time it is a duplicate', async () => {
  const file = billFile(join(folder, 'again.csv'), ['A-1,electricity,2022-01-01,2022-02-01,exclusive,1,kWh,DE']);
  await onNode(channel.acme, async (acme) => {
    const { lines } = await acme('record', { files: [file], read: {} });
    await assert.rejects(acme('record', { files: [file], read: {} }), { code: 'FILE_DUPLICATE' });
    await acme('void', { records: [lines[0]?.recordId as string], reason: 'entered-in-error' });
    const again = await acme('record', { files: [file], read: {} });
    assert.notEqual(again.lines[0]?.recordId, lines[0]?.recordId);
    await assert.rejects(acme('record', { files: [file], read: {} }), { code: 'FILE_DUPLICATE' });
  });
});

test('a factor row that was changed in the store is not used: the proof does not hold', async () => {
  const { acme } = await newChannel();
  const factors = new DatabaseSync(join(acme, 'factors.db'));
  const tables = factors.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all();
  assert.ok(tables.length > 0);
  const changed = changeRow(factors);
  factors.close();
  assert.ok(changed > 0);
  const file = billFile(join(folder, 'proof.csv'), ['P-1,electricity,2023-01-01,2023-02-01,exclusive,1000,kWh,DE']);
  const log = fingerprints(acme)['ledger/blocks.log'];
  const refusal = await refusalOf(['record', acme, file]);
  assert.equal(refusal.exit, 5);
  assert.match(refusal.code, /^(FACTOR_PROOF_INVALID|RELEASE_INVALID)$/);
  assert.match(`${refusal.message} ${refusal.where}`, /EEA-2025|eea/);
  assert.equal(fingerprints(acme)['ledger/blocks.log'], log);
  await onNode(acme, async (call) => {
    assert.equal((await call('records', {})).items.length, 0);
    assert.deepEqual(
      (await call('documents', {})).documents.filter(({ state }) => state === 'kept'),
      [],
    );
  });
  const verified = await jsonCommand<UseCaseResult<'verifyFactors'>>(['factors', 'verify', acme]);
  assert.equal(verified.code, 5);
  assert.match(verified.answer.problems[0]?.release ?? '', /^eea\/electricity-intensity\/2025$/);
});

/** Changes Germany's figure of 2023 in the store, wherever it stands. Gives the number of rows changed. */
function changeRow(factors: DatabaseSync): number {
  let changed = 0;
  const tables = factors.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all() as { name: string }[];
  for (const { name } of tables) {
    const columns = factors.prepare(`SELECT name FROM pragma_table_info('${name}')`).all() as { name: string }[];
    for (const { name: column } of columns) {
      const change = `UPDATE "${name}" SET "${column}" = replace("${column}", '"316"', '"31.6"')
        WHERE "${column}" LIKE '%EEA-2025:DE:2023%' AND "${column}" LIKE '%"316"%'`;
      changed += Number(factors.prepare(change).run().changes);
    }
  }
  return changed;
}

test('a withdrawn release is used no more, and its records are named', async () => {
  const { acme } = await newChannel();
  await onNode(acme, async (call) => {
    const row = (meter: string): string => `${meter},electricity,2023-01-01,2023-02-01,exclusive,1000,kWh,DE`;
    const { lines } = await call('record', { files: [billFile(join(folder, 'w1.csv'), [row('W-1')])], read: {} });
    assert.equal(lines[0]?.location?.co2e, '316');
    const withdrawn = await call('withdrawRelease', { release: 'eea/electricity-intensity/2025', reason: 'revised' });
    assert.deepEqual(withdrawn.records, [lines[0]?.recordId]);
    const second = await call('record', { files: [billFile(join(folder, 'w2.csv'), [row('W-2')])], read: {} });
    // The edition before, EEA 2024: its own figure for Germany in 2023.
    assert.equal(second.lines[0]?.slices[0]?.location?.factor, 'EEA-2024:DE:2023');
    const refused = (release: string) =>
      call('withdrawRelease', { release, reason: 'again' }).then(
        () => assert.fail(`${release} was withdrawn`),
        ({ code, message, fix, details: { where } }) => [code, where, message, fix],
      );
    assert.deepEqual(await refused('eea/electricity-intensity/2025'), [
      'RELEASE_WITHDRAWN',
      'eea/electricity-intensity/2025',
      'release eea/electricity-intensity/2025 was withdrawn: revised',
      'Nothing needs doing: new records can no longer use it.',
    ]);
    const list = 'See uec factors list for the releases of the channel; nothing was withdrawn.';
    const absent = 'is not published on the channel';
    assert.deepEqual(await refused('eea/electricty-intensity/2025'), [
      'RELEASE_UNKNOWN',
      'eea/electricty-intensity/2025',
      `release eea/electricty-intensity/2025 ${absent}; did you mean eea/electricity-intensity/2025?`,
      list,
    ]);
    assert.deepEqual(await refused('eea/none/1'), [
      'RELEASE_UNKNOWN',
      'eea/none/1',
      `release eea/none/1 ${absent}`,
      list,
    ]);
    const listed = await call('releases', {});
    assert.equal(listed.find(({ release }) => release === 'eea/electricity-intensity/2025')?.withdrawn, 'revised');
    const found = await call('findFactors', { commodity: 'electricity', place: { country: 'DE' }, on: '2023-06-01' });
    assert.equal(found.find(({ row: { id } }) => id === 'EEA-2025:DE:2023')?.usable, false);
    assert.equal(found.find(({ row: { id } }) => id === 'EEA-2024:DE:2023')?.usable, true);
  });
});

test('a release file with a changed figure is refused', async () => {
  const { acme } = channel;
  const good = readFileSync(new URL('../../factors/eea.electricity-intensity.2025.tsv', import.meta.url), 'utf8');
  writeFileSync(join(folder, 'changed.tsv'), good.replace('\t316\n', '\t31.6\n'));
  const refusal = await refusalOf(['factors', 'load', acme, join(folder, 'changed.tsv')]);
  assert.deepEqual([refusal.code, refusal.exit], ['RELEASE_INVALID', 5]);
  assert.match(refusal.where ?? '', /^line \d+$/);
  const goodFile = new URL('../../factors/eea.electricity-intensity.2025.tsv', import.meta.url).pathname;
  const second = await refusalOf(['factors', 'load', acme, goodFile, join(folder, 'changed.tsv')]);
  assert.deepEqual([second.code, second.where], ['RELEASE_INVALID', `file 2, ${refusal.where}`]);
  const absent = await refusalOf(['factors', 'load', acme, goodFile, join(folder, 'absent.tsv')]);
  assert.deepEqual([absent.code, absent.where], ['FILE_UNREADABLE', 'file 2']);
  // The text holds, the rows do not: the store finds it.
  const { manifest, rows } = parseReleaseFile(Buffer.from(good));
  const doubled = { manifest, rows: [...rows, rows[0] as FactorRow] };
  writeFileSync(join(folder, 'doubled.tsv'), formatReleaseFile(doubled));
  const stored = await refusalOf(['factors', 'load', acme, goodFile, join(folder, 'doubled.tsv')]);
  assert.deepEqual([stored.code, stored.where], ['RELEASE_INVALID', 'file 2, rowCount']);
  await onNode(acme, async (call) => {
    const [loaded] = await call('loadReleases', {
      files: [new URL('../../factors/eea.electricity-intensity.2025.tsv', import.meta.url).pathname],
    });
    assert.equal(loaded?.publishedBy, 'ACME');
    assert.deepEqual((await call('verifyFactors', {})).problems, []);
  });
});

test('a tampered log: verify says where, and a damaged last block stops every command; nothing is mended silently', async () => {
  const { acme } = await newChannel();
  const path = join(acme, 'ledger', 'blocks.log');
  const whole = readFileSync(path);
  const flipped = Buffer.from(whole);
  flipped[Math.floor(whole.length / 3)] = (whole[Math.floor(whole.length / 3)] as number) ^ 1;
  writeFileSync(path, flipped);
  const found = await jsonCommand<UseCaseResult<'verify'>>(['verify', acme]);
  assert.equal(found.code, 5);
  assert.ok('ledger' in found.answer);
  assert.match(found.answer.ledger.faults[0]?.where ?? '', /block \d+|byte \d+/);
  const restore = 'Keep the folder as it is, and restore the log from a backup or another copy.';
  assert.ok(found.answer.ledger.faults.every(({ fix }) => fix === restore));
  assert.match((await command(['verify', acme])).stdout, new RegExp(`\\n {6}${restore}\\n`));

  const last = Buffer.from(whole);
  last[whole.length - 20] = (whole[whole.length - 20] as number) ^ 1;
  writeFileSync(path, last);
  for (const args of [
    ['verify', acme],
    ['record', acme, join(samples, 'beta/uk-2023.csv')],
  ]) {
    const refusal = await refusalOf(args);
    assert.deepEqual([refusal.code, refusal.exit], ['LEDGER_CORRUPT', 5]);
    assert.match(`${refusal.message} ${refusal.where}`, /block \d+/);
  }
  assert.deepEqual(readFileSync(path), last);
  writeFileSync(path, whole);
  assert.equal((await command(['verify', acme])).code, 0);
});

test('a vault key of another node is told, and nothing is touched', async () => {
  const { acme, beta } = await newChannel();
  const own = join(acme, 'keys', 'vault.key');
  const kept = readFileSync(own);
  copyFileSync(join(beta, 'keys', 'vault.key'), own);
  const prints = fingerprints(acme);
  const refusal = await refusalOf(['status', acme]);
  assert.deepEqual([refusal.code, refusal.where, refusal.exit], ['VAULT_KEY_WRONG', own, 5]);
  assert.deepEqual(fingerprints(acme), prints);
  writeFileSync(own, kept);
  assert.equal((await command(['status', acme])).code, 0);
});
