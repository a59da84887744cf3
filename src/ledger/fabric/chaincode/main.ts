// Entry of the chaincode. It runs bundled: `npm run chaincode` makes main.cjs of it.
import './quiet-shim.ts';
import { channelContract, queryNames } from '../../../channel/index.ts';
import { startChaincode } from './start.ts';

void startChaincode(channelContract, queryNames, import.meta.filename);
