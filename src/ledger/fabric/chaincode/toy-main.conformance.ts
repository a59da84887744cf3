// Entry of a test bundle: the toy contract of the conformance suite, and steps over private collections.
import './quiet-shim.ts';
import type { Contract } from '../../../channel/index.ts';
import { canonical } from '../../../emissions/index.ts';
import { toyContract } from '../../toy-contract.conformance.ts';
import { startChaincode } from './start.ts';

export type PrivateStep = readonly [step: 'get' | 'put' | 'purge', collection: string, key: string];

const contract: Contract = {
  ...toyContract,
  async run(context, name, args) {
    if (name !== 'private') return toyContract.run(context, name, args);
    const [step, collection, key] = JSON.parse(args) as PrivateStep;
    if (step === 'get') {
      const value = await context.collections.get(collection, key);
      return canonical(value === undefined ? null : Buffer.from(value).toString('base64'));
    }
    context.collections[step](collection, key);
    return '[]';
  },
};

// Its one name is a transaction and a query: it always runs as a transaction.
void startChaincode(contract, [], import.meta.filename);
