// The question whether a PDF bill says the same, asked at a real (pseudo-)terminal.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { beforeEach, describe, test } from 'node:test';
import type { UseCaseResult } from '../../src/node/index.ts';
import { answerOf } from '../support/command.ts';
import { newChannel, samples } from '../support/nodes.ts';
import { atTerminal, noTerminal } from '../support/terminal.ts';

const bill = join(samples, 'pdf/us-electricity.pdf');
const QUESTION = /Does the bill say the same\? Record this line\? \(yes or no\) /;
const [END, INTERRUPT] = ['\x04', '\x03'];

describe('a PDF bill at a terminal', { skip: noTerminal }, () => {
  let node: string;
  const run = (keys: string, ...more: string[]) =>
    atTerminal(['record', node, bill, '--zip', '77002', ...more], QUESTION, keys);
  const recorded = async () => (await answerOf<UseCaseResult<'records'>>(['records', node])).items.length;
  beforeEach(async () => {
    node = (await newChannel()).acme;
  });

  test('yes records it, after the proposal with its place was shown', async () => {
    const { code, stdout } = await run('yes\r');
    assert.equal(code, 0, stdout);
    assert.match(stdout, /12520 .*12,520 kWh[\s\S]*Recorded with: ZIP 77002[\s\S]*Does the bill say the same/);
    assert.equal(await recorded(), 1);
  });

  test('no and an empty line record nothing, and say why', async () => {
    for (const keys of ['no\r', '\r']) {
      const { code, stdout } = await run(keys);
      assert.equal(code, 2, stdout);
      assert.match(stdout, /PROPOSAL_UNCONFIRMED/);
    }
    assert.equal(await recorded(), 0);
  });

  test('the end of input is no yes', async () => {
    const { code, stdout } = await run(END);
    assert.equal(code, 2, stdout);
    assert.match(stdout, /PROPOSAL_UNCONFIRMED/);
    assert.equal(await recorded(), 0);
  });

  test('Ctrl-C ends the command as it ends others, and records nothing', async () => {
    const { code, stdout } = await run(`ye${INTERRUPT}`);
    assert.equal(code, 6, stdout);
    assert.match(stdout, /CANCELLED: it was ended at the question/);
    assert.equal(await recorded(), 0);
  });

  test('what is confirmed by its digest is not asked', async () => {
    const { digest } = await answerOf<{ digest: string }>(['bills', 'read', bill, '--zip', '77002']);
    const { code, stdout } = await run('', '--confirm', digest);
    assert.equal(code, 0, stdout);
    assert.doesNotMatch(stdout, QUESTION);
  });
});
