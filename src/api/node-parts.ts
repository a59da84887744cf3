import type { Node } from '../node/index.ts';
import { headText } from './access/audit-head.ts';
import { AuditLog } from './access/audit-log.ts';
import { type CertificateSettings, ClientCertificates } from './access/client-certificates.ts';
import { type Limits, limitsOf } from './access/limits.ts';
import { NodeAccess } from './access/node-access.ts';
import { Oidc } from './access/oidc.ts';
import type { OidcSettings } from './access/oidc-settings.ts';
import { TokenStore } from './access/token-store.ts';
import type { Log } from './observe/log.ts';
import { type NodeMetrics, nodeMetrics } from './observe/node-metrics.ts';
import { AddressGuard } from './webhooks/address-guard.ts';
import { deliver } from './webhooks/deliver.ts';
import { WebhookDispatcher } from './webhooks/dispatcher.ts';
import type { Deliver } from './webhooks/manage.ts';
import { WebhookStore } from './webhooks/webhook-store.ts';

/** `access` of node.json: whom the node lets in beside the holders of its tokens, and how much. */
export interface AccessSettings {
  readonly oidc?: readonly OidcSettings[];
  readonly certificates?: readonly CertificateSettings[];
  readonly limits?: Limits;
}

/** `webhooks` of node.json. */
export interface WebhookSettings {
  /** Ranges of addresses that receivers may have although they are not public, such as `10.1.0.0/16`. */
  readonly allow?: readonly string[];
}

export interface PartsOptions {
  readonly node: Node;
  readonly paths: {
    readonly access: string;
    readonly audit: string;
    readonly auditKey: string;
    readonly webhooks: string;
  };
  readonly access?: AccessSettings;
  readonly webhooks?: WebhookSettings;
  readonly log: Log;
  readonly version: string;
}

export interface NodeParts {
  readonly access: NodeAccess;
  readonly tokens: TokenStore;
  readonly auditLog: AuditLog;
  readonly metrics: NodeMetrics;
  readonly log: Log;
  readonly webhooks: WebhookParts;
  close(): Promise<void>;
}

interface WebhookParts {
  readonly store: WebhookStore;
  readonly guard: AddressGuard;
  readonly ledger: Node['ledger'];
  readonly deliver: Deliver;
}

const HEAD_EVERY_MS = 3_600_000;

/**
 * What stands around the API of a serving node: access, audit log, webhooks, metrics. Deliveries begin at once.
 * @throws {ChannelError} CONFIG_INVALID, AUDIT_CORRUPT, STORE_UNAVAILABLE
 */
export function openNodeParts({ node, paths, access = {}, webhooks = {}, log, version }: PartsOptions): NodeParts {
  const guard = new AddressGuard(webhooks.allow);
  const oidc = access.oidc === undefined ? undefined : new Oidc(access.oidc);
  const certificates = access.certificates === undefined ? undefined : new ClientCertificates(access.certificates);
  // Settings are checked before anything is opened: what runs here would keep a process that failed alive.
  limitsOf(access.limits);
  const auditLog = new AuditLog(paths.audit, paths.auditKey);
  const tokens = new TokenStore(paths.access);
  const store = new WebhookStore(paths.webhooks);
  const metrics = nodeMetrics({
    node,
    version,
    webhooks: () => {
      const endpoints = store.list();
      return { endpoints: endpoints.length, dead: endpoints.reduce((sum, { dead }) => sum + dead, 0) };
    },
    auditEntries: () => auditLog.head().number,
  });
  const send: Deliver = (url, secrets, message) => deliver(url, secrets, message, { guard });
  const dispatcher = new WebhookDispatcher({
    store,
    ledger: node.ledger,
    deliver: send,
    onAttempt: (endpoint, outcome) => {
      metrics.deliveries.add([outcome]);
      log.write(outcome === 'delivered' ? 'info' : 'warning', 'webhook', { endpoint, outcome });
    },
    onFault: () => log.write('error', 'fault', { outcome: 'webhooks' }),
  });
  // Whoever keeps the log keeps these, and with them can tell that the audit log was put back to an older state.
  const pin = (): void => log.write('info', 'audit', { auditHead: headText(auditLog.head()) });
  pin();
  const pins = setInterval(pin, HEAD_EVERY_MS);
  pins.unref();
  return {
    access: new NodeAccess({
      tokens,
      auditLog,
      ...(oidc === undefined ? {} : { oidc }),
      ...(certificates === undefined ? {} : { certificates }),
      ...(access.limits === undefined ? {} : { limits: access.limits }),
    }),
    tokens,
    auditLog,
    metrics,
    log,
    webhooks: { store, guard, ledger: node.ledger, deliver: send },
    close: async () => {
      clearInterval(pins);
      await dispatcher.close();
      pin();
      store.close();
      tokens.close();
      auditLog.close();
    },
  };
}
