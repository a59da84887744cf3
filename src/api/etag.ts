import { sha256 } from '../emissions/index.ts';
import { apiVersion } from './version.ts';

/** Entity tag of an answer that follows from the ledger alone: its height, the question, and the software that answers. */
export function ledgerTag(height: number, question: string): string {
  return `W/"${height}-${sha256(`${apiVersion} ${question}`).slice(0, 20)}"`;
}

export function contentTag(body: string): string {
  return `"${sha256(body).slice(0, 40)}"`;
}

/** Whether If-Match names the tag; strongly compared (RFC 9110, section 13.1.1): a weak tag is never matched. */
export function isNamed(header: string, tag: string): boolean {
  if (tag.startsWith('W/')) return false;
  return header.trim() === '*' || header.split(',').some((one) => one.trim() === tag);
}

/** Whether If-None-Match names the tag; weakly compared, as RFC 9110, section 13.1.2, says. */
export function isKnown(header: string | null, tag: string): boolean {
  if (header === null) return false;
  const plain = (text: string) => text.trim().replace(/^W\//, '');
  return header.trim() === '*' || header.split(',').some((one) => plain(one) === plain(tag));
}
