export { fabricAddOrg } from './add-org.ts';
export type { FabricNetworkAnswer } from './answer.ts';
export { fabricDeploy } from './deploy.ts';
export type { ChaincodeSource } from './deployment.ts';
export { fabricDown } from './down.ts';
export { type FabricStatus, fabricStatus } from './status.ts';
export { fabricUp } from './up.ts';
