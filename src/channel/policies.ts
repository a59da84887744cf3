import type { Policy } from '../emissions/index.ts';
import type { LedgerContext, QueryContext } from './context.ts';
import { stateKeys } from './keys.ts';
import { dictionary, integer, invalid, list, object, oneOf, type Shape, text } from './shape.ts';
import { read, write } from './state.ts';

const publisher = text(/^[a-z][a-z0-9-]{0,40}$/, "a publisher's short name");
const shape = object({
  publishers: dictionary(/^([A-Z]{2}|\*)$/, list(publisher, 1, 10), 300),
  residualVintageLimit: integer(0, 10),
  ruleSet: oneOf(['uec-choice/1']),
  vintageLimit: integer(0, 10),
});

export const policyShape: Shape = (value, path) => {
  shape(value, path);
  if (!Object.hasOwn((value as Policy).publishers, '*'))
    throw invalid(`${path}.publishers`, "lacks '*', which serves the countries not named");
};

export async function setPolicy(context: LedgerContext, policy: Policy): Promise<unknown> {
  write(context, stateKeys.policy, policy);
  return policy;
}

/** The policy in force; absent until the channel is made. */
export function currentPolicy(context: Pick<QueryContext, 'get'>): Promise<Policy | undefined> {
  return read<Policy>(context, stateKeys.policy);
}
