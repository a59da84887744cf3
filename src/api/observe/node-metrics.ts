import type { Node } from '../../node/index.ts';
import { type Counter, type Histogram, Metrics } from './metrics.ts';

/** What the node counts of its API and its webhooks; the rest is asked for at each scrape. */
export interface NodeMetrics {
  readonly metrics: Metrics;
  /** By operation and status. */
  readonly requests: Counter;
  /** Seconds, by operation. */
  readonly seconds: Histogram;
  /** By error code. */
  readonly refusals: Counter;
  /** By outcome. */
  readonly deliveries: Counter;
}

// From a page out of the cache to a large import.
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

export interface MetricSources {
  readonly node: Pick<Node, 'ledger' | 'inventory'>;
  readonly version: string;
  /** Deliveries that wait or were given up, and endpoints. */
  readonly webhooks?: () => { readonly endpoints: number; readonly dead: number };
  /** Number of the last entry. */
  readonly auditEntries?: () => number;
}

export function nodeMetrics({ node, version, webhooks, auditEntries }: MetricSources): NodeMetrics {
  const metrics = new Metrics();
  metrics.info('uec_build_info', 'Version of the software.', { version, node: process.version });
  const requests = metrics.counter('uec_http_requests_total', 'Requests answered.', ['operation', 'status']);
  const seconds = metrics.histogram('uec_http_request_duration_seconds', 'Time to the answer.', ['operation'], SECONDS);
  const refusals = metrics.counter('uec_http_errors_total', 'Requests answered with an error, by its code.', ['code']);
  const deliveries = metrics.counter('uec_webhook_attempts_total', 'Attempts to deliver an event.', ['outcome']);
  metrics.gauge('uec_ledger_height', 'Blocks on the ledger.', () => node.ledger.height());
  metrics.gauge('uec_read_model_height', 'Blocks that the read model has taken in.', () => node.inventory.height);
  if (webhooks !== undefined) {
    metrics.gauge('uec_webhook_endpoints', 'Receivers of events.', () => webhooks().endpoints);
    metrics.gauge('uec_webhook_dead', 'Events given up on.', () => webhooks().dead);
  }
  if (auditEntries !== undefined) metrics.total('uec_audit_entries_total', 'Entries of the audit log.', auditEntries);
  processMetrics(metrics);
  return { metrics, requests, seconds, refusals, deliveries };
}

/** What Prometheus' client libraries tell of every process, by the same names. */
function processMetrics(metrics: Metrics): void {
  const started = Date.now() / 1000 - process.uptime();
  metrics.total('process_cpu_seconds_total', 'Processor time used.', () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
  metrics.gauge('process_resident_memory_bytes', 'Memory in use.', () => process.memoryUsage.rss());
  metrics.gauge('process_start_time_seconds', 'When the process started, Unix time.', () => started);
  metrics.gauge('nodejs_heap_size_used_bytes', "JavaScript's memory in use.", () => process.memoryUsage().heapUsed);
}
