// Readers of a parsed file: each gives its value in its own type, or names the field that is not of it.
import { ChannelError } from '../emissions/index.ts';

export function fields(value: unknown, path: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(path, 'it is not an object');
  return value as Record<string, unknown>;
}

export function text(value: unknown, path: string): string {
  if (typeof value !== 'string') throw invalid(path, 'it is not a text');
  return value;
}

export function hash(value: unknown, path: string): string {
  if (typeof value !== 'string' || !/^[0-9a-f]{64}$/.test(value)) throw invalid(path, 'it is not 64 hex digits');
  return value;
}

/** Base64 as its own decoder writes it, so that one content has one text. */
export function base64(value: unknown, path: string): string {
  const given = text(value, path);
  if (Buffer.from(given, 'base64').toString('base64') !== given) throw invalid(path, 'it is not base64');
  return given;
}

export function count(value: unknown, path: string): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw invalid(path, 'it is not a whole number');
  return value as number;
}

export function list<T>(value: unknown, path: string, read: (entry: unknown, path: string) => T): T[] {
  if (!Array.isArray(value)) throw invalid(path, 'it is not a list');
  return value.map((entry, at) => read(entry, `${path}[${at}]`));
}

export function invalid(where: string, fault: string, cause?: unknown): ChannelError {
  return new ChannelError('EVIDENCE_INVALID', `the bundle's ${where}: ${fault}`, { where, cause });
}
