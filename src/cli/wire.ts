// The one place that chooses implementations: from a folder's configuration to a node.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { readBills } from '../bills/index.ts';
import { Archive, openWithFileNodeKey } from '../documents/index.ts';
import { FolderStore } from '../documents/stores/folder.ts';
import { ChannelError, isChannelError } from '../emissions/index.ts';
import { loadUsPlaces, SqliteFactorStore, type UsPlaces } from '../factors/index.ts';
import { Inventory } from '../inventory/index.ts';
import type { EmbeddedLedger } from '../ledger/embedded/index.ts';
import { type Ledger, openKeyFile } from '../ledger/index.ts';
import { ImportLog, type LedgerFiles, type Node } from '../node/index.ts';
import { type NodeConfig, nodePaths, readConfig } from './config.ts';
import { type OpenedLedger, openLedger, patiently } from './open-ledger.ts';

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
  return { ledger: shared.as(signer), embedded: shared };
}

async function openStores(folder: string, config: NodeConfig, { ledger, embedded }: OpenedLedger): Promise<OpenNode> {
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
    readBills: (body, options) => readBills({ body, options }),
    usPlaces: () => {
      places ??= loadUsPlaces();
      return places;
    },
    now: () => new Date(),
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

/** The read model, caught up; one that is damaged or of another ledger is derived anew, which loses nothing. */
async function openInventory(path: string, ledger: Ledger): Promise<Inventory> {
  try {
    const inventory = Inventory.open(path);
    await inventory.catchUp(ledger);
    return inventory;
  } catch (error) {
    if (!isChannelError(error, 'STATE_CORRUPT')) throw error;
    Inventory.drop(path);
    const inventory = Inventory.open(path);
    await inventory.catchUp(ledger);
    return inventory;
  }
}

function filesOf(ledger: EmbeddedLedger): LedgerFiles {
  return {
    fsck: (progress) => ledger.fsck((done, total) => progress({ what: 'checking the ledger', done, total })),
    replay: (progress) => ledger.replay((done, total) => progress({ what: 'running the rules again', done, total })),
    rebuild: (progress) => ledger.rebuild((done, total) => progress({ what: 'building the state', done, total })),
    notices: () => ledger.notices.map(({ message }) => message),
  };
}
