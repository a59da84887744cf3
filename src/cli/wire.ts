// The one place that chooses implementations: from a folder's configuration to a node.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { Archive, openWithFileNodeKey } from '../documents/index.ts';
import { FolderStore } from '../documents/stores/folder.ts';
import { ChannelError, isChannelError } from '../emissions/index.ts';
import { loadUsPlaces, SqliteFactorStore, type UsPlaces } from '../factors/index.ts';
import { Inventory } from '../inventory/index.ts';
import type { EmbeddedLedger } from '../ledger/embedded/index.ts';
import { type Ledger, openKeyFile } from '../ledger/index.ts';
import { type AuditCheck, ImportLog, type LedgerFiles, type Node, type Progress } from '../node/index.ts';
import { type NodeConfig, nodePaths, readConfig } from './config.ts';
import { embeddedOf, type OpenedLedger, openLedger, patiently } from './open-ledger.ts';
import { readBillsLater } from './read-bills-later.ts';

export interface OpenNode extends Node {
  readonly config: NodeConfig;
  /** The ledger's files, where this process holds them. */
  readonly embedded: EmbeddedLedger | undefined;
  close(): Promise<void>;
}

/**
 * Opens the node of a folder in this process. Waits a while for another command that holds it.
 * @throws {ChannelError} NODE_ABSENT, CONFIG_INVALID, LEDGER_LOCKED naming the holder, LEDGER_CORRUPT, VAULT_KEY_WRONG
 */
export async function openNode(folder: string, purpose: string, shared?: EmbeddedLedger): Promise<OpenNode> {
  const config = readConfig(folder);
  const opened =
    shared === undefined ? await openLedger(folder, config, purpose) : await shareLedger(folder, config, shared);
  try {
    return await openStores(resolve(folder), config, opened);
  } catch (error) {
    await opened.ledger.close();
    throw error;
  }
}

/** The view of one more member on a ledger that this process holds open. */
async function shareLedger(folder: string, config: NodeConfig, shared: EmbeddedLedger): Promise<OpenedLedger> {
  const signer = await openKeyFile(nodePaths(folder).signer, config.member);
  return embeddedOf(shared.as(signer), shared, signer);
}

async function openStores(folder: string, config: NodeConfig, opened: OpenedLedger): Promise<OpenNode> {
  const { ledger, embedded, checkEvidence } = opened;
  demandChannel(folder, config, ledger);
  const paths = nodePaths(folder);
  const store = await FolderStore.open(paths.documents);
  const archive = await patiently(async () =>
    openWithFileNodeKey(paths.nodeKey, (nodeKey) => Archive.open({ folder: paths.archive, nodeKey, store })),
  );
  const inventory = await openInventory(paths.inventory, ledger);
  const factors = new SqliteFactorStore(paths.factors);
  const imports = new ImportLog(paths.imports, readImportKey(paths.importKey));
  let places: UsPlaces | undefined;
  return {
    config,
    folder,
    ledger,
    inventory,
    factors,
    archive,
    imports,
    member: config.member,
    name: config.name,
    readBills: (body, options, told, looked) =>
      readBillsLater({ body, options, ...(told && { told }), ...(looked && { looked }) }),
    usPlaces: () => {
      places ??= loadUsPlaces();
      return places;
    },
    now: () => new Date(),
    checkEvidence,
    checkAudit: (progress) => checkAudit(paths, progress),
    notices: () => [...opened.notices(), ...keyNotices(inventory, config, opened), ...rebuildNotices(paths.inventory)],
    embedded,
    ledgerFiles: embedded && filesOf(embedded),
    close: async () => {
      imports.close();
      inventory.close();
      archive.close();
      await factors.close();
      await ledger.close();
    },
  };
}

async function checkAudit({ audit, auditKey }: ReturnType<typeof nodePaths>, progress: Progress): Promise<AuditCheck> {
  const { checkAuditLog } = await import('../api/access/index.ts');
  return checkAuditLog({ path: audit, keyPath: auditKey }, undefined, progress);
}

/** @throws {ChannelError} CONFIG_INVALID when the key is missing or has another length */
function readImportKey(path: string): Buffer {
  let key: Buffer | undefined;
  try {
    key = readFileSync(path);
  } catch (cause) {
    throw new ChannelError('CONFIG_INVALID', `the key ${path} cannot be read`, {
      where: path,
      fix: 'Put it back from where you keep the keys.',
      cause,
    });
  }
  if (key.length !== 32)
    throw new ChannelError('CONFIG_INVALID', `the key ${path} has ${key.length} bytes, 32 are needed`, {
      where: path,
      fix: 'Put it back from where you keep the keys.',
    });
  return key;
}

/** @throws {ChannelError} CONFIG_INVALID when the folder's ledger is of another channel than the node */
function demandChannel(folder: string, { channel }: NodeConfig, ledger: Ledger): void {
  if (ledger.channel === channel) return;
  const where = nodePaths(folder).config;
  throw new ChannelError('CONFIG_INVALID', `the node is of channel ${channel}, its ledger of ${ledger.channel}`, {
    where,
    fix: "Put back the ledger folder, or the node's own node.json.",
  });
}

// A member not yet admitted has no keys on the channel, and on Fabric certificates vouch for them.
function keyNotices(inventory: Inventory, { member }: NodeConfig, { keyId }: OpenedLedger): string[] {
  const keys = inventory.members().find(({ id }) => id === member)?.keys;
  if (keyId === undefined || keys === undefined || keys.includes(keyId)) return [];
  return [
    `the key in keys/member.pem is not one that the channel knows for ${member}: nothing signed with it is taken`,
  ];
}

/**
 * The read model, caught up; one that is damaged or of another ledger is derived anew, which loses nothing. That it was is
 * noted beside it: a read model that knew more than the ledger says that blocks are gone.
 */
async function openInventory(path: string, ledger: Ledger): Promise<Inventory> {
  try {
    return await openCaughtUp(path, ledger);
  } catch (error) {
    if (!isChannelError(error, 'STATE_CORRUPT')) throw error;
    Inventory.drop(path);
    const inventory = await openCaughtUp(path, ledger);
    appendFileSync(noticeFile(path), `${new Date().toISOString()} built anew: ${error.message}\n`, { mode: 0o600 });
    return inventory;
  }
}

async function openCaughtUp(path: string, ledger: Ledger): Promise<Inventory> {
  const inventory = Inventory.open(path);
  try {
    await inventory.catchUp(ledger);
    return inventory;
  } catch (error) {
    inventory.close();
    throw error;
  }
}

function noticeFile(inventory: string): string {
  return `${inventory}.notice`;
}

// They stand until the operator removes the file: every command opens the node anew, and most show no notices.
function rebuildNotices(inventory: string): string[] {
  const path = noticeFile(inventory);
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').trim().split('\n');
  return lines.map((line) => `${line} (look into it, then remove ${basename(path)})`);
}

function filesOf(ledger: EmbeddedLedger): LedgerFiles {
  return {
    fsck: (progress) => ledger.fsck((done, total) => progress({ what: 'checking the ledger', done, total })),
    replay: (progress) => ledger.replay((done, total) => progress({ what: 'running the rules again', done, total })),
    rebuild: (progress) => ledger.rebuild((done, total) => progress({ what: 'building the state', done, total })),
  };
}
