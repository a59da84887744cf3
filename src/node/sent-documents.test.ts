import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plainName, sentName, shownText } from './plain-name.ts';
import { SentDocuments } from './sent-documents.ts';

test('a document is found by the name that the row gives it, with its folders', () => {
  const sent = new SentDocuments([
    { name: 'jan/bill.pdf', path: '/1' },
    { name: 'feb\\bill.pdf', path: '/2' },
    { name: 'Zähler.pdf'.normalize('NFD'), path: '/3' },
  ]);
  assert.equal(sent.pathOf('jan/bill.pdf'), '/1');
  assert.equal(sent.pathOf('feb/bill.pdf'), '/2');
  assert.equal(sent.pathOf('Zähler.pdf'.normalize('NFC')), '/3');
  assert.equal(sent.pathOf('bill.pdf'), undefined);
  assert.equal(sent.pathOf('mar/bill.pdf'), undefined);
});

test('one that was sent under the whole name of a row stands for no other row', () => {
  const sent = new SentDocuments([{ name: 'bill.pdf', path: '/1', isWhole: true }]);
  assert.equal(sent.pathOf('2022/bill.pdf'), undefined);
  assert.equal(sent.pathOf('bill.pdf'), '/1');
  assert.equal(sent.pathOf('2022\\bill.pdf'), undefined);
});

test('two documents of one name are refused, however it is written', () => {
  for (const [one, other] of [
    ['e\u0301.pdf', '\u00e9.pdf'],
    ['a/b.pdf', 'a\\b.pdf'],
    ['a.pdf', 'a.pdf'],
  ] as const)
    assert.throws(() => new SentDocuments([one, other].map((name) => ({ name, path: name }))), {
      code: 'REQUEST_INVALID',
    });
});

test('one that was sent without its folder stands for one name of a row, and not for a second', () => {
  const sent = new SentDocuments([{ name: 'bill.pdf', path: '/1' }]);
  assert.equal(sent.pathOf('jan/bill.pdf'), '/1');
  assert.equal(sent.pathOf('feb/bill.pdf'), undefined);
  assert.equal(sent.pathOf('bill.pdf'), undefined);
  assert.equal(sent.pathOf('jan/bill.pdf'), '/1');
});

test('names hold nothing that a terminal obeys or that turns the text, are well-formed, and at most 200 characters', () => {
  assert.equal(plainName('C:\\bills\\a\u001b[2Jb\u202Efdp.csv'), 'a[2Jbfdp.csv');
  assert.equal(plainName('../../etc/passwd'), 'passwd');
  assert.equal(shownText('a\u001b[2J\u202E\u061Cb\\c\n'), 'a[2Jb\\c');
  assert.equal(sentName('a/\ud800.pdf'), 'a/\ufffd.pdf');
  assert.equal(plainName('\u{1F600}'.repeat(300)), '\u{1F600}'.repeat(200));
});
