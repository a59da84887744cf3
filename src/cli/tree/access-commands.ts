import { type Command, InvalidArgumentError, Option } from 'commander';
import { resolvePath } from '../paths.ts';
import { command, whole } from './leaf.ts';

/** Tokens of the API. */
export function addTokenCommands(group: Command): void {
  const load = () => import('../commands-access.ts');
  command(group, 'add <dir>', 'make a token and show it this once')
    .addOption(
      new Option('--role <role>', 'what it may do')
        .choices(['viewer', 'auditor', 'operator', 'admin'])
        .makeOptionMandatory(),
    )
    .requiredOption('--label <label>', 'what it is for; no personal data')
    .option('--expires <date>', 'last day on which it is taken')
    .action(async (dir: string, options) => (await load()).addToken(resolvePath(dir), options));
  command(group, 'list <dir>', 'tokens, their roles and the day of their last use').action(
    async (dir: string, options) => (await load()).listTokens(resolvePath(dir), options),
  );
  command(group, 'revoke <dir> <token>', 'end a token at once, by its id').action(
    async (dir: string, id: string, options) => (await load()).revokeToken(resolvePath(dir), id, options),
  );
}

/** The audit log. */
export function addAuditCommands(group: Command): void {
  const load = () => import('../commands-access.ts');
  command(group, 'list <dir>', 'the newest entries, and the head that pins them')
    .option('--limit <n>', 'how many', whole)
    .option('--from <n>', 'from this entry on', number)
    .option('--issuer <url>', 'with --subject: of one person of an identity provider')
    .option('--subject <sub>', "the person's subject there")
    .action(async (dir: string, options) => (await load()).listAudit(resolvePath(dir), options));
  command(group, 'verify <dir>', 'check every entry: none edited, removed, added or cut off')
    .option('--head <head>', 'a head that was kept elsewhere, NUMBER:SEAL; the log must hold it')
    .action(async (dir: string, options) => (await load()).verifyAudit(resolvePath(dir), options));
}

/** Receivers of events. */
export function addWebhookCommands(group: Command): void {
  const load = () => import('../commands-webhook.ts');
  command(group, 'add <dir> <url>', "send the ledger's events to a URL, signed; shows the secret this once")
    .option('--type <name...>', 'transactions to tell of, such as records.submit; all by default')
    .option('--from <height>', 'begin at this block instead of the next one', number)
    .action(async (dir: string, url: string, options) => (await load()).add(resolvePath(dir), url, options));
  command(group, 'list <dir>', 'receivers, and how far each has got').action(async (dir: string, options) =>
    (await load()).list(resolvePath(dir), options),
  );
  command(group, 'remove <dir> <webhook>', 'send nothing more').action(async (dir: string, id: string, options) =>
    (await load()).remove(resolvePath(dir), id, options),
  );
  command(group, 'test <dir> <webhook>', 'send one test event now, and tell how it ended').action(
    async (dir: string, id: string, options) => (await load()).test(resolvePath(dir), id, options),
  );
  command(group, 'rotate <dir> <webhook>', 'make a new secret; the old one signs beside it for a day').action(
    async (dir: string, id: string, options) => (await load()).rotate(resolvePath(dir), id, options),
  );
  command(group, 'replay <dir> <webhook>', 'send everything again from a block on')
    .requiredOption('--from <height>', 'height of the first block', number)
    .action(async (dir: string, id: string, options) => (await load()).replay(resolvePath(dir), id, options));
}

/** A whole number from 0. */
function number(text: string): number {
  if (!/^[0-9]{1,13}$/.test(text)) throw new InvalidArgumentError('a whole number from 0');
  return Number(text);
}
