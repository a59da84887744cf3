// Entry of a test bundle: the toy contract of the conformance suite, and steps over private collections.
import './quiet-shim.ts';
import type { Contract } from '../../../channel/index.ts';
import { toyContract } from '../../toy-contract.conformance.ts';
import { privateSteps } from './private-steps.conformance.ts';
import { startChaincode } from './start.ts';

const contract: Contract = {
  ...toyContract,
  run: (context, name, args) => (name === 'private' ? privateSteps : toyContract.run)(context, name, args),
};

// Its one name is a transaction and a query: it always runs as a transaction.
void startChaincode(contract, [], import.meta.filename);
