import type { ChannelInfo } from '../channel/index.ts';
import { ChannelError, canonical, isChannelError } from '../emissions/index.ts';
import { openFabricLedger, readProfile } from '../ledger/fabric/index.ts';
import type { Ledger } from '../ledger/index.ts';
import { checkNames } from './init.ts';

/** A channel on Fabric that has its first member. */
export interface Founding {
  readonly channel: string;
  readonly chaincode: string;
  readonly founder: string;
  readonly name: string;
  readonly transactionId: string;
}

/**
 * Founds the channel of a connection profile for the profile's member, who is its steward from then on.
 * @throws {ChannelError} LEDGER_EXISTS naming the founder; OPTION_INVALID for an MSP id or a name that cannot be a member's
 */
export async function foundChannel(file: string, name: string): Promise<Founding> {
  const profile = readProfile(file);
  const { mspId: founder, channel, chaincode } = profile;
  checkNames({ member: founder, name });
  const ledger = await openFabricLedger({ profile });
  try {
    await demandUnfounded(ledger);
    const args = canonical({ member: { id: founder, name } });
    const { transactionId } = await ledger.submit('channel.create', args);
    return { channel, chaincode, founder, name, transactionId };
  } catch (error) {
    // Another member's founding that came first.
    if (isChannelError(error, 'LEDGER_EXISTS', 'NOT_COMMITTED')) await demandUnfounded(ledger);
    throw error;
  } finally {
    await ledger.close();
  }
}

async function demandUnfounded(ledger: Ledger): Promise<void> {
  const info = JSON.parse(await ledger.evaluate('channel.get', '{}')) as ChannelInfo | null;
  if (info === null) return;
  throw new ChannelError('LEDGER_EXISTS', `${info.founder} founded the channel ${info.channel} on ${info.created}`, {
    member: info.founder,
    fix:
      info.founder === ledger.member
        ? `Make the node: uec init DIR --member ${ledger.member} --fabric PROFILE.`
        : `Make a node, and have ${info.founder} admit ${ledger.member}: uec members admit.`,
  });
}
