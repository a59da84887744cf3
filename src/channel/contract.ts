import { ChannelError, canonical, sha256 } from '../emissions/index.ts';
import type { CheckedPage } from './checked-page.ts';
import type { Contract, LedgerContext } from './context.ts';
import { correctRecord, correctShape, voidRecords, voidShape } from './corrections.ts';
import {
  answerRequest,
  answerShape,
  attachDocument,
  attachShape,
  documentErased,
  documentLost,
  erasedShape,
  giveVerdict,
  lostShape,
  requestDocument,
  requestShape,
  verdictShape,
} from './documents.ts';
import { stateKeys } from './keys.ts';
import {
  admitMember,
  admitShape,
  callingMember,
  createChannel,
  createShape,
  demandRole,
  grantRoles,
  grantShape,
  type Member,
  type Role,
  suspendMember,
  suspendShape,
} from './members.ts';
import { announceNode, announceShape } from './nodes.ts';
import { parseJson, parsePage } from './page.ts';
import { pageCheck, stillHolds } from './page-check.ts';
import { readPage } from './page-reading.ts';
import { policyShape, setPolicy } from './policies.ts';
import { runQuery } from './queries.ts';
import { publishRelease, publishShape, withdrawRelease, withdrawShape } from './releases.ts';
import type { Shape } from './shape.ts';
import { read, write } from './state.ts';
import { submitChecked, submitPage } from './submission.ts';

interface Transaction {
  /** Role needed; `undefined` where any member in good standing may, and the rule itself asks whose it is. */
  readonly role: Role | undefined;
  readonly shape: Shape;
  // Arguments have passed `shape`, so each handler names its own type for them.
  readonly handle: (context: LedgerContext, args: never) => Promise<unknown>;
}

const transactions: Readonly<Record<string, Transaction>> = {
  'members.admit': { role: 'steward', shape: admitShape, handle: admitMember },
  'members.grant': { role: 'steward', shape: grantShape, handle: grantRoles },
  'members.suspend': { role: 'steward', shape: suspendShape, handle: suspendMember },
  'policy.set': { role: 'steward', shape: policyShape, handle: setPolicy },
  'nodes.announce': { role: undefined, shape: announceShape, handle: announceNode },
  'factors.publish': { role: 'factor-publisher', shape: publishShape, handle: publishRelease },
  'factors.withdraw': { role: 'factor-publisher', shape: withdrawShape, handle: withdrawRelease },
  'records.correct': { role: 'reporter', shape: correctShape, handle: correctRecord },
  'records.void': { role: 'reporter', shape: voidShape, handle: voidRecords },
  'documents.attach': { role: 'reporter', shape: attachShape, handle: attachDocument },
  'documents.request': { role: 'auditor', shape: requestShape, handle: requestDocument },
  'documents.answer': { role: undefined, shape: answerShape, handle: answerRequest },
  'documents.verdict': { role: 'auditor', shape: verdictShape, handle: giveVerdict },
  'documents.erased': { role: undefined, shape: erasedShape, handle: documentErased },
  'documents.lost': { role: undefined, shape: lostShape, handle: documentLost },
};

/** Names that a later version of the rules will give a meaning; nothing else may take them. */
const reserved: readonly string[] = ['instruments.claim', 'assurance.state'];

/** Every transaction of the channel, in alphabetical order. */
export const transactionNames: readonly string[] = [
  ...Object.keys(transactions),
  'channel.create',
  'records.submit',
].sort();

/** The channel's rules: the same code on the embedded ledger and on Fabric. */
export const channelContract: Contract = { run: runTransaction, query: runQuery, ahead: pageCheck };

async function runTransaction(
  context: LedgerContext,
  name: string,
  args: string,
  ahead?: CheckedPage,
): Promise<string> {
  if (name === 'channel.create') return canonical(await createChannel(context, checked(args, createShape) as never));
  const member = await callingMember(context);
  context.endorsers.demand(member.id);
  if (name === 'records.submit') return runSubmit(context, member, args, ahead);
  const transaction = Object.hasOwn(transactions, name) ? transactions[name] : undefined;
  if (transaction === undefined) throw unknown(name);
  if (transaction.role !== undefined) demandRole(member, transaction.role, name);
  const value = checked(args, transaction.shape);
  const { key } = value as { key?: string };
  if (key === undefined) return canonical(await transaction.handle(context, value as never));
  return once(context, name, sha256(args), key, () => transaction.handle(context, value as never));
}

async function runSubmit(
  context: LedgerContext,
  member: Member,
  args: string,
  ahead: CheckedPage | undefined,
): Promise<string> {
  demandRole(member, 'reporter', 'records.submit');
  const checked = ahead !== undefined && (await stillHolds(ahead, context)) ? ahead : await readPage(args, context);
  if (checked !== undefined)
    return once(context, 'records.submit', checked.digest, checked.key, () => submitChecked(context, checked));
  const parsed = parsePage(args);
  return once(context, 'records.submit', sha256(args), parsed.page.key, () => submitPage(context, parsed));
}

interface Submission {
  readonly name: string;
  readonly args: string;
  readonly result: unknown;
}

/** The same submission under the same idempotency key is answered with the first result and changes nothing. */
async function once(
  context: LedgerContext,
  name: string,
  digest: string,
  key: string,
  handle: () => Promise<unknown>,
): Promise<string> {
  const stateKey = stateKeys.submission(context.caller.member, key);
  const first = await read<Submission>(context, stateKey);
  if (first !== undefined) {
    if (first.name === name && first.args === digest) return canonical(first.result);
    throw new ChannelError('ARGUMENTS_INVALID', `the key '${key}' was used for another submission`, {
      where: 'key',
      fix: 'Choose a new key for a new submission.',
    });
  }
  const result = await handle();
  write(context, stateKey, { args: digest, name, result });
  return canonical(result);
}

function checked(args: string, shape: Shape): unknown {
  const value = parseJson(args);
  shape(value, 'arguments');
  if (JSON.stringify(value) !== args) throw new ChannelError('NOT_CANONICAL', 'the arguments are not canonical JSON');
  return value;
}

function unknown(name: string): ChannelError {
  const later = reserved.includes(name) ? '; the name is reserved' : '';
  return new ChannelError('TRANSACTION_UNKNOWN', `there is no transaction '${name.slice(0, 60)}'${later}`);
}
