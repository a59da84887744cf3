import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Inventory } from '../inventory/index.ts';
import { custodyFaults, documentName, type Fault, faultsOf } from './custody-check.ts';
import { verifyFactors } from './factor-releases.ts';
import { withFixes } from './ledger-faults.ts';
import type { Node } from './node.ts';
import type { Progress } from './progress.ts';

export interface FsckPart {
  readonly part: 'ledger' | 'read model' | 'factors' | 'documents' | 'imports' | 'audit log';
  /** True when everything was checked and nothing found. */
  readonly ok: boolean;
  /** False where a check could not be made, or not in full: `detail` says why. */
  readonly checked: boolean;
  readonly detail: string;
  readonly faults: readonly Fault[];
}

/**
 * Every file of the node, compared with what the ledger says. Mends nothing and writes nothing, unless asked to build anew what
 * is derived from the log: the ledger's state and the read model.
 */
export async function fsck(
  node: Node,
  { rebuild }: { readonly rebuild?: boolean },
  progress: Progress,
): Promise<{ readonly ok: boolean; readonly parts: readonly FsckPart[] }> {
  if (rebuild === true) await rebuildDerived(node, progress);
  const folder = mkdtempSync(join(tmpdir(), 'uec-fsck-'));
  let second: Inventory | undefined;
  try {
    const model = Inventory.open(join(folder, 'inventory.db'));
    second = model;
    const ledger = await ledgerPart(node, progress);
    const { part, read } = await readModelPart(node, model, progress);
    // What a part of the ledger says is no ground for a finding.
    const whole = read ? model : undefined;
    const why = ledger.ok ? UNBUILT : UNREAD;
    const parts = [
      ledger,
      part,
      await factorsPart(node),
      await documentsPart(node, whole, why),
      await importsPart(node, whole, why),
      await auditPart(node, progress),
    ];
    return { ok: parts.every(({ ok }) => ok), parts };
  } finally {
    second?.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function rebuildDerived(node: Node, progress: Progress): Promise<void> {
  await node.ledgerFiles?.rebuild(progress);
  await node.inventory.rebuild(node.ledger, (done, total) =>
    progress({ what: 'building the read model', done, total }),
  );
}

async function ledgerPart(node: Node, progress: Progress): Promise<FsckPart> {
  const { blocks, transactions, faults } = await (node.ledgerFiles?.fsck(progress) ?? node.ledger.verify());
  return partOf('ledger', `${blocks} blocks, ${transactions} transactions`, withFixes(faults));
}

/** Builds the read model a second time and compares. `read`: the ledger was read to its end. */
async function readModelPart(
  node: Node,
  second: Inventory,
  progress: Progress,
): Promise<{ readonly part: FsckPart; readonly read: boolean }> {
  let read = false;
  const faults = await faultsOf('read model', async () => {
    await second.catchUp(node.ledger, (done, total) => progress({ what: 'building a second read model', done, total }));
    read = true;
    // Blocks that come meanwhile are taken in by both.
    for (let tries = 0; tries < 10 && node.inventory.height !== second.height; tries += 1) {
      await node.inventory.catchUp(node.ledger);
      await second.catchUp(node.ledger);
    }
    if (node.inventory.height !== second.height) {
      const message = `the read model has ${node.inventory.height} of ${second.height} blocks`;
      return [{ where: 'inventory.db', message }];
    }
    return node.inventory.differences(second).map(({ table, key, what, columns }) => ({
      where: `inventory.db, ${table}`,
      message: `${key} ${DIFFERENCES[what]}${columns.length === 0 ? '' : ` (${columns.join(', ')})`}`,
    }));
  });
  return { part: partOf('read model', `${node.inventory.height} blocks, compared with the ledger`, faults), read };
}

const DIFFERENCES = {
  missing: 'is missing',
  foreign: 'does not follow from the ledger',
  changed: 'is not as the ledger gives it',
} as const;

async function factorsPart(node: Node): Promise<FsckPart> {
  const { releases, problems } = await verifyFactors(node);
  const faults = problems.map(({ release, where, message }) => ({ where: `${release}, ${where}`, message }));
  return partOf('factors', `${releases} releases`, faults);
}

const UNREAD = 'the ledger cannot be read';
const UNBUILT = 'the second read model could not be built';
/** Of a ledger that says nothing. */
const nothing: Pick<Inventory, 'holdings'> = { holdings: () => ({ records: 0, documents: [] }) };

async function documentsPart(node: Node, ledger: Inventory | undefined, why: string): Promise<FsckPart> {
  const scrubbed = await faultsOf('documents', async () => {
    const findings = await Array.fromAsync(node.archive.scrub({ reportOnly: true }));
    return findings.map((found) => ({ where: documentName(found), message: `${found.finding}: ${found.message}` }));
  });
  const told = new Set(scrubbed.map(({ where }) => where));
  const compared = await faultsOf('documents', () => custodyFaults(node, ledger ?? nothing));
  const more = compared.filter(({ where }) => !told.has(where));
  const detail = `${node.archive.list().length} documents`;
  const faults = [...scrubbed, ...more];
  return ledger === undefined
    ? unchecked('documents', `${detail}, not compared with the ledger: ${why}`, faults)
    : partOf('documents', detail, faults);
}

/** A ledger put back from a backup knows less than the list of imports, which then refuses the bills it does not hold. */
async function importsPart(node: Node, ledger: Inventory | undefined, why: string): Promise<FsckPart> {
  const finished = node.imports.finished();
  const imported = finished.reduce((sum, { records }) => sum + records, 0);
  const detail = `${finished.length} finished, ${imported} records`;
  if (ledger === undefined) return unchecked('imports', `${detail}, not checked: ${why}`, []);
  const faults = await faultsOf('imports', async () => {
    const { records } = ledger.holdings(node.member);
    if (imported <= records) return [];
    const message = `finished imports recorded ${imported} records, the ledger holds ${records} of ${node.member}: it is older than the imports`;
    return [{ where: 'imports.db', message }];
  });
  return partOf('imports', detail, faults);
}

async function auditPart(node: Node, progress: Progress): Promise<FsckPart> {
  let entries = 0;
  const faults = await faultsOf('audit log', async () => {
    const checked = await node.checkAudit(progress);
    entries = checked.entries;
    return checked.faults.map(({ where, message }) => ({ where: `audit.db, ${where}`, message }));
  });
  return partOf('audit log', `${entries} entries`, faults);
}

function partOf(part: FsckPart['part'], detail: string, faults: readonly Fault[]): FsckPart {
  return { part, ok: faults.length === 0, checked: true, detail, faults };
}

/** Not checked is never a pass, and no finding either. */
function unchecked(part: FsckPart['part'], detail: string, faults: readonly Fault[]): FsckPart {
  return { part, ok: false, checked: false, detail, faults };
}
