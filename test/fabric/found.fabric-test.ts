// A channel that nobody has founded yet, as an operator has it once the chaincode is committed: founded, joined and written to by
// the command line alone.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { approve, commit } from '../../src/ledger/fabric/network/deployment.ts';
import { openRunningNetwork } from '../../src/ledger/fabric/network/network.ts';
import { onFabric, ownNetwork } from './support.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

interface Told {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers of many commands
  readonly answer: any;
}

function uec(...args: readonly string[]): Promise<Told> {
  return new Promise((resolve) => {
    execFile(process.execPath, [main, ...args, '--json'], (error, stdout) => {
      const last = stdout.trimEnd().split('\n').at(-1) ?? '';
      resolve({ status: error === null ? 0 : Number(error.code), answer: last === '' ? undefined : JSON.parse(last) });
    });
  });
}

/** The network's chaincode under a second name, whose world state is empty; gives the profiles for it. */
async function unfounded(name: string): Promise<Record<string, string>> {
  const { dir, members } = await ownNetwork({ members: ['ACME', 'BETA'], orderers: 1 });
  const running = openRunningNetwork(dir);
  const network = { ...running, state: { ...running.state, chaincode: name } };
  for (const member of network.state.members) await approve(network, member, network.state.deployed);
  await commit(network, network.state.deployed);
  const profiles = members.map(({ id, profile }) => {
    const file = join(dirname(profile), `${id}-${name}.json`);
    writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(profile, 'utf8')), chaincode: name }));
    return [id, file] as const;
  });
  return Object.fromEntries(profiles);
}

test('a channel is founded once, by the member of the profile, and the next is told who did', onFabric, async () => {
  const { ACME, BETA } = (await unfounded('second')) as { ACME: string; BETA: string };
  const before = await uec(
    'init',
    join(dirname(ACME), 'early'),
    '--member',
    'BETA',
    '--name',
    'Beta',
    '--fabric',
    BETA,
  );
  assert.match(before.answer.next, /^The steward admits BETA/);
  const unnamed = await uec('fabric', 'found', ACME, '--name', 'two\nlines');
  assert.deepEqual([unnamed.status, unnamed.answer.error.code], [2, 'OPTION_INVALID']);

  const { status, answer } = await uec('fabric', 'found', ACME, '--name', 'Acme Inc');
  assert.equal(status, 0, JSON.stringify(answer));
  assert.deepEqual([answer.founder, answer.channel, answer.chaincode], ['ACME', 'uec', 'second']);
  assert.match(answer.transactionId, /^[0-9a-f]{64}$/);

  for (const [profile, fix] of [
    [BETA, /have ACME admit BETA/],
    [ACME, /uec init DIR --member ACME/],
  ] as const) {
    const again = await uec('fabric', 'found', profile, '--name', 'Other');
    assert.equal(again.answer.error.code, 'LEDGER_EXISTS');
    assert.equal(again.answer.error.member, 'ACME');
    assert.match(again.answer.error.message, /^ACME founded the channel uec on \d{4}-/);
    assert.match(again.answer.error.fix, fix);
    assert.notEqual(again.status, 0);
  }

  const folder = join(dirname(ACME), 'acme');
  assert.equal((await uec('init', folder, '--member', 'ACME', '--name', 'Acme Inc', '--fabric', ACME)).status, 0);
  const admitted = await uec('members', 'admit', folder, 'BETA', '--name', 'Beta Group', '--role', 'reporter');
  assert.equal(admitted.answer.id, 'BETA');
  const state = await uec('status', folder);
  assert.deepEqual(state.answer.roles, ['factor-publisher', 'reporter', 'steward']);
  assert.equal(state.answer.members, 2);
});
