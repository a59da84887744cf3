import { canonical, type Policy } from '../emissions/index.ts';
import { ChannelClient } from './channel-client.ts';
import type { Node } from './node.ts';

/** Which publishers the channel trusts, in order by country, and how old a factor may be. */
export async function showPolicy(node: Node): Promise<Policy> {
  return new ChannelClient(node.ledger).policy();
}

/** Sets the channel's policy; the steward's act. Records made before keep their factors. */
export async function setPolicy(node: Node, args: { readonly policy: Policy }): Promise<Policy> {
  const { result } = await node.ledger.submit('policy.set', canonical(args.policy));
  return JSON.parse(result) as Policy;
}
