import { type Command, InvalidArgumentError } from 'commander';

/** A command of the tree: each takes --json. */
export function command(parent: Command, usage: string, description: string): Command {
  const one = parent.command(usage).description(description).option('--json', 'answer as JSON');
  const group = parent.parent === null ? '' : `${parent.name()} `;
  return one.showHelpAfterError(`(see uec ${group}${one.name()} --help)`);
}

export function port(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535)
    throw new InvalidArgumentError('a port is a whole number from 0 to 65535');
  return value;
}

export function year(text: string): number {
  if (!/^(19|20|21)[0-9]{2}$/.test(text)) throw new InvalidArgumentError('a year has four digits');
  return Number(text);
}

export function whole(text: string): number {
  if (!/^[1-9][0-9]{0,3}$/.test(text)) throw new InvalidArgumentError('a whole number from 1 to 9999');
  return Number(text);
}
