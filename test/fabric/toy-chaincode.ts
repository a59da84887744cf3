// Entry of the chaincode that the conformance suite runs on a real network: the channel's transactions, which making the
// network needs, and beside them the toy contract's `steps` and steps over private collections.
import { type Contract, channelContract, queryNames } from '../../src/channel/index.ts';
import { privateSteps } from '../../src/ledger/fabric/chaincode/private-steps.conformance.ts';
import { startChaincode } from '../../src/ledger/fabric/chaincode/start.ts';
import '../../src/ledger/fabric/chaincode/quiet-shim.ts';
import { toyContract } from '../../src/ledger/toy-contract.conformance.ts';

const contract: Contract = {
  run: (context, name, args) => {
    if (name === 'private') return privateSteps(context, name, args);
    return (name === 'steps' || !name.includes('.') ? toyContract : channelContract).run(context, name, args);
  },
  query: (context, name, args) => channelContract.query(context, name, args),
};

void startChaincode(contract, queryNames, import.meta.filename);
