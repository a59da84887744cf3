import { ChannelError, hmacSha256 } from '../emissions/index.ts';

/**
 * The meter pseudonym P = HMAC-SHA256(kMeter, "UEC/acct/v1" || 0x00 || utility || "|" || number), 64 lower-case hex digits,
 * over the normalised text of `meterText`.
 * @throws {ChannelError} COMMITMENT_INVALID when kMeter is not 32 bytes; FIELD_INVALID when a part is blank
 */
export function pseudonym(kMeter: Uint8Array, utility: string, number: string): string {
  return hmacSha256(kMeter, 'UEC/acct/v1\0', meterText(utility, number));
}

/**
 * The text `utility|number` that names a meter, so that one meter written in two ways has one pseudonym.
 * Both parts are put in Unicode form NFC. Utility: trimmed, inner white space to one space, lower case. Number: all white
 * space removed, upper case; dashes, dots and leading zeros stay, for they can tell two meters apart.
 * In the utility `%` becomes `%25` and `|` becomes `%7C`, so that the first `|` always divides the two and no two pairs
 * share a text.
 * @throws {ChannelError} FIELD_INVALID when a part is blank
 */
export function meterText(utility: string, number: string): string {
  const name = utility.normalize('NFC').trim().replace(/\s+/gu, ' ').toLowerCase();
  const digits = number.normalize('NFC').replace(/\s+/gu, '').toUpperCase();
  if (name === '') throw new ChannelError('FIELD_INVALID', 'the utility of a meter is blank', { where: 'utility' });
  if (digits === '') throw new ChannelError('FIELD_INVALID', 'the number of a meter is blank', { where: 'number' });
  return `${name.replaceAll('%', '%25').replaceAll('|', '%7C')}|${digits}`;
}
