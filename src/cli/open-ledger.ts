import { setTimeout as sleep } from 'node:timers/promises';
import { channelContract } from '../channel/index.ts';
import { ChannelError, isChannelError, keyIdOf } from '../emissions/index.ts';
import {
  checkEmbeddedEvidence,
  type EmbeddedLedger,
  openEmbeddedLedger,
  openRemoteLedger,
} from '../ledger/embedded/index.ts';
import { type FabricLedger, openFabricLedger, readProfile } from '../ledger/fabric/index.ts';
import { type Ledger, openKeyFile, type Signer } from '../ledger/index.ts';
import type { Node } from '../node/index.ts';
import { ledgerFolder, type NodeConfig, nodePaths } from './config.ts';
import { socketPath } from './socket-path.ts';

export interface OpenedLedger {
  readonly ledger: Ledger;
  /** The embedded ledger, where this process holds its files. */
  readonly embedded: EmbeddedLedger | undefined;
  /** Id of the key that submissions are signed with; absent on Fabric, whose certificates say it. */
  readonly keyId: string | undefined;
  readonly checkEvidence: Node['checkEvidence'];
  readonly notices: () => readonly string[];
}

// Another command on the same folder takes a moment; a serving node answers on its socket instead.
const PATIENCE_MS = 10_000;
const RETRY_MS = 100;

/**
 * The ledger that the configuration names: Fabric through its profile, or the embedded one, itself where this process can hold
 * it, else through the process that does.
 */
export async function openLedger(folder: string, config: NodeConfig, purpose: string): Promise<OpenedLedger> {
  if (config.fabric !== undefined) {
    const ledger = await openFabric(config, config.fabric.profile);
    const notices = () => ledger.notices.map(({ message }) => message);
    return { ledger, embedded: undefined, keyId: undefined, checkEvidence: () => undefined, notices };
  }
  const signer = await openKeyFile(nodePaths(folder).signer, config.member);
  const dir = ledgerFolder(folder, config);
  return patiently(async () => {
    try {
      const embedded = await openEmbeddedLedger({ dir, contract: channelContract, signer, purpose });
      return embeddedOf(embedded, embedded, signer);
    } catch (error) {
      if (!isChannelError(error, 'LEDGER_LOCKED')) throw error;
      try {
        const ledger = await openRemoteLedger({ socketPath: socketPath(dir, 'ledger'), signer });
        return embeddedOf(ledger, undefined, signer);
      } catch (remote) {
        throw isChannelError(remote, 'LEDGER_UNAVAILABLE') ? error : remote;
      }
    }
  });
}

/** The embedded ledger as one member sees it; `embedded` where this process holds its files. */
export function embeddedOf(ledger: Ledger, embedded: EmbeddedLedger | undefined, { publicKey }: Signer): OpenedLedger {
  return {
    ledger,
    embedded,
    keyId: keyIdOf(publicKey),
    checkEvidence: checkEmbeddedEvidence,
    notices: () => embedded?.notices.map(({ message }) => message) ?? [],
  };
}

async function openFabric({ member, channel }: NodeConfig, file: string): Promise<FabricLedger> {
  const profile = readProfile(file);
  if (profile.mspId !== member || profile.channel !== channel) {
    throw new ChannelError(
      'CONFIG_INVALID',
      `the profile is of ${profile.mspId} on ${profile.channel}, the node of ${member} on ${channel}`,
      { where: profile.file },
    );
  }
  return openFabricLedger({ profile });
}

/** Tries for a while what another command of this folder may be holding for a moment. */
export async function patiently<T>(open: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await open();
    } catch (error) {
      if (!isChannelError(error, 'LEDGER_LOCKED', 'STORE_UNAVAILABLE') || performance.now() > deadline) throw error;
      await sleep(RETRY_MS);
    }
  }
}
