import type { Command } from 'commander';
import { resolvePath } from '../paths.ts';
import { REASONS } from './bill-commands.ts';
import { command, whole } from './leaf.ts';

/** What was recorded file by file, and how to take a file back. */
export function addImportCommands(group: Command): void {
  const load = () => import('../commands-imports.ts');
  command(group, 'list <dir>', 'files that were recorded, newest first, and what became of their records')
    .option('--limit <count>', 'how many', whole, 50)
    .option('--cursor <cursor>', 'go on where the last page ended')
    .action(async (dir: string, options) => (await load()).list(resolvePath(dir), dir, options));
  command(group, 'show <dir> <import>', 'the lines of an import with their records and warnings, and the rows left out')
    .option('--limit <count>', 'how many lines', whole, 50)
    .option('--cursor <cursor>', 'go on where the last page ended')
    .action(async (dir: string, id: string, options) => (await load()).show(resolvePath(dir), dir, id, options));
  command(group, 'undo <dir> <import>', 'void every record of an import that is still active; nothing is deleted')
    .requiredOption('--reason <code>', REASONS)
    .option('--note <text>', 'your own words; they stay encrypted at this node')
    .option('--dry-run', 'show what would be voided and write nothing')
    .action(async (dir: string, id: string, options) => (await load()).undo(resolvePath(dir), dir, id, options));
}
