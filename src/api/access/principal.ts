/** What a caller of the API may do. `auditor` and `operator` both read; neither holds what the other may change. */
export const apiRoles = ['viewer', 'auditor', 'operator', 'admin'] as const;
export type ApiRole = (typeof apiRoles)[number];

/** Who calls. The id never holds a name, an address or a secret, so that logs and the audit log may. */
export interface Principal {
  /** Such as `token:1f0c...`, `oidc:...` (a keyed digest of issuer and subject) or `certificate:NAME`. */
  readonly id: string;
  readonly role: ApiRole;
  readonly kind: 'token' | 'oidc' | 'certificate' | 'local';
}

/** Which operations each role may call, by the role that an operation asks for. A table, because the roles have no order. */
const HOLDS: Readonly<Record<ApiRole, readonly ApiRole[]>> = {
  viewer: ['viewer'],
  auditor: ['viewer', 'auditor'],
  operator: ['viewer', 'operator'],
  admin: ['viewer', 'auditor', 'operator', 'admin'],
};

/** True when a caller with the role `held` may call an operation that asks for `asked`. */
export function roleAllows(held: ApiRole, asked: ApiRole): boolean {
  return HOLDS[held].includes(asked);
}
