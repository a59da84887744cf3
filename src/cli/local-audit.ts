import { type AuditFiles, AuditLog, type Principal } from '../api/access/index.ts';
import { asChannelError, type UseCaseName } from '../node/index.ts';
import { nodePaths } from './config.ts';

/** Whoever works on the folder itself: the user account that owns it. */
const localPrincipal: Principal = { id: 'local', role: 'admin', kind: 'local' };

/** Use cases that only read; they leave no entry, so that the others are found. */
const READS: ReadonlySet<UseCaseName> = new Set<UseCaseName>([
  'status',
  'inventory',
  'inventoryTable',
  'sites',
  'records',
  'imports',
  'showImport',
  'show',
  'verify',
  'fsck',
  'exportBundle',
  'exportUpload',
  'channelTrust',
  'documents',
  'verifyDocuments',
  'releases',
  'findFactors',
  'verifyFactors',
  'members',
  'meters',
  'policy',
]);

/**
 * Does something on a node's folder and appends it to the folder's audit log. The log is opened first: where it is damaged,
 * nothing is done.
 * @throws {ChannelError} AUDIT_CORRUPT, and what `work` throws
 */
export async function audited<T>(
  folder: string,
  operation: string,
  work: () => T | Promise<T>,
  targetOf: (result: T) => string | undefined = () => undefined,
): Promise<T> {
  const log = openAudit(folder);
  try {
    const result = await work();
    const target = targetOf(result);
    await log.append({
      principal: localPrincipal,
      operation,
      status: 200,
      ...(target === undefined ? {} : { target }),
    });
    return result;
  } catch (error) {
    await log.append({ principal: localPrincipal, operation, status: 400, code: asChannelError(error).code });
    throw error;
  } finally {
    log.close();
  }
}

/** As `audited`, for a use case; one that only reads runs as it is. */
export function auditedCall<T>(folder: string, name: UseCaseName, work: () => Promise<T>): Promise<T> {
  return READS.has(name) ? work() : audited(folder, `command.${name}`, work);
}

export function openAudit(folder: string): AuditLog {
  const { path, keyPath } = auditFiles(folder);
  return new AuditLog(path, keyPath);
}

export function auditFiles(folder: string): AuditFiles {
  const { audit, auditKey } = nodePaths(folder);
  return { path: audit, keyPath: auditKey };
}
