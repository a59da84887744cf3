import { randomBytes } from 'node:crypto';
import { open, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Node } from '../../node/index.ts';

export interface Readiness {
  readonly ready: boolean;
  /** `ok`, or in a word what is wrong; nothing of paths, members or figures, because the question needs no token. */
  readonly checks: {
    readonly ledger: 'ok' | 'unreachable';
    readonly readModel: 'ok' | 'behind' | 'unknown';
    readonly disk: 'ok' | 'full' | 'unwritable';
  };
}

export interface ReadinessOptions {
  /** Blocks that the read model may be behind. It catches up at each question, so a few mean nothing. */
  readonly lag?: number;
  /** Bytes that must be free. */
  readonly free?: number;
  /** Milliseconds that an answer is given again, so that questions cost nothing. */
  readonly keep?: number;
  /** Milliseconds that the ledger may take. */
  readonly timeout?: number;
}

/** Whether the node can do its work now: the ledger answers, the read model follows it, and the disk takes writes. */
export function readinessOf(
  node: Pick<Node, 'ledger' | 'inventory' | 'folder'>,
  { lag = 1000, free = 64 * 2 ** 20, keep = 2_000, timeout = 3_000 }: ReadinessOptions = {},
): () => Promise<Readiness> {
  let last: { readonly at: number; readonly answer: Promise<Readiness> } | undefined;
  const ask = async (): Promise<Readiness> => {
    const [height, disk] = await Promise.all([heightWithin(node, timeout), diskOf(node.folder, free)]);
    const checks = {
      ledger: height === undefined ? 'unreachable' : 'ok',
      readModel: height === undefined ? 'unknown' : height - node.inventory.height > lag ? 'behind' : 'ok',
      disk,
    } as const;
    return { ready: Object.values(checks).every((check) => check === 'ok'), checks };
  };
  return () => {
    const now = performance.now();
    if (last === undefined || now - last.at > keep) last = { at: now, answer: ask() };
    return last.answer;
  };
}

async function heightWithin({ ledger }: Pick<Node, 'ledger'>, timeout: number): Promise<number | undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), timeout);
  try {
    return await Promise.race([ledger.height(), promise]);
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}

async function diskOf(folder: string, free: number): Promise<Readiness['checks']['disk']> {
  const probe = join(folder, `.ready-${randomBytes(4).toString('hex')}`);
  try {
    const { bavail, bsize } = await statfs(folder);
    if (bavail * bsize < free) return 'full';
    const file = await open(probe, 'wx', 0o600);
    await file.writeFile('ready').finally(() => file.close());
    return 'ok';
  } catch {
    return 'unwritable';
  } finally {
    await rm(probe, { force: true }).catch(() => undefined);
  }
}
