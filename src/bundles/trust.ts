import { ChannelError } from '../emissions/index.ts';

/**
 * Where trust begins: what somebody who checks a bundle knows of the channel by another way than the bundle. The genesis block's
 * hash names the channel; the hash of a later block tells its one chain from another made up from the same beginning.
 */
export interface Trust {
  readonly schema: 'uec-trust/1';
  readonly channel: string;
  /** Hash of the genesis block, lower-case hex. */
  readonly genesis: string;
  readonly head?: { readonly height: number; readonly hash: string };
}

const HEX_64 = /^[0-9a-f]{64}$/;

/** @throws {ChannelError} FILE_MALFORMED when it is no trust file */
export function parseTrust(text: string): Trust {
  let value: Partial<Trust>;
  try {
    value = Object(JSON.parse(text));
  } catch (cause) {
    throw malformed('it is not JSON', cause);
  }
  const { schema, channel, genesis, head, ...rest } = value;
  if (schema !== 'uec-trust/1') throw malformed('it is not of version uec-trust/1');
  if (typeof channel !== 'string') throw malformed('channel');
  if (typeof genesis !== 'string' || !HEX_64.test(genesis)) throw malformed('genesis');
  if (Object.keys(rest).length > 0) throw malformed(`field '${(Object.keys(rest)[0] as string).slice(0, 40)}'`);
  if (head === undefined) return { schema, channel, genesis };
  const holds = Number.isSafeInteger(head?.height) && head.height >= 0 && HEX_64.test(String(head.hash));
  if (!holds) throw malformed('head');
  return { schema, channel, genesis, head: { height: head.height, hash: head.hash } };
}

function malformed(what: string, cause?: unknown): ChannelError {
  return new ChannelError('FILE_MALFORMED', `the trust file cannot be read: ${what}`, {
    where: '--trust',
    fix: 'Take the file that uec bundle trust printed at a node you trust.',
    ...(cause === undefined ? {} : { cause }),
  });
}
