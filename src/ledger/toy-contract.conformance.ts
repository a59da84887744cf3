import type { Contract, LedgerContext, QueryContext } from '../channel/index.ts';
import { ChannelError, canonical, type Json, parseCanonical } from '../emissions/index.ts';

/** One step of the toy transaction `steps`; the answer lists what each reading step saw. */
export type Step =
  | readonly ['get', string]
  | readonly ['getMany', readonly string[]]
  | readonly ['range', string, string]
  | readonly ['put', string, string]
  | readonly ['delete', string]
  /** Reads a JSON list, adds an item, writes it back. */
  | readonly ['append', string, string]
  | readonly ['emit', string, string]
  | readonly ['caller']
  | readonly ['refuse']
  | readonly ['fail']
  | readonly ['collection'];

/**
 * A contract that does what its arguments say, so that the conformance suite can drive every capability of a ledger. A
 * ledger under test is made with it, its genesis being `steps` with an empty list.
 */
export const toyContract: Contract = {
  async run(context, name, args) {
    if (name !== 'steps') throw new ChannelError('TRANSACTION_UNKNOWN', `there is no transaction ${name}`);
    const seen: Json[] = [];
    for (const step of parseCanonical(args) as Step[]) {
      const saw = await runStep(context, step);
      if (saw !== undefined) seen.push(saw);
    }
    return canonical(seen);
  },
  async query(context, name, args) {
    if (name !== 'steps') throw new ChannelError('TRANSACTION_UNKNOWN', `there is no query ${name}`);
    const seen: Json[] = [];
    for (const step of parseCanonical(args) as Step[]) seen.push((await readStep(context, step)) ?? null);
    return canonical(seen);
  },
};

/** The steps as a ledger takes them. */
export function steps(...list: readonly Step[]): string {
  return canonical(list);
}

async function runStep(context: LedgerContext, step: Step): Promise<Json | undefined> {
  switch (step[0]) {
    case 'put':
      context.put(step[1], step[2]);
      return undefined;
    case 'delete':
      context.delete(step[1]);
      return undefined;
    case 'append': {
      const list = JSON.parse((await context.get(step[1])) ?? '[]') as Json[];
      context.put(step[1], canonical([...list, step[2]]));
      return undefined;
    }
    case 'emit':
      context.emit(step[1], step[2]);
      return undefined;
    case 'caller': {
      const { channel, caller, timestamp, transactionId } = context;
      return { channel, keyId: caller.keyId, member: caller.member, timestamp, transactionId };
    }
    case 'refuse':
      throw new ChannelError('NOT_ALLOWED', 'the toy contract was told to refuse', { recordId: 'r1', index: 3 });
    case 'fail':
      throw new TypeError('the toy contract was told to fail');
    case 'collection':
      context.collections.put('c', 'k');
      return undefined;
    default:
      return readStep(context, step);
  }
}

async function readStep(context: QueryContext, step: Step): Promise<Json | undefined> {
  switch (step[0]) {
    case 'get':
      return (await context.get(step[1])) ?? null;
    case 'getMany':
      return (await context.getMany(step[1])).map((value) => value ?? null);
    case 'range': {
      const found: Json[] = [];
      for await (const { key, value } of context.range(step[1], step[2])) found.push([key, value]);
      return found;
    }
    default:
      return undefined;
  }
}
