import type { AnyOperation } from '../operation.ts';
import { accessOperations } from './access.ts';
import { channelOperations } from './channel.ts';
import { checkOperations } from './checks.ts';
import { documentOperations } from './documents.ts';
import { factorOperations } from './factors.ts';
import { importHistoryOperations } from './import-history.ts';
import { importBills } from './imports.ts';
import { jobOperations } from './jobs.ts';
import { proposeBill } from './proposals.ts';
import { recordOperations } from './records.ts';
import { referenceOperations } from './reference.ts';

export { rootOperations } from './root.ts';

import { streamRecords } from './stream-records.ts';
import { uploadOperations } from './uploads.ts';
import { webhookOperations } from './webhooks.ts';

const table = {
  ...recordOperations,
  streamRecords,
  importBills,
  proposeBill,
  ...importHistoryOperations,
  ...uploadOperations,
  ...documentOperations,
  ...factorOperations,
  ...channelOperations,
  ...checkOperations,
  ...jobOperations,
  ...accessOperations,
  ...webhookOperations,
  ...referenceOperations,
} as const;

/** Every operation by its id. */
export type Operations = typeof table;

/** Every operation below /api/v1. */
export const operations: readonly AnyOperation[] = Object.values(table);
