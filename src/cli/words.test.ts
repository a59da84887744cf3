import assert from 'node:assert/strict';
import { test } from 'node:test';
import { table } from './output.ts';
import { progressLine } from './progress-line.ts';
import { amount, counted, days, explainEvidence, explainFlag, shellWord } from './words.ts';

test('amounts keep every digit and are grouped by threes, with a narrow blank', () => {
  assert.equal(amount('12345.678901').replaceAll(/\s/g, ' '), '12 345.678901');
  assert.equal(amount('1234567').replaceAll(/\s/g, ' '), '1 234 567');
  assert.equal(amount('999'), '999');
  assert.equal(amount('0.000001'), '0.000001');
  assert.equal(amount('-1234').replaceAll(/\s/g, ' '), '-1 234');
});

test('a period is told by its first and last day', () => {
  assert.equal(days('2022-01-01', '2022-02-01'), '2022-01-01 to 2022-01-31');
  assert.equal(days('2022-01-01', '2022-01-02'), '2022-01-01');
});

test('flags are explained, with their years', () => {
  assert.match(explainFlag('factor-older-1'), /the factor is 1 year older/);
  assert.match(explainFlag('residual-older-2'), /the residual mix is 2 years older/);
  assert.match(explainFlag('co2-only'), /CO2 alone/);
  assert.equal(explainFlag('something-new'), 'something-new');
});

test('a table is aligned, numbers to the right, without blanks at the end of a line', () => {
  const [, ...lines] = table(
    ['name', 'kg'],
    [
      ['a', '1'],
      ['longer', '1 000'],
    ],
  ).split('\n');
  assert.deepEqual(lines, ['a           1', 'longer  1 000']);
});

test('progress is drawn on a terminal alone', () => {
  const written: string[] = [];
  const stream = (isTTY: boolean): NodeJS.WriteStream =>
    ({ isTTY, write: (text: string) => written.push(text) > 0 }) as unknown as NodeJS.WriteStream;
  const quiet = progressLine(stream(false));
  quiet.progress({ what: 'reading', done: 1, total: 2 });
  quiet.end();
  assert.deepEqual(written, []);
  const seen = progressLine(stream(true));
  seen.progress({ what: 'reading', done: 1, total: 2 });
  seen.end();
  assert.match(written.join(''), /reading \[#{12}\.{12}\] 1\/2/);
  assert.equal(written.join('').endsWith('\u001b[K'), true);
});

test('one is told in the singular, and a folder can be copied into a shell', () => {
  assert.deepEqual(
    [counted(1, 'meter'), counted(2, 'meter'), counted(0, 'record')],
    ['1 meter', '2 meters', '0 records'],
  );
  assert.equal(shellWord('my-node/a.b'), 'my-node/a.b');
  assert.equal(shellWord("Jo's node"), "'Jo'\\''s node'");
});

test('every state of evidence has words of its own', () => {
  for (const state of ['none', 'committed', 'verified', 'challenged', 'withheld', 'erased', 'lost'])
    assert.match(explainEvidence(state), /document/, state);
});
