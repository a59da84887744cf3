import { z } from 'zod';
import { sha256 } from '../../emissions/index.ts';
import { type PageOutcome, recordLines } from '../../node/index.ts';
import { billLines } from '../ndjson/rows.ts';
import { operation } from '../operation.ts';
import { reportOf } from '../problem.ts';
import * as c from '../schemas/common.ts';
import { newUploadId } from '../uploads/spool.ts';

const NDJSON = 'application/x-ndjson';

export const streamRecords = operation(
  {
    ...{ id: 'streamRecords', method: 'POST', path: '/records', tag: 'Records', role: 'operator' },
    summary: 'Record bill lines in bulk, one JSON object a line',
    detail:
      'Each line of the body is one line of a bill (schema BillRow): the node chooses factors, computes and records it. Lines are recorded in pages of 500, each whole or not at all, and answered a line a page while the body still comes. With an Idempotency-Key the same body can be sent again: pages that stand are answered as before.',
    query: z.strictObject({ gwp: c.gwpChoice.optional() }),
    raw: { types: [NDJSON], streamed: true, description: 'One BillRow a line.' },
    produces: [NDJSON],
  },
  async ({ api, query, stream, request, principal, signal, audit }) => {
    const key = request.headers.get('Idempotency-Key');
    const importId = key === null ? newUploadId() : sha256(`${principal.id}\0${key}`).slice(0, 32);
    const rows = billLines(stream as NonNullable<typeof stream>);
    const pages = recordLines(api.node, rows, {
      importId,
      gwp: query.gwp ?? 'publisher',
      turn: (work) => api.turn.take(work),
      signal,
    });
    // The audit log has the start, as of every request, and under the same target how it ended.
    audit.target = importId;
    const onEnd = (outcome: StreamEnd, counts: StreamCounts) =>
      api.access.audit({ principal, operation: 'streamRecords', target: importId, status: 200, outcome, counts });
    return new Response(linesOf(pages, onEnd), { headers: { 'Content-Type': NDJSON } });
  },
);

type StreamEnd = 'done' | 'failed' | 'cancelled';
/** Pages that were recorded, their records, and pages that were refused. */
type StreamCounts = Record<'pages' | 'recorded' | 'refused', number>;

/** An answer a page, made when the connection has room for it: a caller that does not read is not read from either. */
function linesOf(
  pages: AsyncGenerator<PageOutcome>,
  onEnd: (outcome: StreamEnd, counts: StreamCounts) => Promise<void>,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const counts: StreamCounts = { pages: 0, recorded: 0, refused: 0 };
  const line = (value: object) => encoder.encode(`${JSON.stringify(value)}\n`);
  return new ReadableStream({
    async pull(controller) {
      // The status is said already: what ends the stream is its last line.
      try {
        const { done, value } = await pages.next();
        if (done !== true) {
          count(counts, value);
          controller.enqueue(line(value));
          return;
        }
        await onEnd('done', counts);
      } catch (error) {
        counts.refused += 1;
        controller.enqueue(line({ error: reportOf(error) }));
        await onEnd('failed', counts).catch(() => undefined);
      }
      controller.close();
    },
    async cancel() {
      await pages.return(undefined);
      await onEnd('cancelled', counts).catch(() => undefined);
    },
  });
}

function count(counts: StreamCounts, { records, error }: PageOutcome): void {
  if (error !== undefined) counts.refused += 1;
  else counts.pages += 1;
  counts.recorded += records?.length ?? 0;
}
