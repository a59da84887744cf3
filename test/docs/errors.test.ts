import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exitCodeOf } from '../../src/cli/exit-code.ts';
import { errorCodes } from '../../src/emissions/error-codes.ts';
import { ChannelError, type ErrorCode } from '../../src/emissions/index.ts';
import { problemOf, statusOfCode } from '../../src/node/problems.ts';
import { code, codes, filesUnder, read, tableRows } from './documents.ts';

const guide = read('docs/errors.md');
const allCodes = Object.keys(errorCodes) as ErrorCode[];

test('docs/errors.md lists exactly the codes of the software, each once, in their order, with kind and advice', () => {
  const listed = tableRows(guide, '## Codes').map(([name, kind, advice]) => [code(name), kind, advice]);
  assert.deepEqual(
    listed,
    Object.entries(errorCodes).map(([name, { kind, advice }]) => [name, kind, advice]),
  );
});

test('docs/errors.md gives the exit code and the HTTP status of every kind', () => {
  const listed = new Map(
    tableRows(guide, '## Kinds, exit codes, HTTP statuses').map(([kind, , exit, status]) => [kind, [exit, status]]),
  );
  assert.deepEqual([...listed.keys()].sort(), [...new Set(Object.values(errorCodes).map(({ kind }) => kind))].sort());
  for (const name of allCodes) {
    const error = new ChannelError(name, 'anything');
    const [exit, status] = listed.get(error.kind) ?? [];
    assert.equal(String(exitCodeOf(error)), exit, name);
    assert.equal(String(problemOf(error).status), String(statusOfCode[name] ?? status), name);
  }
  for (const [name, status] of Object.entries(statusOfCode))
    assert.match(guide, new RegExp(`\`${name}\` (is HTTP )?${status}`));
});

test('every code is used somewhere in the sources', () => {
  const sources = filesUnder('src', '.ts')
    .filter((path) => !/\.test\.ts$|error-codes\.ts$/.test(path))
    .map(read)
    .join('\n');
  const used = new Set(sources.match(/\b[A-Z]+(_[A-Z]+)*\b/g));
  assert.deepEqual(
    allCodes.filter((name) => !used.has(name)),
    [],
  );
});

test('docs/operating.md says what to do for every integrity error', () => {
  const listed = tableRows(read('docs/operating.md'), '## When something does not verify').flatMap(([name]) =>
    codes(name),
  );
  const integrity = allCodes.filter((name) => errorCodes[name].kind === 'integrity');
  assert.deepEqual(listed.filter((name) => name !== 'SIGNATURE_INVALID').sort(), integrity.sort());
});

test('codes named in the documents exist', () => {
  const known = new Set<string>(allCodes);
  for (const path of [
    'docs/channel.md',
    'docs/documents.md',
    'docs/operating.md',
    'docs/architecture.md',
    'docs/units.md',
  ]) {
    const named = read(path).match(/`[A-Z]+(_[A-Z]+)+`/g) ?? [];
    for (const name of named) assert.ok(known.has(code(name)), `${path}: ${name}`);
  }
});
