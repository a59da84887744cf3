import { ChannelError, canonical, type ErrorReport } from '../../../emissions/index.ts';

/**
 * The peer's gateway sends a refusal to the client in HTTP/2 trailers, once an endorser, where Node takes 64 KiB in all.
 */
const MOST_BYTES = 12_000;

/** What a contract threw, as a `ChannelError` with the transaction's id. */
export function refusalOf(error: unknown, name: string, transactionId: string): ChannelError {
  if (error instanceof ChannelError) {
    return new ChannelError(error.code, error.message, { transactionId, ...error.details });
  }
  return new ChannelError('INTERNAL', `${name} failed: ${(error as Error)?.message ?? 'unknown'}`, {
    transactionId,
    cause: error,
  });
}

/** The refusal as the peer passes it on: canonical JSON of its report; problems that do not fit are left out from the end. */
export function refusalText(error: ChannelError): string {
  const { problems, ...head } = wellFormed(error.report());
  if (problems === undefined) return canonical(head);
  const fitting: ErrorReport[] = [];
  let size = Buffer.byteLength(canonical({ ...head, problems: [] }));
  for (const problem of problems) {
    size += Buffer.byteLength(canonical(problem)) + 1;
    if (size > MOST_BYTES) break;
    fitting.push(problem);
  }
  return canonical({ ...head, problems: fitting });
}

// Half a surrogate pair, as cutting a text may leave, has no UTF-8 form.
function wellFormed(report: ErrorReport): ErrorReport {
  return JSON.parse(JSON.stringify(report), (_key, value: unknown) =>
    typeof value === 'string' ? value.toWellFormed() : value,
  ) as ErrorReport;
}
