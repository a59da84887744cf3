export { formatBundle, maxBundleBytes } from './bundle.ts';
export type { Check } from './check.ts';
export { makeBundle } from './make-bundle.ts';
export type { BundleRequest } from './request.ts';
export { parseTrust, type Trust } from './trust.ts';
export { type BundleVerification, verifyBundle } from './verify-bundle.ts';
