import type { Command } from 'commander';
import { resolvePath } from '../paths.ts';
import { addPlaceOptions } from '../place-options.ts';
import { command } from './leaf.ts';

/** Releases of factors. */
export function addFactorCommands(group: Command): void {
  const load = () => import('../commands-factors.ts');
  command(group, 'list <dir>', 'releases on the channel and in the store').action(async (dir: string, options) =>
    (await load()).list(resolvePath(dir), options),
  );
  command(group, 'load <dir> <file...>', 'load release files and publish them on the channel').action(
    async (dir: string, files: string[], options) =>
      (await load()).load(resolvePath(dir), files.map(resolvePath), options),
  );
  addPlaceOptions(command(group, 'find <dir>', 'rows for a place'))
    .option('--commodity <commodity>', 'commodity', 'electricity')
    .option('--on <date>', 'valid on this day')
    .action(async (dir: string, options) => (await load()).find(resolvePath(dir), options));
  command(group, 'verify <dir>', 'recompute every root from the stored rows').action(async (dir: string, options) =>
    (await load()).verify(resolvePath(dir), options),
  );
  command(group, 'withdraw <dir> <release>', 'withdraw a release; lists the records that used it')
    .requiredOption('--reason <text>', 'why')
    .action(async (dir: string, release: string, options) =>
      (await load()).withdraw(resolvePath(dir), release, options),
    );
}

/** The node's own meters. */
export function addMeterCommands(group: Command): void {
  const load = () => import('../commands-meter.ts');
  command(group, 'list <dir>', 'meters known to this node').action(async (dir: string, options) =>
    (await load()).list(resolvePath(dir), options),
  );
  command(
    group,
    'erase <dir> <pseudonym>',
    "destroy a meter's key and label on order; its records stay, tied to nothing",
  )
    .requiredOption('--order <reference>', 'reference of the request or decision; no names')
    .requiredOption('--reason <code>', 'reason code, such as data-subject-request')
    .action(async (dir: string, meter: string, options) => (await load()).erase(resolvePath(dir), meter, options));
}

/** Which publishers are trusted. */
export function addPolicyCommands(group: Command): void {
  const load = () => import('../commands-policy.ts');
  command(group, 'show <dir>', 'publishers in order by country, and vintage limits').action(
    async (dir: string, options) => (await load()).show(resolvePath(dir), options),
  );
  command(group, 'set <dir> <file>', 'as the steward: set the policy from a JSON file').action(
    async (dir: string, file: string, options) => (await load()).set(resolvePath(dir), resolvePath(file), options),
  );
}

/** Members and roles. */
export function addMemberCommands(group: Command): void {
  const load = () => import('../commands-members.ts');
  command(group, 'list <dir>', 'members and roles').action(async (dir: string, options) =>
    (await load()).list(resolvePath(dir), options),
  );
  command(
    group,
    'admit <dir> <member>',
    'as the steward: admit a member; one that joined this node has left its name and key',
  )
    .option('--role <role...>', 'roles: reporter, auditor, factor-publisher, steward', ['reporter'])
    .option('--name <name>', "the member's name, where it left no request")
    .option('--key <spki>', "the member's public key, where it left no request")
    .action(async (dir: string, member: string, options) => (await load()).admit(resolvePath(dir), member, options));
  command(
    group,
    'grant <dir> <member> <role...>',
    'as the steward: add roles, or set them with --exactly; ends a suspension',
  )
    .option('--exactly', 'take every other role away')
    .action(async (dir: string, member: string, roles: string[], options) =>
      (await load()).grant(resolvePath(dir), member, roles, options),
    );
  command(group, 'suspend <dir> <member>', 'as the steward: suspend a member')
    .requiredOption('--reason <text>', 'why; no names')
    .action(async (dir: string, member: string, options) => (await load()).suspend(resolvePath(dir), member, options));
}
