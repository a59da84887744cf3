export { bundleChaincode } from './bundle.ts';
export { ccaasPackage } from './ccaas-package.ts';
