import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  BASE,
  block,
  DAY,
  eastern,
  feed,
  hours,
  lines,
  MIDNIGHT,
  meter,
  point,
  type Read,
  readBytes,
  type,
} from '../../test/support/green-button-feed.ts';
import { isChannelError } from '../emissions/index.ts';

const good = feed(point(), eastern, meter(), type(), block(hours(1)));
const utf8 = (text: string) => Buffer.from(text);

async function refused(file: string | Uint8Array, code: string, message: RegExp, where?: RegExp): Promise<void> {
  await assert.rejects(readBytes(typeof file === 'string' ? utf8(file) : file), (error) => {
    assert.ok(isChannelError(error), String(error));
    assert.equal(error.code, code, error.message);
    assert.match(error.message, message);
    if (where !== undefined) assert.match(error.report().where ?? '', where);
    return true;
  });
}

const at = (inner: string) => good.replace('</feed>', `${inner}</feed>`);

test('a document type, entities and what they would open are refused before anything is read of them', async () => {
  const doctype = (subset: string) => good.replace('<feed', `<!DOCTYPE feed ${subset}><feed`);
  const laughs = '<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">';
  await refused(doctype(`[${laughs}]`).replace('Sample', '&c;'), 'FILE_MALFORMED', /DOCTYPE/, /^line 1, column/);
  await refused(doctype('SYSTEM "file:///etc/hostname"'), 'FILE_MALFORMED', /DOCTYPE/, /^line 1/);
  await refused(doctype('[<!ENTITY x SYSTEM "http://127.0.0.1:9/">]'), 'FILE_MALFORMED', /DOCTYPE/, /^line 1/);
  await refused(`<!DOCTYPE feed [${'<!ENTITY a "a">'.repeat(200_000)}`, 'FILE_KIND_UNKNOWN', /./);
  await refused(
    `${good.slice(0, 60)}<!DOCTYPE feed [${'<!ENTITY a "http://naesb.org/espi">'.repeat(60_000)}`,
    'FILE_MALFORMED',
    /not well-formed|longer than/,
    /^line 1/,
  );
  await refused(good.replace('Sample', '&#xFFFFFFFF;'), 'FILE_MALFORMED', /well-formed/, /^line 1/);
});

test('absurd nesting, tags, texts, attributes and comments are refused where they stand', async () => {
  await refused(at('<a>'.repeat(5_000)), 'FILE_MALFORMED', /deeper than 40/, /^line 1, column/);
  const long = 'x'.repeat(1_200_000);
  await refused(at(`<a>${long}</a>`), 'FILE_MALFORMED', /longer than 1048576/, /^line 1/);
  await refused(at(`<a b="${long}"/>`), 'FILE_MALFORMED', /longer than/, /^line 1/);
  await refused(at(`<${long}/>`), 'FILE_MALFORMED', /longer than/, /^line 1/);
  await refused(at(`<!--${long}-->`), 'FILE_MALFORMED', /longer than/, /^line 1/);
  await refused(at(`<?a ${long}?>`), 'FILE_MALFORMED', /longer than/, /^line 1/);
  const attributes = Array.from({ length: 120_000 }, (_, number) => `a${number}=""`).join(' ');
  await refused(at(`<a ${attributes}/>`), 'FILE_MALFORMED', /longer than/, /^line 1/);
  const pieces = `${'y'.repeat(60_000)}<!-- -->`.repeat(20);
  await refused(at(`<a>${pieces}</a>`), 'FILE_MALFORMED', /longer than/);
  await refused(
    good.replace('<kind>0', `<kind>${' '.repeat(10)}${'0'.repeat(600)}`),
    'FILE_MALFORMED',
    /500/,
    /^line 1, column/,
  );
});

test('a file in one line of any length, and with many elements that are not read, is read', async () => {
  // More names and declarations than are remembered, too.
  const names = Array.from({ length: 20_000 }, (_, number) => `<n${number} xmlns:p="urn:${number}"/>`).join('');
  const padding = `${'<a b="c">d</a>'.repeat(100_000)}${names}`;
  const file = good.replace('</feed>', `<entry><content>${padding}</content></entry></feed>`);
  assert.equal(lines(await readBytes(utf8(file)))[0]?.quantity, '12');
});

test('more objects, links and days than a file may hold are refused with their own code', async () => {
  await refused(feed(point().repeat(20_001)), 'FILE_TOO_LARGE', /20000 objects/, /^line 1, column/);
  const links = `<link rel="related" href="${BASE}"/>`;
  await refused(
    feed(point(), `<entry>${links.repeat(10_001)}</entry>`),
    'FILE_TOO_LARGE',
    /10000 links/,
    /^line 1, column/,
  );
  const wide = links.replace(BASE, `/${'z'.repeat(499)}`).repeat(9_000);
  const kept = `<entry>${wide}<content><MeterReading xmlns="http://naesb.org/espi"/></content></entry>`;
  await refused(feed(point(), kept.repeat(4)), 'FILE_TOO_LARGE', /too many/, /^line 1/);
  const many = (count: number): Read[] =>
    Array.from({ length: count }, (_, day) => [MIDNIGHT + day * DAY, 3_600, 1] as const);
  const meters = Array.from({ length: 4 }, (_, id) => block(many(60_000), String(id)));
  await refused(feed(point(), eastern, ...meters), 'FILE_TOO_LARGE', /more days/, /^line 1/);
});

test('namespaces are those of the standard, under any prefix; what breaks their rules is refused', async () => {
  const expected = lines(await readBytes(utf8(good)));
  const prefixed = good
    .replaceAll(/<(\/?)(feed|entry|link|content|title)/g, '<$1atom:$2')
    .replaceAll('xmlns="http://www.w3.org/2005/Atom"', 'xmlns:atom="http://www.w3.org/2005/Atom"');
  assert.deepEqual(lines(await readBytes(utf8(prefixed))), expected);
  const inner = good.replaceAll(
    /<(UsagePoint|MeterReading|ReadingType|LocalTimeParameters|IntervalBlock) xmlns="[^"]*">(.*?)<\/\1>/g,
    (_, name: string, rest: string) =>
      `<ns0:${name} xmlns:ns0="http://naesb.org/espi">${rest.replaceAll(/<(\/?)/g, '<$1ns0:')}</ns0:${name}>`,
  );
  assert.match(inner, /<ns0:IntervalReading>/);
  assert.deepEqual(lines(await readBytes(utf8(inner))), expected);
  // The prefix means another namespace inside: nothing of it is read.
  const shadowed = inner.replaceAll('<ns0:IntervalReading>', '<ns0:IntervalReading xmlns:ns0="urn:other">');
  await refused(shadowed, 'FILE_MALFORMED', /no usage/);
  for (const bad of ['<p:a/>', '<a p:b="c"/>', '<a:b:c/>', '<:a/>', '<xmlns:a/>', '<a xmlns:p=""/>']) {
    await refused(at(bad), 'FILE_MALFORMED', /well-formed/, /^line 1/);
  }
  const many = Array.from({ length: 120 }, (_, number) => `xmlns:p${number}="urn:${number}"`).join(' ');
  await refused(at(`<a ${many}/>`), 'FILE_MALFORMED', /100 namespaces/, /^line 1/);
  for (const bad of ['xmlns:xml="urn:x"', 'xmlns:x="http://www.w3.org/XML/1998/namespace"', 'xmlns:xmlns="urn:x"']) {
    await refused(at(`<a ${bad}/>`), 'FILE_MALFORMED', /well-formed/);
  }
});

test('encodings: UTF-8 and UTF-16 with and without mark, ISO 8859-1 where declared', async () => {
  const text = good.replace('Sample Power', 'Énergie Übersee').replace(' encoding="UTF-8"', '');
  const declared = (name: string) => text.replace('version="1.0"', `version="1.0" encoding="${name}"`);
  const wide = (name: string) => Buffer.from(`\uFEFF${declared(name)}`, 'utf16le');
  const files: [string, Uint8Array][] = [
    ['utf-8', utf8(text)],
    ['utf-8 marked', utf8(`\uFEFF${declared('utf-8')}`)],
    ['utf-16le', wide('UTF-16')],
    ['utf-16le without mark', wide('UTF-16').subarray(2)],
    ['utf-16be', Buffer.from(wide('utf-16')).swap16()],
    ['utf-16be without mark', Buffer.from(wide('utf-16')).swap16().subarray(2)],
    ['latin1', Buffer.from(declared('ISO-8859-1'), 'latin1')],
    ['declares the encoding of its strings', utf8(declared('utf-16'))],
  ];
  for (const [name, file] of files) {
    for (const size of [file.length, 1, 7]) {
      const [line] = lines(await readBytes(file, {}, size));
      assert.deepEqual([line?.utility, line?.quantity], ['Énergie Übersee', '12'], `${name}, ${size}`);
    }
  }
});

test('encodings: what is not what it says is refused', async () => {
  const declared = (name: string) => good.replace('encoding="UTF-8"', `encoding="${name}"`);
  await refused(declared('Shift_JIS'), 'FILE_MALFORMED', /encoding/, /line 1/);
  await refused(utf8(`\uFEFF${declared('ISO-8859-1')}`), 'FILE_MALFORMED', /encoding/);
  await refused(Buffer.from(`\uFEFF${declared('utf-8')}`, 'utf16le'), 'FILE_MALFORMED', /encoding/);
  await refused(Buffer.from(good.replace('Sample', 'Élan'), 'latin1'), 'FILE_MALFORMED', /UTF-8 file/, /byte/);
  const cut = Buffer.from(`\uFEFF${declared('utf-16')}`, 'utf16le');
  await refused(cut.subarray(0, cut.length - 1), 'FILE_MALFORMED', /utf-16le/);
  await refused(utf8(good.replace('Sample', 'Sam\u0000ple')), 'FILE_MALFORMED', /NUL/);
});
