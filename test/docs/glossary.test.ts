import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evidenceStates, givenFlags, roles } from '../../src/channel/index.ts';
import { explainedFlags, explainFlag } from '../../src/cli/words.ts';
import { commodities, factorMethods, flows, marketTiers, readBases, statedEnds } from '../../src/emissions/index.ts';
import { code, filesUnder, read, tableRows } from './documents.ts';

const glossary = read('GLOSSARY.md');
const listed = new Map(tableRows(glossary, '## Flags').map(([flag, meaning]) => [code(flag), meaning]));
const aged = ['factor-older-N', 'residual-older-N', 'losses-older-N'];

test('the glossary lists exactly the flags that are explained, in the same words', () => {
  assert.deepEqual([...listed.keys()], [...explainedFlags, ...aged]);
  for (const flag of explainedFlags) assert.equal(listed.get(flag), explainFlag(flag));
  for (const flag of aged) {
    assert.equal(listed.get(flag)?.replace('N years', '3 years'), explainFlag(flag.replace('N', '3')));
  }
});

test('every flag that the calculation or the owner can set has an entry', () => {
  const sources = filesUnder('src/emissions', '.ts').filter((path) => !path.endsWith('.test.ts'));
  const set = sources
    .flatMap((path) => read(path).split('\n'))
    .filter((line) => /\bflags?\b|lifecycle'|inferred'/.test(line))
    .flatMap((line) =>
      [...line.matchAll(/'((?:[a-z0-9]+-)+[a-z0-9]+|lifecycle)'/g)].map((match) => match[1] as string),
    );
  assert.ok(set.length > 8, 'the flags are no longer found in the sources');
  for (const flag of [...set, ...givenFlags]) assert.ok(listed.has(flag), flag);
});

test('the glossary has the evidence states', () => {
  const states = tableRows(glossary, '## Evidence states').map(([state]) => code(state));
  assert.deepEqual([...states].sort(), [...evidenceStates].sort());
});

test('the glossary names every role, tier, flow, method, commodity, read basis and end convention', () => {
  for (const word of [
    ...roles,
    ...marketTiers,
    ...flows,
    ...factorMethods,
    ...commodities,
    ...readBases,
    ...statedEnds,
  ]) {
    assert.match(glossary, new RegExp(`(\`| )${word}(\`|,|\\.)`), word);
  }
});
