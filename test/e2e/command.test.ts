// The whole command surface on nodes of three members. Expected totals: samples/README.md and
// published factors with rational arithmetic, apart from this software.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import type { InitAnswer } from '../../src/cli/init.ts';
import type { RecordAnswer, UseCaseResult } from '../../src/node/index.ts';
import { answerOf, command, jsonCommand, refusalOf } from '../support/command.ts';
import {
  billFile,
  type Channel,
  filesBelow,
  fingerprints,
  newChannel,
  onNode,
  samples,
  temporaryFolder,
} from '../support/nodes.ts';

describe('a new channel', () => {
  const root = temporaryFolder();
  const acme = join(root, 'acme');
  const beta = join(root, 'beta');

  test('init prints the token once and keeps only its hash; join leaves a request that the steward admits', async () => {
    const made = await answerOf<InitAnswer>(['init', 'acme', '--member', 'ACME', '--name', 'Acme Inc'], { cwd: root });
    assert.equal(made.folder, acme);
    assert.match(made.token, /^uec_[A-Za-z0-9_-]{43}$/);
    assert.equal(made.releases, 38);
    assert.deepEqual(made.terms.map(({ publisher }) => publisher).length, 3);
    for (const name of filesBelow(acme))
      assert.equal(readFileSync(join(acme, name)).includes(made.token), false, `the token stands in ${name}`);

    const joined = await command(['init', beta, '--member', 'BETA', '--name', 'Beta Group', '--join', acme]);
    assert.equal(joined.code, 0, joined.stderr);
    assert.match(joined.stdout, /API token, shown this once: uec_[A-Za-z0-9_-]{43}\n/);
    assert.match(joined.stdout, /uec members admit/);

    const early = await answerOf<UseCaseResult<'status'>>(['status', beta]);
    assert.deepEqual([early.member, early.roles, early.members], ['BETA', [], 1]);
    await answerOf(['members', 'admit', acme, 'BETA']);
    const members = await answerOf<UseCaseResult<'members'>>(['members', 'grant', acme, 'BETA', 'auditor']);
    assert.deepEqual((members as unknown as { roles: string[] }).roles, ['auditor', 'reporter']);
    const unknown = await refusalOf(['members', 'admit', acme, 'GAMMA']);
    assert.deepEqual([unknown.code, unknown.exit], ['OPTION_INVALID', 2]);
  });

  test('a suspended member cannot record', async () => {
    await answerOf(['members', 'suspend', acme, 'BETA', '--reason', 'left']);
    const refusal = await refusalOf(['record', beta, join(samples, 'beta/uk-2023.csv')]);
    assert.deepEqual([refusal.code, refusal.exit], ['MEMBER_SUSPENDED', 3]);
    const listed = await answerOf<UseCaseResult<'members'>>(['members', 'list', acme]);
    assert.equal(listed.find(({ id }) => id === 'BETA')?.suspended, 'left');
  });

  test('a folder that holds something is left alone, and a failed init leaves nothing', async () => {
    const before = fingerprints(acme);
    const again = await refusalOf(['init', acme, '--member', 'ACME', '--name', 'Acme Inc']);
    assert.deepEqual([again.code, again.exit], ['NODE_EXISTS', 3]);
    assert.deepEqual(fingerprints(acme), before);
    const nowhere = await refusalOf([
      'init',
      join(root, 'x'),
      '--member',
      'X',
      '--name',
      'X',
      '--join',
      join(root, 'y'),
    ]);
    assert.deepEqual([nowhere.code, nowhere.exit], ['NODE_ABSENT', 4]);
    assert.deepEqual(
      filesBelow(root).filter((name) => name.startsWith('x')),
      [],
    );
  });
});

describe('bills', () => {
  let channel: Channel;
  let california: RecordAnswer;
  const file = join(samples, 'acme/california-2022.csv');

  before(async () => {
    channel = await newChannel();
  });

  test('a dry run shows what would be recorded and writes nothing', async () => {
    const before = fingerprints(channel.acme);
    const answer = await answerOf<RecordAnswer>(['record', channel.acme, file, '--dry-run']);
    assert.deepEqual(fingerprints(channel.acme), before);
    assert.equal(answer.dryRun, true);
    assert.equal(answer.lines.length, 12);
    assert.ok(answer.lines.every(({ recordId }) => recordId === null));
    assert.equal(answer.totals.location, '34028.845853');
  });

  test('record: every promised key of a line, quantities as on the bill, the totals of the samples', async () => {
    california = await answerOf<RecordAnswer>(['record', channel.acme, file]);
    const { lines, totals, rejected } = california;
    assert.deepEqual([lines.length, rejected, totals.kWh], [12, [], '150258.5']);
    assert.deepEqual([totals.location, totals.market, totals.emissions], ['34028.845853', '34416.639908', '0']);
    for (const key of [
      ...['commodity', 'flow', 'start', 'end', 'quantity', 'unit', 'kWh', 'readBasis', 'recordId', 'location'],
      ...['market', 'emissions', 'warnings'],
    ])
      assert.ok(key in (lines[0] as object), `${key} is missing`);
    const [first] = lines;
    assert.deepEqual(
      [first?.start, first?.end, first?.quantity, first?.unit, first?.kWh, first?.readBasis, first?.emissions],
      ['2022-01-01', '2022-02-01', '12480.5', 'kWh', '12480.5', 'actual', null],
    );
    assert.match(first?.recordId ?? '', /^[0-9a-f]{64}$/);
  });

  test('the same file again is refused and nothing is written', async () => {
    const before = fingerprints(channel.acme);
    const refusal = await refusalOf(['record', channel.acme, file]);
    assert.deepEqual([refusal.code, refusal.exit], ['FILE_DUPLICATE', 3]);
    assert.match(refusal.message, /12 records/);
    assert.deepEqual(fingerprints(channel.acme), before);
  });

  test('gas, registers, a year end, Green Button with the place as an option', async () => {
    const files = ['gas', 'texas'].map((name) => join(samples, `acme/${name}-2022.csv`));
    const { lines, totals } = await answerOf<RecordAnswer>(['record', channel.acme, ...files]);
    assert.deepEqual([totals.emissions, totals.kWh, totals.location], ['13977.080675', '40828.25', '14253.413929']);
    const [gas] = lines;
    assert.deepEqual(
      [gas?.file, gas?.quantity, gas?.unit, gas?.kWh, gas?.location, gas?.market],
      [0, '412', 'therm', null, null, null],
    );
    assert.deepEqual(
      lines.at(-1)?.slices.map(({ kWh, location }) => [kWh, location?.co2e]),
      [
        ['5375.483871', '1887.954142'],
        ['5039.516129', '1683.849966'],
      ],
    );
    const solar = await answerOf<RecordAnswer>([
      ...['record', channel.acme, join(samples, 'acme/solar-site.xml'), '--zip', '94105'],
      ...['--utility-name', 'Sample Power & Light', '--meter', 'SOLAR-1'],
    ]);
    assert.deepEqual(
      solar.lines.map(({ flow, quantity, location }) => [flow, quantity, location?.co2e ?? null]).sort(),
      [
        ['delivered', '1546.263', '350.180158'],
        ['delivered', '1730.482', '391.899994'],
        ['exported', '595.547', null],
        ['exported', '645.758', null],
      ],
    );
  });

  test('another member records on the same channel', async () => {
    const files = ['germany', 'uk', 'india'].map((name) => join(samples, `beta/${name}-2023.csv`));
    const { totals } = await answerOf<RecordAnswer>(['record', channel.beta, ...files]);
    // 92603 + 23175.5 + 10830 kWh; 29262.548 + 4799.050175 + 4037.526 + 3827.25 kg
    assert.deepEqual(
      [totals.lines, totals.kWh, totals.location, totals.emissions, totals.losses],
      [22, '126608.5', '41926.374175', '10137.097872', '415.191665'],
    );
  });

  test('--errors records the good rows; mended, the others follow', async () => {
    const folder = temporaryFolder();
    const rows = [
      'E-1,electricity,2022-01-01,2022-02-01,exclusive,100,kWh,DE',
      'E-1,electricity,2022-02-01,2022-03-01,exclusive,100,ton,DE',
      'E-1,electricity,2022-03-01,2022-02-01,exclusive,100,kWh,DE',
    ];
    const bills = billFile(join(folder, 'bills.csv'), rows);
    const before = fingerprints(channel.acme);
    const nowhere = await refusalOf(['record', channel.acme, bills, '--errors', join(folder, 'absent', 'errors.csv')]);
    assert.deepEqual([nowhere.code, nowhere.where], ['OPTION_INVALID', '--errors']);
    const over = await refusalOf(['record', channel.acme, bills, '--errors', bills]);
    assert.deepEqual([over.code, over.where], ['OPTION_INVALID', '--errors']);
    assert.deepEqual(fingerprints(channel.acme), before);

    const { code, answer } = await jsonCommand<RecordAnswer>(
      ['record', channel.acme, 'bills.csv', '--errors', 'errors.csv'],
      { cwd: folder },
    );
    assert.deepEqual([code, answer.lines.length, answer.rejected.length], [2, 1, 2]);
    const errors = readFileSync(join(folder, 'errors.csv'), 'utf8');
    assert.match(errors, /^meter,.*,error_where,error_code,error,fix\r\n/);
    assert.match(errors, /"?row 3, column unit"?,UNIT_AMBIGUOUS/);
    assert.match(errors, /"?row 4, column end"?,PERIOD_INVALID/);
    const mended = errors.replace('100,ton', '0.1,MWh').replace('2022-03-01,2022-02-01', '2022-03-01,2022-04-01');
    writeFileSync(join(folder, 'errors.csv'), mended);
    const second = await answerOf<RecordAnswer>(['record', channel.acme, join(folder, 'errors.csv')]);
    assert.deepEqual(
      second.lines.map(({ start, quantity, unit, kWh }) => [start, quantity, unit, kWh]),
      [
        ['2022-02-01', '0.1', 'MWh', '100'],
        ['2022-03-01', '100', 'kWh', '100'],
      ],
    );
  });

  test('correct supersedes the estimate, adjusting adds, void takes out; the inventory follows', async () => {
    const estimated = california.lines.find(({ readBasis }) => readBasis === 'estimated')?.recordId as string;
    const document = join(samples, 'acme/bills/harbor-office-2022-08-corrected.pdf');
    const corrected = await answerOf<UseCaseResult<'correct'>>([
      ...['correct', channel.acme, estimated.slice(0, 12), '--reason', 'estimate-replaced', '--quantity', '14838.25'],
      ...['--read-basis', 'actual', '--document', document],
    ]);
    assert.deepEqual([corrected.kind, corrected.corrected, corrected.kWh], ['supersedes', estimated, '14838.25']);
    const idle = await refusalOf(['correct', channel.acme, corrected.recordId, '--reason', 'misread']);
    assert.deepEqual([idle.code, idle.exit], ['OPTION_INVALID', 2]);
    const last = california.lines.at(-1)?.recordId as string;
    const added = await onNode(channel.acme, async (acme) => {
      await assert.rejects(acme('correct', { record: estimated, reason: 'misread', quantity: '1' }), {
        code: 'RECORD_NOT_ACTIVE',
      });
      return acme('correct', { record: last, reason: 'rebilled', adjust: true, quantity: '10' });
    });
    // 10 kWh x 0.226468691... kg
    assert.deepEqual([added.kind, added.location?.co2e], ['adjusts', '2.264687']);
    const { voided } = await answerOf<UseCaseResult<'void'>>([
      ...['void', channel.acme, added.recordId, '--reason', 'entered-in-error'],
    ]);
    assert.deepEqual(voided, [added.recordId]);
  });

  test('inventory: scopes, both methods, completeness, as JSON, CSV and text', async () => {
    const report = await answerOf<UseCaseResult<'inventory'>>(['inventory', channel.beta, '--year', '2023']);
    // 29262.548 + 4799.050175 + 4037.526 + 3827.25
    assert.equal(report.scope2.location.co2e.kg, '41926.374175');
    assert.equal(report.scope1.co2e.kg, '10137.097872');
    assert.equal(report.scope3.losses.co2e.kg, '415.191665');
    assert.ok(report.completeness.meters.length >= 3);
    // Bengaluru: two bills of 31 and 30 days; Leeds: electricity and gas, each month; 61 / 365 = 0.16712...
    const { sites } = report as typeof report & UseCaseResult<'sites'>;
    const [open = ''] = sites?.[0]?.incompleteMeters ?? [];
    const none = { incomplete: 0, incompleteMeters: [] };
    assert.deepEqual(sites, [
      {
        site: 'Bengaluru Lab',
        meters: 1,
        incomplete: 1,
        incompleteMeters: [open],
        covered: 61,
        days: 365,
        share: '0.1671',
      },
      { site: 'Leeds Studio', meters: 2, ...none, covered: 730, days: 730, share: '1' },
      { site: 'Werk Nord', meters: 1, ...none, covered: 365, days: 365, share: '1' },
    ]);
    assert.equal(report.completeness.meters.find(({ meter }) => meter === open)?.covered, 61);
    const text = (await command(['inventory', channel.beta, '--year', '2023'])).stdout;
    assert.match(
      text,
      /by site:\n {4}Bengaluru Lab: 16\.71 % of the days of 1 meter, with days open \([0-9a-f]{8}\)\n/,
    );
    assert.match(text, /Leeds Studio: 100\.00 % of the days of 2 meters\n/);
    // Another member's sites are not known here.
    const other = ['inventory', channel.audit, '--year', '2023', '--member', 'BETA'];
    assert.equal((await answerOf<{ sites: unknown }>(other)).sites, null);
    assert.ok(!(await command(other)).stdout.includes('Leeds'));
    const acme = await onNode(channel.beta, (beta) => beta('inventory', { year: 2022, member: 'ACME' }));
    // California corrected, Texas in 2022, June and July of the solar site, and 300 kWh at 338 g (Germany 2019, 3 years older).
    assert.equal(acme.scope2.location.co2e.kg, '47575.110176');
    assert.equal(acme.scope1.co2e.kg, '13977.080675');
    const csv = await command(['inventory', channel.beta, '--year', '2023', '--csv']);
    assert.match(csv.stdout, /^organisation,year,section,method,item,value,unit,base\r\n/);
    assert.match(csv.stdout, /41926\.374175/);
  });

  test('records by pages: each once, newest first, with filters', async () => {
    await onNode(channel.acme, async (acme) => {
      const all = await acme('records', { limit: 1000 });
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await acme('records', { limit: 7, ...(cursor === undefined ? {} : { cursor }) });
        seen.push(...page.items.map(({ id }) => id));
        cursor = page.next;
      } while (cursor !== undefined);
      assert.deepEqual(
        seen,
        all.items.map(({ id }) => id),
      );
      assert.equal(new Set(seen).size, seen.length);
      const starts = all.items.map(({ start }) => start);
      assert.deepEqual(starts, [...starts].sort().reverse());
    });
    const filtered = await answerOf<UseCaseResult<'records'>>([
      ...[
        'records',
        channel.acme,
        '--member',
        'ACME',
        '--commodity',
        'natural-gas',
        '--year',
        '2022',
        '--state',
        'active',
      ],
    ]);
    assert.equal(filtered.items.length, 12);
  });

  test('show, verify RECORD, verify, fsck', async () => {
    const id = california.lines[0]?.recordId as string;
    const shown = await onNode(channel.acme, (acme) => acme('show', { record: id.slice(0, 10) }));
    assert.deepEqual([shown.id, shown.meter?.number], [id, 'SPL-100234']);
    assert.ok(shown.factors.every(({ row }) => row.source !== ''));
    const elsewhere = await command(['show', channel.beta, id]);
    assert.equal(elsewhere.code, 0);
    assert.equal(elsewhere.stdout.includes('SPL-100234'), false);
    assert.match(elsewhere.stdout, /499\.278 lb\/MWh/);
    const record = await answerOf<UseCaseResult<'verify'>>(['verify', channel.acme, id]);
    assert.ok('record' in record && record.record.numberVerified && record.record.evidenceVerified);
    const ledger = await answerOf<UseCaseResult<'verify'>>(['verify', channel.beta]);
    assert.ok('ledger' in ledger && ledger.ledger.faults.length === 0 && ledger.ledger.replay?.faults.length === 0);
    const checked = await answerOf<UseCaseResult<'fsck'>>(['fsck', channel.acme]);
    assert.deepEqual(
      checked.parts.map(({ part, ok }) => [part, ok]),
      [
        ['ledger', true],
        ['read model', true],
        ['factors', true],
        ['documents', true],
        ['imports', true],
        ['audit log', true],
      ],
    );
  });

  test('a record of somebody else cannot be corrected or voided', async () => {
    const id = california.lines[0]?.recordId as string;
    const before = fingerprints(channel.acme);
    const correction = await refusalOf(['correct', channel.beta, id, '--reason', 'misread', '--quantity', '1']);
    assert.deepEqual([correction.code, correction.recordId, correction.exit], ['NOT_OWNER', id, 3]);
    const voiding = await refusalOf(['void', channel.beta, id, '--reason', 'other']);
    assert.deepEqual([voiding.code, voiding.recordId, voiding.exit], ['NOT_OWNER', id, 3]);
    assert.equal(fingerprints(channel.acme)['ledger/blocks.log'], before['ledger/blocks.log']);
  });

  test('factors: list with their terms, find by place and day, verify', async () => {
    const releases = await answerOf<UseCaseResult<'releases'>>(['factors', 'list', channel.beta]);
    assert.equal(releases.length, 38);
    assert.ok(releases.every(({ publishedBy, held }) => publishedBy === 'ACME' && held));
    assert.ok(releases.filter(({ open }) => !open).every(({ terms }) => (terms ?? '') !== ''));
    const args = ['factors', 'find', channel.acme, '--zip', '94105', '--on', '2022-06-01'];
    const found = await answerOf<UseCaseResult<'findFactors'>>(args);
    assert.equal(found.find(({ row }) => row.id === 'eGRID2022:CAMX')?.row.co2e?.value, '499.278');
    assert.ok(found.every(({ row }) => row.validFrom <= '2022-06-01' && '2022-06-01' < row.validTo));
    const verified = await answerOf<UseCaseResult<'verifyFactors'>>(['factors', 'verify', channel.acme]);
    assert.deepEqual([verified.releases, verified.problems], [38, []]);
  });
});
