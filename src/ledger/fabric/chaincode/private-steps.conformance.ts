import type { Contract } from '../../../channel/index.ts';
import { canonical } from '../../../emissions/index.ts';

/** One step over private collections: the arguments of the transaction `private`. */
export type PrivateStep = readonly [step: 'get' | 'put' | 'purge', collection: string, key: string];

/** Does what its arguments say with a private collection; `get` answers the value in base64, or null. */
export const privateSteps: Contract['run'] = async (context, _name, args) => {
  const [step, collection, key] = JSON.parse(args) as PrivateStep;
  if (step === 'get') {
    const value = await context.collections.get(collection, key);
    return canonical(value === undefined ? null : Buffer.from(value).toString('base64'));
  }
  context.collections[step](collection, key);
  return '[]';
};
