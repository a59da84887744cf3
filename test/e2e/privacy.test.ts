// What a bill says of people and places stays in the vault: no file beside it, and no error, has it in the clear or encoded.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { command } from '../support/command.ts';
import { type Channel, filesBelow, newChannel, onNode, samples, temporaryFolder } from '../support/nodes.ts';

const ACCOUNT = 'ACCT-55512-90210-X';
const METER = 'MTR-77-440021-Q';
const UTILITY = 'Zephyrine Light Cooperative';
const SITE = 'Villa Quisisana Annex';
const ZIP = '94105';
const PERSON = 'Wilhelmina Featherstonehaugh';
const ADDRESS = '17 Quince Blossom Terrace';
const DOCUMENT = 'featherstonehaugh-55512.pdf';
const HEAD = 'utility,account,meter,site,commodity,start,end,end_convention,quantity,unit,zip,document,notes';

let channel: Channel;
const folder = temporaryFolder();
const bills = join(folder, `${ACCOUNT}.csv`);

before(async () => {
  channel = await newChannel();
  mkdirSync(join(folder, 'bills'));
  writeFileSync(join(folder, 'bills', DOCUMENT), `%PDF-1.4\n${PERSON}\n${ADDRESS}\n${ACCOUNT} ${METER}\n`);
  const row = (start: string, end: string): string =>
    [
      UTILITY,
      ACCOUNT,
      METER,
      SITE,
      `electricity,${start},${end},exclusive,1234,kWh`,
      ZIP,
      `bills/${DOCUMENT}`,
      PERSON,
    ].join();
  writeFileSync(bills, `${HEAD}\n${row('2022-01-01', '2022-02-01')}\n${row('2022-02-01', '2022-03-01')}\n`);
});

/** A text as it might stand in a file: as it is, lower case, UTF-16, hex, and base64 at each of its three offsets. */
function encodings(text: string): Buffer[] {
  const bytes = Buffer.from(text);
  const base64 = [0, 1, 2].map((offset) => {
    const whole = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
    return whole.slice(Math.ceil((offset * 4) / 3) + (offset === 0 ? 0 : 1), -4).replace(/=+$/, '');
  });
  const hex = bytes.toString('hex');
  return [
    ...[text, text.toLowerCase(), text.toUpperCase(), hex, hex.toUpperCase(), ...base64].map((one) => Buffer.from(one)),
    Buffer.from(text, 'utf16le'),
  ];
}

const needles = [ACCOUNT, METER, UTILITY, SITE, PERSON, ADDRESS, DOCUMENT, 'Featherstonehaugh', '55512-90210'].flatMap(
  encodings,
);
// Five digits may stand anywhere by chance; as a value they would be quoted.
const zip = [Buffer.from(`"${ZIP}"`), Buffer.from(`,${ZIP},`)];

function search(root: string): string[] {
  return filesBelow(root).flatMap((name) => {
    const bytes = readFileSync(join(root, name));
    return [...needles, ...zip].filter((needle) => bytes.includes(needle)).map((needle) => `${name}: ${needle}`);
  });
}

test('recorded, corrected, shown and verified: no file of any node has a word of the bill in the clear', async () => {
  await onNode(channel.acme, async (acme, node) => {
    const { lines } = await acme('record', { files: [bills], read: {} });
    const record = lines[0]?.recordId as string;
    await acme('correct', { record, reason: 'misread', quantity: '1300', document: join(folder, 'bills', DOCUMENT) });
    // The owner sees its own names; they come from the vault.
    const shown = await acme('show', { record });
    assert.deepEqual([shown.meter?.number, shown.meter?.utility, shown.meter?.site], [METER, UTILITY, SITE]);
    assert.deepEqual(search(channel.acme), [], 'while it is open');
    assert.equal(node.member, 'ACME');
  });
  assert.deepEqual(search(channel.root), []);
  const probe = Buffer.from(JSON.stringify({ meter: METER })).toString('base64');
  assert.ok(
    encodings(METER).some((needle) => Buffer.from(probe).includes(needle)),
    'the search finds what is encoded',
  );
});

test('another member sees numbers, places and pseudonyms', async () => {
  const { items, shown } = await onNode(channel.beta, async (beta) => {
    const page = await beta('records', { member: 'ACME' });
    return { items: page.items, shown: await beta('show', { record: page.items[0]?.id as string }) };
  });
  const text = Buffer.from(JSON.stringify({ items, shown }));
  assert.deepEqual([...needles, ...zip].filter((needle) => text.includes(needle)).map(String), []);
  assert.equal(shown.meter, null);
  assert.deepEqual(items[0]?.place, { country: 'US', subdivision: 'US-CA', region: 'CAMX' });
});

test('errors tell where, not what: no account, meter, name or file name in them', async () => {
  const bad = join(folder, `${ACCOUNT}-bad.csv`);
  const row = (period: string, rest: string): string =>
    [UTILITY, ACCOUNT, METER, SITE, `electricity,${period},exclusive,${rest}`, ZIP, `bills/${DOCUMENT}`, PERSON].join();
  const rows = [
    row('2022-01-15,2022-02-15', '1,kWh'),
    row('2022-04-01,2022-05-01', '1,ton'),
    row('2022-06-01,2022-05-01', '-1,kWh'),
    row('2022-06-01,2022-07-01', '1,kWh').replace(DOCUMENT, `absent-${DOCUMENT}`),
    row('2022-06-01,2022-07-01', '1,kWh').replace(`,${ZIP},`, ',00000,'),
    row('2022-08-01,2022-09-01', '1,kWh').replace('electricity', PERSON),
  ];
  writeFileSync(bad, `${HEAD}\n${rows.join('\n')}\n`);
  for (const args of [
    ['record', channel.acme, bad],
    ['record', channel.acme, bad, '--json'],
    ['record', channel.acme, bills],
  ]) {
    const { code, stdout, stderr } = await command(args);
    assert.notEqual(code, 0);
    const said = Buffer.from(stdout + stderr);
    assert.deepEqual(needles.filter((needle) => said.includes(needle)).map(String), [], said.toString());
  }
  await onNode(channel.acme, async (acme) => {
    for (const [name, content] of [
      [`${PERSON}.csv`, `${HEAD}\n"${PERSON}`],
      [`${PERSON}.txt`, PERSON],
      [`${PERSON}.xml`, `<feed><entry>${PERSON}`],
    ] as const) {
      writeFileSync(join(folder, name), content);
      const error = await acme('record', { files: [join(folder, name)], read: {} }).then(
        () => assert.fail('it was recorded'),
        (reason) => JSON.stringify(reason.report()),
      );
      assert.equal(error.includes('Featherstonehaugh'), false, error);
    }
  });
  assert.deepEqual(search(channel.root), []);
});

test('the samples: neither accounts nor meters nor sites stand in a file', async () => {
  const { acme } = await newChannel();
  const files = ['california-2022.csv', 'texas-2022.csv', 'gas-2022.csv'].map((name) => join(samples, 'acme', name));
  await onNode(acme, (call) => call('record', { files, read: {} }));
  const words = [
    'SPL-7700-01',
    'SPL-100234',
    'Harbor Office',
    'Houston Warehouse',
    'SEC-88-2041',
    'SGC-G-5521',
    'Sample Power',
  ];
  for (const name of filesBelow(acme)) {
    const bytes = readFileSync(join(acme, name));
    for (const word of words.flatMap(encodings)) assert.equal(bytes.includes(word), false, `${word} in ${name}`);
  }
});
