import type { Command } from 'commander';
import { resolvePath } from '../paths.ts';
import { command } from './leaf.ts';

/** Records with their proof, checked without a network. */
export function addBundleCommands(group: Command): void {
  const load = () => import('../commands-bundle.ts');
  command(group, 'export <dir> <record>', 'write a record with everything that proves it to a file')
    .requiredOption('-o, --output <file>', 'the file to write; it must not exist')
    .action(async (dir: string, record: string, { output, ...options }) =>
      (await load()).exportBundle(resolvePath(dir), record, { ...options, output: resolvePath(output) }),
    );
  command(group, 'trust <dir>', 'what a verifier must know of this channel, to be handed over apart from any bundle')
    .option('-o, --output <file>', 'also write it to this file')
    .action(async (dir: string, { output, ...options }) =>
      (await load()).trust(
        resolvePath(dir),
        output === undefined ? options : { ...options, output: resolvePath(output) },
      ),
    );
  command(group, 'verify <file>', 'check a bundle: no node and no network needed')
    .requiredOption('--trust <path>', 'what uec bundle trust gave, or a folder with it')
    .option('--document <file>', 'also check this document against the commitment')
    .option('--key <hex>', "the document's key, 64 hex digits")
    .option('--opening <file>', 'the opening that the owner gave: document and key')
    .action(async (file: string, { trust, document, opening, ...options }) =>
      (await load()).verify(resolvePath(file), {
        ...options,
        trust: resolvePath(trust),
        ...(document === undefined ? {} : { document: resolvePath(document) }),
        ...(opening === undefined ? {} : { opening: resolvePath(opening) }),
      }),
    );
}
