import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Command } from 'commander';
import { correctionReasons } from '../channel/index.ts';
import { buildProgram } from './program.ts';

function leaves(command: Command): Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);
}

function nameOf(command: Command): string {
  return command.parent?.parent ? `${command.parent.name()} ${command.name()}` : command.name();
}

test('the commands are those that were promised, and each takes --json and says what it does', () => {
  const commands = leaves(buildProgram(false));
  const names = commands.map(nameOf);
  for (const promised of [
    ...['init', 'serve', 'status', 'calculate', 'record', 'inventory', 'records', 'show', 'correct', 'void', 'verify'],
    ...['fsck', 'demo', 'members admit', 'members grant', 'document list', 'document verify', 'document erase'],
    ...['document scrub', 'document request', 'document answer', 'document verdict', 'factors list', 'factors load'],
    ...['factors find', 'factors verify'],
  ])
    assert.ok(names.includes(promised), promised);
  assert.equal(new Set(names).size, names.length);
  for (const command of commands) {
    const name = nameOf(command);
    assert.ok(
      command.options.some(({ long }) => long === '--json'),
      `${name} takes --json`,
    );
    assert.ok(command.description().length > 5, `${name} has a description`);
    for (const option of command.options) assert.ok(option.description.length > 2, `${name} ${option.long}`);
    assert.match(command.helpInformation(), /Usage: uec /);
  }
});

test('the help names every exit code', () => {
  let text = '';
  const program = buildProgram(false).configureOutput({
    writeOut: (more) => {
      text += more;
    },
  });
  assert.throws(() => program.parse(['node', 'uec', '--help']));
  for (const code of ['0 done', '1 fault', '2 input', '3 refused', '4 not found', '5 verification', '6 unavailable'])
    assert.ok(text.includes(code), code);
});

test('correct and void list every reason code in their help', () => {
  for (const command of leaves(buildProgram(false)).filter((one) => ['correct', 'void'].includes(nameOf(one)))) {
    const said = command.options.find(({ long }) => long === '--reason')?.description ?? '';
    assert.deepEqual(said.split(/, | or /), [...correctionReasons], nameOf(command));
  }
});
