import { ChannelError } from '../../emissions/index.ts';
import type { AuditHead } from './audit-log.ts';

/**
 * A head as it is written down: `NUMBER:SEAL`.
 * @throws {ChannelError} OPTION_INVALID
 */
export function parseHead(text: string): AuditHead {
  const [, number, seal] = /^([0-9]{1,15}):([0-9a-f]{64})$/.exec(text) ?? [];
  if (number === undefined || seal === undefined)
    throw new ChannelError('OPTION_INVALID', 'the head is not NUMBER:SEAL', {
      where: 'head',
      fix: 'Give it as uec audit list prints it.',
    });
  return { number: Number(number), seal };
}

export function headText({ number, seal }: AuditHead): string {
  return `${number}:${seal}`;
}
