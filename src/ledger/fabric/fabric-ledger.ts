import type { Ledger } from '../ledger.ts';
import { expiryWarning, loadIdentity } from './identity.ts';
import { defaultLimits, type FabricLimits } from './limits.ts';
import type { LoadedProfile } from './profile.ts';

/** A ledger on Fabric, as one member with one identity. */
export interface FabricLedger extends Ledger {
  /** What the operator should know at this moment: a certificate that soon expires. */
  readonly notices: readonly { readonly kind: 'identity-expires'; readonly message: string }[];
}

export interface FabricLedgerOptions {
  readonly profile: LoadedProfile;
  /** The clock that certificates are judged by. */
  readonly now?: () => Date;
  readonly limits?: Partial<FabricLimits>;
}

/**
 * Opens the channel that a profile names, through the member's own peers. Fabric's client is loaded here and nowhere else, so
 * that a node on the embedded ledger never has it.
 * @throws {ChannelError} CONFIG_INVALID, IDENTITY_EXPIRED, IDENTITY_REFUSED, CHANNEL_WRONG, CLOCK_SKEW; LEDGER_UNAVAILABLE when no
 * own peer answers
 */
export async function openFabricLedger(options: FabricLedgerOptions): Promise<FabricLedger> {
  const { profile, now = () => new Date() } = options;
  const identity = await loadIdentity(profile, now());
  const notices = () => {
    const message = expiryWarning(identity, now());
    return message === undefined ? [] : [{ kind: 'identity-expires' as const, message }];
  };
  const { GatewayLedger, openOwnPeer } = await import('./gateway-ledger.ts');
  const peers = profile.peers.map((peer) => openOwnPeer(profile, peer, identity));
  const ledger = new GatewayLedger(profile, peers, { ...defaultLimits, ...options.limits }, notices);
  try {
    // A wrong profile is told now, not by the first submission.
    await ledger.height();
    return ledger;
  } catch (error) {
    await ledger.close();
    throw error;
  }
}
