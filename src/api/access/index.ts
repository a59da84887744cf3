export type { Access } from './access.ts';
export { checkAuditLog } from './audit-check.ts';
export { headText, parseHead } from './audit-head.ts';
export { type AuditEntry, type AuditFiles, AuditLog } from './audit-log.ts';
export { LocalAccess } from './local-access.ts';
export { isLoopbackName } from './oidc-settings.ts';
export type { ApiRole, Principal } from './principal.ts';
export { type TokenEntry, TokenStore } from './token-store.ts';
