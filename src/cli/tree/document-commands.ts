import { type Command, Option } from 'commander';
import { resolvePath } from '../paths.ts';
import { command } from './leaf.ts';

/** The evidence, and its erasure. */
export function addDocumentCommands(group: Command): void {
  const load = () => import('../commands-document.ts');
  command(group, 'list <dir>', 'documents in custody, and requests').action(async (dir: string, options) =>
    (await load()).list(resolvePath(dir), options),
  );
  command(
    group,
    'verify <dir> [document]',
    'is the document in custody the one that was recorded (commitment or record)',
  ).action(async (dir: string, document: string | undefined, options) =>
    (await load()).verify(resolvePath(dir), document, options),
  );
  command(group, 'attach <dir> <file> <record...>', 'keep a document as evidence of records that have none').action(
    async (dir: string, file: string, records: string[], options) =>
      (await load()).attach(resolvePath(dir), resolvePath(file), records, options),
  );
  command(group, 'hold <dir> <document>', 'forbid erasing a document up to a day')
    .option('--until <date>', 'last day of the hold')
    .option('--reason <code>', 'reason code, such as tax-law')
    .option('--lift', 'end the hold')
    .action(async (dir: string, document: string, options) => (await load()).hold(resolvePath(dir), document, options));
  command(group, 'erase <dir> <document>', 'destroy a document and its keys on order; the number stays')
    .requiredOption('--order <reference>', 'reference of the request or decision; no names')
    .addOption(
      new Option('--reason <code>', 'why')
        .choices(['data-subject-request', 'retention-ended', 'court-order', 'owner-decision'])
        .makeOptionMandatory(),
    )
    .action(async (dir: string, document: string, options) =>
      (await load()).erase(resolvePath(dir), document, options),
    );
  command(group, 'scrub <dir>', 'look for missing, corrupt and orphaned documents')
    .option('--announce', 'tell the channel of documents that are lost')
    .option('--remove-orphans', 'also remove files that belong to nothing')
    .action(async (dir: string, options) => (await load()).scrub(resolvePath(dir), options));
  command(group, 'request <dir> <record>', 'as an auditor: ask for the document behind a record')
    .requiredOption('--purpose <text>', 'why; no names')
    .requiredOption('--deadline <date>', 'by when')
    .action(async (dir: string, record: string, options) => (await load()).request(resolvePath(dir), record, options));
  command(group, 'answer <dir> <request>', 'as the owner: answer a request')
    .option('--offer <file>', 'write the opening (document and key) to this file, for the auditor alone')
    .option('--refuse <reason>', 'refuse, with the reason')
    .option('--gone', 'the document was erased or lost, as the ledger says')
    .action(async (dir: string, request: string, options) => (await load()).answer(resolvePath(dir), request, options));
  command(group, 'verdict <dir> <request>', 'as the auditor: check the opening and record the verdict')
    .option('--opening <file>', 'the file that the owner gave')
    .option('--not-presented', 'the owner gave nothing')
    .action(async (dir: string, request: string, options) =>
      (await load()).verdict(resolvePath(dir), request, options),
    );
}
