import type { CheckedPage, Contract } from '../../channel/index.ts';
import { ChannelError } from '../../emissions/index.ts';
import type { Submission } from './envelope.ts';
import type { Outcome } from './outcome.ts';
import type { StateView } from './overlay.ts';
import { TransactionContext } from './transaction-context.ts';

/**
 * What a submission does to a state, by the channel's rules; changes nothing.
 * @throws {ChannelError} the rule's code with the transaction's id; INTERNAL for a fault of the rules' code
 */
export async function runContract(
  contract: Contract,
  submission: Submission,
  state: StateView,
  checked?: CheckedPage,
): Promise<Outcome> {
  const context = new TransactionContext(submission, state);
  try {
    return context.end(await contract.run(context, submission.header.name, submission.args, checked));
  } catch (error) {
    throw contractError(error, submission.header.name, submission.id);
  }
}

/** What a contract threw, as a `ChannelError`. */
export function contractError(error: unknown, name: string, transactionId?: string): ChannelError {
  const ids = transactionId === undefined ? {} : { transactionId };
  if (error instanceof ChannelError) {
    return new ChannelError(error.code, error.message, { ...ids, ...error.details });
  }
  return new ChannelError('INTERNAL', `${name} failed: ${(error as Error)?.message ?? 'unknown'}`, {
    ...ids,
    cause: error,
  });
}
