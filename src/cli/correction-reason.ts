import { type CorrectionReason, correctionReasons } from '../channel/index.ts';
import { oneOf } from './calculate.ts';

/** @throws {ChannelError} OPTION_INVALID listing the reasons there are */
export function reasonOf(text: string): CorrectionReason {
  return oneOf(text, correctionReasons, '--reason') as CorrectionReason;
}
