import { ChannelError } from '../../emissions/index.ts';
import { type ApiRole, apiRoles } from './principal.ts';
import type { Rate } from './rate-limit.ts';

export interface RoleLimits {
  readonly rate: Rate;
  /** Most bytes of a body. */
  readonly bodyBytes: number;
}

/** `access.limits` of node.json: what differs from the defaults below. */
export interface Limits {
  readonly roles?: Readonly<Partial<Record<ApiRole, Partial<RoleLimits>>>>;
  /** Failed attempts to authenticate from one address. */
  readonly failures?: Rate;
}

const MiB = 2 ** 20;

/** Viewers and auditors send questions, verdicts and bundles; who imports sends folders of bills. */
const DEFAULTS: { readonly roles: Readonly<Record<ApiRole, RoleLimits>>; readonly failures: Rate } = {
  roles: {
    viewer: { rate: { burst: 500, perSecond: 100 }, bodyBytes: MiB },
    auditor: { rate: { burst: 500, perSecond: 100 }, bodyBytes: 256 * MiB },
    operator: { rate: { burst: 2000, perSecond: 1000 }, bodyBytes: 4096 * MiB },
    admin: { rate: { burst: 2000, perSecond: 1000 }, bodyBytes: 4096 * MiB },
  },
  failures: { burst: 20, perSecond: 0.2 },
};

/** @throws {ChannelError} CONFIG_INVALID */
export function limitsOf({ roles = {}, failures }: Limits = {}): typeof DEFAULTS {
  const of = (role: ApiRole): RoleLimits => {
    const { rate, bodyBytes } = { ...DEFAULTS.roles[role], ...roles[role] };
    demandRate(rate, `access.limits.roles.${role}.rate`);
    if (!Number.isSafeInteger(bodyBytes) || bodyBytes < 0)
      throw new ChannelError('CONFIG_INVALID', `access.limits.roles.${role}.bodyBytes is not a number of bytes`);
    return { rate, bodyBytes };
  };
  const strange = Object.keys(roles).find((name) => !apiRoles.includes(name as ApiRole));
  if (strange !== undefined) throw new ChannelError('CONFIG_INVALID', 'access.limits.roles names a role that is none');
  if (failures !== undefined) demandRate(failures, 'access.limits.failures');
  return {
    roles: { viewer: of('viewer'), auditor: of('auditor'), operator: of('operator'), admin: of('admin') },
    failures: failures ?? DEFAULTS.failures,
  };
}

function demandRate({ burst, perSecond }: Rate, where: string): void {
  if (!(burst >= 1 && perSecond > 0 && burst <= 1e6 && perSecond <= 1e6))
    throw new ChannelError('CONFIG_INVALID', `${where} is not { "burst": ..., "perSecond": ... }`, { where });
}
