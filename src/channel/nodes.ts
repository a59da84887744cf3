import { ChannelError, isPublicKey, parseSpan } from '../emissions/index.ts';
import type { LedgerContext } from './context.ts';
import { stateKeys } from './keys.ts';
import { date, invalid, object, type Shape, text } from './shape.ts';
import { write } from './state.ts';

/** Where a member's node is reached and with which keys; written by that member alone. */
export interface NodeAnnouncement {
  readonly endpoint: string;
  /** Ed25519 or P-256, SPKI base64. */
  readonly signingKey: string;
  /** age X25519 recipient. */
  readonly recipientKey: string;
  readonly validFrom: string;
  readonly validTo: string;
}

export const announceShape: Shape = object({
  endpoint: text(/^https:\/\/[A-Za-z0-9.-]{1,200}(:[0-9]{1,5})?(\/[A-Za-z0-9._~/-]{0,200})?$/, 'an https address'),
  recipientKey: text(/^age1[02-9ac-hj-np-z]{58}$/, 'an age X25519 recipient'),
  signingKey: (value, path) => {
    text(/^[A-Za-z0-9+/=]{1,400}$/, 'a public key (SPKI, base64)')(value, path);
    if (!isPublicKey(value as string)) throw invalid(path, 'is no Ed25519 or P-256 public key');
  },
  validFrom: date,
  validTo: date,
});

export async function announceNode(context: LedgerContext, announcement: NodeAnnouncement): Promise<unknown> {
  const span = parseSpan(announcement.validFrom, announcement.validTo);
  const today = context.timestamp.slice(0, 10);
  if (announcement.validTo <= today)
    throw new ChannelError('PERIOD_INVALID', `the announcement ended on ${announcement.validTo}`, { where: 'validTo' });
  write(context, stateKeys.node(context.caller.member), { ...announcement, member: context.caller.member });
  return { days: span.end - span.start, member: context.caller.member };
}
