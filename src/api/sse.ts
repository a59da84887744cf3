export interface ServerEvent {
  readonly id: string;
  readonly event: string;
  readonly data: unknown;
}

const HEARTBEAT_MS = 15_000;

/**
 * Server-sent events (WHATWG HTML, section 9.2) as a stream that is pulled: an event is taken from the source when the connection
 * has room for it, so a slow reader costs no memory. In quiet times a comment keeps the connection known to be open.
 */
export function eventStream(source: AsyncGenerator<ServerEvent>, stop: () => void): Response {
  const encoder = new TextEncoder();
  let heartbeat: NodeJS.Timeout | undefined;
  const end = (): void => {
    clearInterval(heartbeat);
    stop();
  };
  const body = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        controller.enqueue(encoder.encode('retry: 2000\n\n'));
        heartbeat = setInterval(() => {
          if ((controller.desiredSize ?? 0) > 0) controller.enqueue(encoder.encode(':\n\n'));
        }, HEARTBEAT_MS);
      },
      async pull(controller) {
        try {
          const { done, value } = await source.next();
          if (done === true) {
            end();
            controller.close();
          } else controller.enqueue(encoder.encode(textOf(value)));
        } catch {
          // A stream that has begun can only end: the reader comes again with the last id it saw.
          end();
          controller.close();
        }
      },
      async cancel() {
        end();
        await source.return(undefined);
      },
    },
    { highWaterMark: 4 },
  );
  return new Response(body, { headers: { 'Content-Type': 'text/event-stream', 'X-Accel-Buffering': 'no' } });
}

function textOf({ id, event, data }: ServerEvent): string {
  return `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
