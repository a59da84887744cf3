import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { styleText } from 'node:util';
import {
  type Progress,
  type RecordAnswer,
  type UseCaseArgs,
  type UseCaseName,
  type UseCaseResult,
  useCases,
} from '../node/index.ts';
import { oneOf } from './calculate.ts';
import { renderVerification } from './commands-verify.ts';
import { type Cast, embeddedCast } from './demo-cast.ts';
import { httpSettings } from './http-settings.ts';
import { print } from './output.ts';
import { progressLine } from './progress-line.ts';
import { renderInventory } from './render-inventory.ts';
import { renderExplanation } from './render-record.ts';
import { renderRecorded } from './render-recorded.ts';
import { startServing, untilStopped } from './serve.ts';
import type { OpenNode } from './wire.ts';
import { kilograms } from './words.ts';

export interface DemoOptions {
  readonly ledger?: string;
  readonly exit?: boolean;
  readonly dir?: string;
  readonly port?: number;
  readonly json?: boolean;
}

const samples = fileURLToPath(new URL('../../samples/', import.meta.url));

/** What the demo showed, for a reader that is a program. */
interface DemoSummary {
  readonly members: readonly string[];
  readonly records: number;
  readonly inventories: readonly UseCaseResult<'inventory'>[];
  readonly ledger: UseCaseResult<'verify'>;
  readonly challenge: string;
  readonly erased: string;
  readonly afterErasure: { readonly numberVerified: boolean; readonly evidenceVerified: boolean };
}

/** Three members on this machine, two companies and an auditor: from sample bills to proven records, and an erasure. */
export async function demo(options: DemoOptions): Promise<void> {
  if (options.ledger !== undefined) oneOf(options.ledger, ['embedded', 'fabric'], '--ledger');
  const root = options.dir ?? (await mkdtemp(join(tmpdir(), 'uec-demo-')));
  const { progress, end } = progressLine();
  const say = (text: string): void => {
    end();
    if (options.json !== true) process.stdout.write(`${text}\n`);
  };
  say(heading('Three members on one channel'));
  const cast =
    options.ledger === 'fabric'
      ? await (await import('./demo-fabric.ts')).fabricCast(root, progress)
      : await embeddedCast(root, progress);
  say(
    `ACME (steward, reporter), BETA (reporter) and AUDIT (auditor) share channel ${cast.acme.ledger.channel} on ${cast.ledger}; the releases of published factors are on it.`,
  );
  try {
    const summary = await play(cast, join(root, 'acme'), say, progress);
    end();
    print(summary, options.json, () =>
      styleText('bold', 'Done: every number above can be recomputed by any member, and every bill proven or erased.'),
    );
    if (options.exit !== true) await serveDemo(cast.acme, cast.token, options);
  } finally {
    end();
    for (const node of [cast.acme, cast.beta, cast.audit]) await node.close();
    await cast.close();
    if (options.dir === undefined) await rm(root, { recursive: true, force: true });
  }
}

type Say = (text: string) => void;

async function play(cast: Cast, acmeFolder: string, say: Say, progress: Progress): Promise<DemoSummary> {
  const { acme, beta, audit } = cast;
  const california = await recordFile(acme, 'acme/california-2022.csv', {}, say, progress);
  await recordFile(acme, 'acme/texas-2022.csv', {}, say, progress);
  await recordFile(acme, 'acme/gas-2022.csv', {}, say, progress);
  await recordFile(
    acme,
    'acme/solar-site.xml',
    { place: { zip: '94105' }, utility: 'Sample Power & Light' },
    say,
    progress,
  );
  await recordFile(beta, 'beta/germany-2023.csv', {}, say, progress);
  await recordFile(beta, 'beta/uk-2023.csv', {}, say, progress);
  await recordFile(beta, 'beta/india-2023.csv', {}, say, progress);
  await correctEstimate(acme, california, say);
  const inventories = await showInventories(acme, beta, say);
  say(heading('How one number came about'));
  const [first] = california.lines;
  const record = first?.recordId as string;
  say(renderExplanation(await call(acme, 'show', { record }), acmeFolder));
  say(heading('The auditor verifies the ledger'));
  const ledger = await call(audit, 'verify', {}, progress);
  say(renderVerification(ledger));
  const challenge = await challengeDocument(cast, record, say);
  const { erased, after } = await eraseDocument(acme, record, say);
  const { items } = await call(acme, 'records', { limit: 500 });
  return {
    members: ['ACME', 'BETA', 'AUDIT'],
    records: items.length,
    inventories,
    ledger,
    challenge,
    erased,
    afterErasure: after,
  };
}

async function recordFile(
  node: OpenNode,
  file: string,
  read: UseCaseArgs<'record'>['read'],
  say: Say,
  progress: Progress,
): Promise<RecordAnswer> {
  say(heading(`${node.member} records ${file}`));
  const answer = await call(node, 'record', { files: [join(samples, file)], read }, progress);
  say(renderRecorded(answer));
  return answer;
}

async function correctEstimate(acme: OpenNode, california: RecordAnswer, say: Say): Promise<void> {
  say(heading('The August bill was estimated; the actual reading comes in'));
  const estimated = california.lines.find(({ readBasis }) => readBasis === 'estimated');
  const corrected = await call(acme, 'correct', {
    record: estimated?.recordId as string,
    reason: 'estimate-replaced',
    quantity: '14838.25',
    readBasis: 'actual',
    document: join(samples, 'acme/bills/harbor-office-2022-08-corrected.pdf'),
  });
  say(
    `Record ${short(corrected.recordId)} supersedes ${short(corrected.corrected)}: ${estimated?.quantity} kWh become 14838.25 kWh, ${kilograms(corrected.location?.co2e ?? '0')} CO2e location-based. Both stay on the ledger; totals use the new one.`,
  );
}

async function showInventories(acme: OpenNode, beta: OpenNode, say: Say): Promise<UseCaseResult<'inventory'>[]> {
  const reports: UseCaseResult<'inventory'>[] = [];
  for (const [node, year] of [
    [acme, 2022],
    [beta, 2023],
  ] as const) {
    const report = await call(node, 'inventory', { year });
    const { sites } = await call(node, 'sites', { year });
    say(`${heading(`Inventory of ${node.member}`)}\n${renderInventory(report, sites ?? [])}`);
    reports.push(report);
  }
  return reports;
}

async function challengeDocument({ acme, audit, root }: Cast, record: string, say: Say): Promise<string> {
  say(heading('The auditor asks for a bill'));
  const deadline = new Date(Date.now() + 14 * 86_400_000).toISOString().slice(0, 10);
  const request = await call(audit, 'requestDocument', { record, purpose: 'sample of the yearly audit', deadline });
  say(
    `AUDIT asks for document ${short(request.commitment)} of record ${short(record)}, by ${deadline}. On the ledger: challenged.`,
  );
  const opening = join(root, `opening-${request.id.slice(0, 12)}`);
  await call(acme, 'answerRequest', { request: request.id, offer: opening });
  say('ACME offers it: the document and its key go to the auditor, not to the ledger.');
  const verdict = await call(audit, 'giveVerdict', { request: request.id, opening });
  await rm(opening);
  say(
    `AUDIT checks it against the commitment recorded before: ${styleText('bold', verdict.verdict ?? '')} (${verdict.check?.reason}). On the ledger: verified.`,
  );
  return verdict.verdict ?? '';
}

async function eraseDocument(
  acme: OpenNode,
  record: string,
  say: Say,
): Promise<{ erased: string; after: DemoSummary['afterErasure'] }> {
  say(heading('ACME erases that bill'));
  const erasure = await call(acme, 'eraseDocument', { document: record, order: 'demo-1', reason: 'retention-ended' });
  say(
    `Document ${short(erasure.commitment)}: keys and salts destroyed, every copy deleted and looked for again. On the ledger: erased, transaction ${short(erasure.transactionId ?? '')}.`,
  );
  const after = await call(acme, 'verify', { record });
  say(renderVerification(after));
  const { numberVerified, evidenceVerified } =
    'record' in after ? after.record : { numberVerified: false, evidenceVerified: true };
  return { erased: erasure.commitment, after: { numberVerified, evidenceVerified } };
}

async function serveDemo(acme: OpenNode, token: string, options: DemoOptions): Promise<void> {
  const running = await startServing(acme, httpSettings(acme.folder, acme.config.http, { port: options.port ?? 0 }));
  process.stdout.write(
    [
      '',
      `The node of ACME serves at ${styleText('bold', running.address)} (this machine only). Ctrl-C ends it.`,
      `  curl -H 'Authorization: Bearer ${token}' '${running.address}/api/v1/inventory?year=2022'`,
      '',
    ].join('\n'),
  );
  await untilStopped();
  await running.close();
}

function call<N extends UseCaseName>(
  node: OpenNode,
  name: N,
  args: UseCaseArgs<N>,
  progress: Progress = () => undefined,
): Promise<UseCaseResult<N>> {
  return useCases[name](node, args as never, progress) as never;
}

function heading(text: string): string {
  return `\n${styleText(['bold', 'underline'], text)}`;
}

function short(id: string): string {
  return id.slice(0, 12);
}
