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
    raw: { types: [NDJSON], description: 'One BillRow a line.' },
    produces: [NDJSON],
  },
  async ({ api, query, stream, request, principal, signal }) => {
    const key = request.headers.get('Idempotency-Key');
    const importId = key === null ? newUploadId() : sha256(`${principal.id}\0${key}`).slice(0, 32);
    const rows = billLines((stream as NonNullable<typeof stream>).bytes);
    const pages = recordLines(api.node, rows, {
      importId,
      gwp: query.gwp ?? 'publisher',
      turn: (work) => api.turn.take(work),
      signal,
    });
    return new Response(linesOf(pages), { headers: { 'Content-Type': NDJSON } });
  },
);

/** An answer a page, made when the connection has room for it: a caller that does not read is not read from either. */
function linesOf(pages: AsyncGenerator<PageOutcome>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      // The status is said already: what ends the stream is its last line.
      const { done, value } = await pages.next().catch((error) => ({ done: false, value: { error: reportOf(error) } }));
      if (done === true) controller.close();
      else controller.enqueue(encoder.encode(`${JSON.stringify(value)}\n`));
    },
    async cancel() {
      await pages.return(undefined);
    },
  });
}
