export type { Access, Peer } from './access/access.ts';
export { LocalAccess, OneTokenAccess } from './access/one-token.ts';
export type { ApiRole, Principal } from './access/principal.ts';
export type { ApiFetch } from './app.ts';
export { type OpenApiNode, openApi } from './open-api.ts';
export type { DeepReadonly, Spec } from './operation.ts';
export type { Operations } from './operations/index.ts';
export { describedApi } from './reference.ts';
