export { fabricAddOrg } from './add-org.ts';
export type { FabricNetworkAnswer } from './answer.ts';
export { type FabricDeployAnswer, fabricDeploy } from './deploy.ts';
export type { ChaincodeSource } from './deployment.ts';
export { type FabricDownAnswer, fabricDown } from './down.ts';
export { type FabricStatus, fabricStatus } from './status.ts';
export { type FabricUpOptions, fabricUp } from './up.ts';
