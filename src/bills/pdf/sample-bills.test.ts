import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { askHere } from '../../../test/support/pdf-bill-reader.ts';
import { billBytes, type ExpectedBillLine, expectedBill } from '../../../test/support/pdf-bills.ts';
import type { ChannelError } from '../../emissions/index.ts';
import type { BillLine, ReadOptions } from '../bill.ts';
import { type BillProposal, parseTemplate } from '../index.ts';
import { pdfLimits } from './pdf-text.ts';
import { readProposal } from './read-proposal.ts';

// What each sample must be read as was worked out by hand from the printed page: samples/pdf/NAME.expected.json.

const TEMPLATES: Readonly<Record<string, string>> = {
  'us-electricity': 'example-power-and-light',
  'german-two-fuels': 'beispiel-stadtwerke',
  'uk-two-fuels': 'example-energy-supply',
};

function templateOf(bill: string): NonNullable<ReadOptions['template']> {
  const path = new URL(`../../../samples/pdf/templates/${TEMPLATES[bill]}.json`, import.meta.url);
  return parseTemplate(readFileSync(path, 'utf8'));
}

async function* one(file: Uint8Array): AsyncGenerator<Uint8Array> {
  yield file;
}

/** The place is told: no bill says where its meter is. */
function read(bill: string, options: ReadOptions = {}): Promise<BillProposal> {
  return readProposal(one(billBytes(bill)), placed(options), pdfLimits, askHere);
}

/** In a process of its own, as everywhere but in tests. */
function readApart(bill: string, options: ReadOptions = {}): Promise<BillProposal> {
  return readProposal(one(billBytes(bill)), placed(options));
}

function placed(options: ReadOptions): ReadOptions {
  return { recorded: { place: { country: 'US' } }, ...options };
}

function linesOf(proposal: BillProposal): readonly BillLine[] {
  return proposal.lines.map(({ line }) => line as BillLine);
}

function assertLine(line: BillLine, expected: ExpectedBillLine): void {
  const { commodity, flow, meter, start, end, statedEnd, quantity, unit, readBasis } = expected;
  const wanted = { commodity, flow, meter, start, end, statedEnd, quantity, unit, readBasis };
  const found = Object.fromEntries(Object.keys(wanted).map((name) => [name, line[name as keyof BillLine]]));
  assert.deepEqual(found, wanted);
  assert.match(line.where, new RegExp(`^page ${expected.page}, line \\d+$`));
}

for (const bill of ['us-electricity', 'spanish-electricity']) {
  test(`${bill}: the labels alone give its line`, async () => {
    const proposal = await readApart(bill);
    const expected = expectedBill(bill);
    assert.deepEqual(proposal.questions, []);
    assert.equal(proposal.lines.length, 1);
    assertLine(linesOf(proposal)[0] as BillLine, expected.lines[0] as ExpectedBillLine);
    assert.equal(proposal.lines[0]?.fields.account?.value, expected.account);
    assert.equal(proposal.lines[0]?.fields.quantity?.printed, expected.lines[0]?.printed.quantity);
    assert.match(proposal.digest ?? '', /^[0-9a-f]{64}$/);
  });
}

for (const bill of Object.keys(TEMPLATES)) {
  test(`${bill}: its template gives every line`, async () => {
    const proposal = await readApart(bill, { template: templateOf(bill) });
    const expected = expectedBill(bill);
    assert.deepEqual(proposal.questions, []);
    assert.equal(proposal.lines.length, expected.lines.length);
    for (const [at, line] of linesOf(proposal).entries()) {
      const right = expected.lines[at] as ExpectedBillLine;
      assertLine(line, right);
      assert.equal(line.utility, expected.utility);
      assert.equal(line.account, expected.account);
      assert.equal(line.calorific, right.calorific);
      assert.deepEqual(line.parts, right.parts);
    }
  });
}

test('what is no use on a bill is never a choice for it', async () => {
  for (const bill of ['us-electricity', 'german-two-fuels', 'uk-two-fuels', 'spanish-electricity', 'ambiguous-dates']) {
    const { lines, questions } = await read(bill);
    const offered = [
      ...lines.flatMap(({ fields }) => fields.quantity ?? []),
      ...questions.filter(({ field }) => field === 'quantity').flatMap(({ choices }) => choices),
    ].map(({ printed }) => printed);
    assert.ok(offered.length > 0, bill);
    for (const { printed, why } of expectedBill(bill).neverUsage) {
      assert.ok(!offered.includes(printed), `${bill}: ${printed} is ${why}`);
    }
  }
});

test('a bill with two meters and two fuels asks; nothing is chosen and nothing can be confirmed', async () => {
  for (const bill of ['german-two-fuels', 'uk-two-fuels']) {
    const proposal = await read(bill);
    assert.deepEqual(
      proposal.questions.map(({ field }) => field),
      ['quantity', 'commodity', 'meter'],
    );
    assert.equal(proposal.digest, null);
    assert.equal(proposal.lines[0]?.line, undefined);
    const meters = proposal.questions.find(({ field }) => field === 'meter')?.choices.map(({ value }) => value);
    assert.deepEqual(
      meters,
      expectedBill(bill).lines.map(({ meter }) => meter),
    );
  }
});

test('what is picked is taken, and is part of what is confirmed', async () => {
  const pick = ['quantity:2', 'commodity:2', 'meter:2'];
  const proposal = await read('german-two-fuels', { pick });
  const expected = expectedBill('german-two-fuels').lines[1] as ExpectedBillLine;
  assertLine(linesOf(proposal)[0] as BillLine, expected);
  const other = await read('german-two-fuels', { pick: ['quantity:1', 'commodity:1', 'meter:1'] });
  assert.notEqual(proposal.digest, other.digest);
});

test('dates that can be read both ways, and an end that nothing explains, are asked together', async () => {
  const { questions, digest } = await read('ambiguous-dates');
  assert.deepEqual(
    questions.map(({ field, code }) => [field, code]),
    [
      ['start', 'DATE_ORDER_UNKNOWN'],
      ['end_convention', 'END_CONVENTION_UNKNOWN'],
    ],
  );
  assert.equal(digest, null);
  // 3 April or 4 March to 5 May; told inclusive, the half-open end is the day after.
  const told = { statedEnd: 'inclusive' } as const;
  const dayFirst = linesOf(await read('ambiguous-dates', { ...told, dateOrder: 'day-first' }))[0];
  const monthFirst = linesOf(await read('ambiguous-dates', { ...told, dateOrder: 'month-first' }))[0];
  assert.deepEqual([dayFirst?.start, dayFirst?.end], ['2022-04-03', '2022-05-06']);
  assert.deepEqual([monthFirst?.start, monthFirst?.end], ['2022-03-04', '2022-05-06']);
});

test('an end that is told and that the days of the bill deny is refused', async () => {
  // 01/14 to 02/14 are 31 days without the last one, as the bill says.
  const { questions } = await read('us-electricity', { statedEnd: 'inclusive' });
  assert.deepEqual(
    questions.map(({ field, code }) => [field, code]),
    [['end_convention', 'END_CONVENTION_UNKNOWN']],
  );
});

test('the digest is of the file and of every value: another option gives another one', async () => {
  const plain = await read('us-electricity');
  const again = await readApart('us-electricity');
  const utility = await read('us-electricity', { utility: 'Another' });
  assert.equal(plain.digest, again.digest);
  assert.notEqual(plain.digest, utility.digest);
});

test('what is told beside the bill is confirmed too: place, time zone and GWP set', async () => {
  const houston = { place: { zip: '77002' } };
  const read = async (options: ReadOptions) => {
    const { digest, questions } = await readProposal(one(billBytes('us-electricity')), options, pdfLimits, askHere);
    assert.deepEqual(questions, []);
    return digest;
  };
  const digests: (string | null)[] = [];
  for (const told of [
    { recorded: houston },
    { recorded: { place: { zip: '77003' } } },
    { recorded: { place: { country: 'US', region: 'ERCT' } } },
    { recorded: { ...houston, gwp: 'AR5' as const } },
    { recorded: houston, zone: 'America/Chicago' },
  ])
    digests.push(await read(told));
  assert.equal(new Set(digests).size, digests.length);
  assert.equal(await read({ recorded: { ...houston, gwp: 'publisher' } }), digests[0]);
});

test('without a place nothing can be confirmed', async () => {
  const { questions, digest } = await read('us-electricity', { recorded: { place: { region: 'ERCT' } } });
  assert.deepEqual(
    questions.map(({ field, code }) => [field, code]),
    [['place', 'PLACE_INVALID']],
  );
  assert.equal(digest, null);
});

test('a template of another bill is refused by name, and its labels are not looked for', async () => {
  const template = templateOf('german-two-fuels');
  const error = (await read('us-electricity', { template }).catch((caught: unknown) => caught)) as ChannelError;
  assert.equal(error.code, 'TEMPLATE_UNFIT');
  assert.equal(error.details.where, 'recognise.0');
});

test('a template that promises what the bill does not have says which part', async () => {
  const template = structuredClone(templateOf('uk-two-fuels'));
  const rule = template.lines[1]?.find?.[2];
  assert.ok(rule);
  rule.label = 'Gas consumed';
  const error = (await read('uk-two-fuels', { template }).catch((caught: unknown) => caught)) as ChannelError;
  assert.equal(error.code, 'TEMPLATE_UNFIT');
  assert.equal(error.details.where, 'lines.1.find.2');
});

test('registers that do not add up to the total of the bill are refused', async () => {
  const template = structuredClone(templateOf('uk-two-fuels'));
  const [electricity] = template.lines;
  assert.ok(electricity?.table);
  // The table ends one row early: 1,245 alone is not 1,833.
  electricity.table.until = 'Night';
  const error = (await read('uk-two-fuels', { template }).catch((caught: unknown) => caught)) as ChannelError;
  assert.equal(error.code, 'TEMPLATE_UNFIT');
  assert.equal(error.details.where, 'lines.0.table');
});

test('a mark of a read that the template does not explain is refused', async () => {
  const template = structuredClone(templateOf('uk-two-fuels'));
  assert.ok(template.lines[0]);
  template.lines[0].marks = { A: 'actual' };
  await assert.rejects(read('uk-two-fuels', { template }), { code: 'TEMPLATE_UNFIT' });
});

test('the template of docs/bills.md is read as it stands, and fits the bill that it is for', async () => {
  const guide = readFileSync(new URL('../../../docs/bills.md', import.meta.url), 'utf8');
  const json = /```json\n([\s\S]*?)```/.exec(guide)?.[1] ?? '';
  const { lines } = await read('us-electricity', { template: parseTemplate(json) });
  assertLine(lines[0]?.line as BillLine, expectedBill('us-electricity').lines[0] as ExpectedBillLine);
});

test('a template says which field is not as it should be', () => {
  assert.throws(() => parseTemplate('{'), { code: 'TEMPLATE_INVALID' });
  const whole = templateOf('us-electricity');
  assert.throws(
    () => parseTemplate(JSON.stringify({ ...whole, lines: [] })),
    (error: ChannelError) => error.details.where === 'lines',
  );
  const find = [{ label: 'Total', relation: 'right', pattern: '{quantity} {money}' }];
  assert.throws(() => parseTemplate(JSON.stringify({ ...whole, find })), {
    code: 'TEMPLATE_INVALID',
    message: /\{money\}, which is none of start, end/,
  });
  assert.throws(() => parseTemplate(JSON.stringify({ ...whole, colour: 'red' })), { code: 'TEMPLATE_INVALID' });
});
