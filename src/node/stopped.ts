import { ChannelError } from '../emissions/index.ts';

/** @throws {ChannelError} CANCELLED when whoever asked does not wait any more */
export function demandGoingOn(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new ChannelError('CANCELLED', 'it was stopped on request before its end');
}
