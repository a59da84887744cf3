import { ChannelError } from '../../emissions/index.ts';

export const BY_HAND =
  'Write its lines into the plain CSV layout of docs/bills.md, and record that with the PDF as --document.';

export function tooLarge(found: string): ChannelError {
  return new ChannelError('FILE_TOO_LARGE', `the PDF is larger than a bill: ${found}`, {
    fix: `Print the pages of the bill into a PDF of their own. ${BY_HAND}`,
  });
}
