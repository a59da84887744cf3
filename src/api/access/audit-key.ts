import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, linkSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { ChannelError } from '../../emissions/index.ts';

export interface AuditKey {
  readonly key: Buffer;
  /** The log is only beginning: it may have no head yet. */
  readonly beginning: boolean;
  /** Says that the log has its head: from now on key and log belong together. */
  begun(): void;
}

/**
 * The key of a log. Key and log belong together, one without the other means that somebody took it away. So that a crash in the
 * beginning does not look like that, a new key waits under another name until the log has its head.
 * @throws {ChannelError} AUDIT_CORRUPT
 */
export function auditKey(path: string, logPath: string): AuditKey {
  const pending = `${path}.new`;
  for (;;) {
    // The key is looked for before the log: another process that begins makes the log first.
    const key = whole(path);
    if (key !== undefined) {
      // Made by a process that saw neither key nor log, just before another gave the log its head.
      rmSync(pending, { force: true });
      if (existsSync(logPath)) return { key, beginning: false, begun: () => undefined };
      throw new ChannelError('AUDIT_CORRUPT', 'the audit log is gone, its key is there', {
        where: 'audit.db',
        fix: 'Restore audit.db. To begin a new log knowingly, move keys/audit.key away too.',
      });
    }
    const waiting = whole(pending);
    if (waiting !== undefined) return { key: waiting, beginning: true, begun: () => takeName(pending, path) };
    if (!existsSync(logPath)) placeKey(pending);
    else if (!existsSync(path) && !existsSync(pending))
      throw new ChannelError('AUDIT_CORRUPT', 'the key of the audit log is gone', {
        where: path,
        fix: 'Put keys/audit.key back from where you keep the keys. To begin a new log knowingly, move audit.db away.',
      });
  }
}

function whole(path: string): Buffer | undefined {
  if (!existsSync(path)) return undefined;
  let key: Buffer;
  try {
    key = readFileSync(path);
  } catch (error) {
    // Another process gave it its name meanwhile.
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
  if (key.length === 32) return key;
  throw new ChannelError('AUDIT_CORRUPT', `the key ${path} has ${key.length} bytes, 32 are needed`, {
    where: 'audit.db',
  });
}

/** Puts a new key there whole, unless another process was first. */
function placeKey(path: string): void {
  const draft = `${path}.${randomBytes(4).toString('hex')}`;
  try {
    const file = openSync(draft, 'wx', 0o600);
    try {
      writeSync(file, randomBytes(32));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    linkSync(draft, path);
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  syncFolder(path);
}

/** Never over a key that is there: that one belongs to the log. */
function takeName(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    const done = isCode(error, 'EEXIST') || (isCode(error, 'ENOENT') && existsSync(to));
    if (!done) throw error;
  }
  rmSync(from, { force: true });
  syncFolder(to);
}

function syncFolder(path: string): void {
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function isCode(error: unknown, code: string): boolean {
  return (error as NodeJS.ErrnoException).code === code;
}
