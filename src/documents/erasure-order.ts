import { ChannelError } from '../emissions/index.ts';

/** Who asked for an erasure and why. Both stay for ever, so neither names a person. */
export interface ErasureOrder {
  /** The owner's own reference to the request or decision, such as a case number; 1 to 100 characters. */
  readonly order: string;
  /** Reason code in lower case with dashes, such as `data-subject-request` or `retention-ended`. */
  readonly reason: string;
}

/** @throws {ChannelError} FIELD_INVALID when the order has another shape */
export function checkOrder({ order, reason }: ErasureOrder): void {
  if (!/^[\x20-\x7e]{1,100}$/.test(order) || order.trim() === '') {
    const fix = 'Give the reference of the request, 1 to 100 plain characters, without names.';
    throw new ChannelError('FIELD_INVALID', 'an erasure needs the reference of its order', { where: 'order', fix });
  }
  checkReason(reason);
}

/** @throws {ChannelError} FIELD_INVALID when the text is not a reason code */
export function checkReason(reason: string): void {
  if (!/^[a-z][a-z0-9-]{0,49}$/.test(reason)) {
    const fix = 'Give a reason code in lower case with dashes, such as retention-ended.';
    throw new ChannelError('FIELD_INVALID', 'the reason is not a code', { where: 'reason', fix });
  }
}
