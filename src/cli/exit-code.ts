import type { ChannelError, ErrorKind } from '../emissions/index.ts';

/** What the command ends with; documented in docs/errors.md. */
export const exitCodes = { ok: 0, internal: 1, input: 2, refused: 3, absent: 4, integrity: 5, unavailable: 6 } as const;

const byKind: Readonly<Record<ErrorKind, number>> = {
  input: exitCodes.input,
  refused: exitCodes.refused,
  conflict: exitCodes.refused,
  absent: exitCodes.absent,
  integrity: exitCodes.integrity,
  unavailable: exitCodes.unavailable,
  internal: exitCodes.internal,
};

export function exitCodeOf(error: ChannelError): number {
  return byKind[error.kind];
}
