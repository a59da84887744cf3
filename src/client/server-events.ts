export interface ServerEvent {
  readonly id: string;
  readonly event: string;
  readonly data: string;
}

/** Events of a stream as WHATWG HTML, section 9.2, says; comments are passed over. Ends when the stream ends or breaks. */
export async function* serverEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent> {
  let rest = '';
  const decoder = new TextDecoder();
  try {
    for await (const chunk of body) {
      rest += decoder.decode(chunk, { stream: true });
      const parts = rest.split('\n\n');
      rest = parts.pop() as string;
      for (const part of parts) {
        const event = eventIn(part);
        if (event !== undefined) yield event;
      }
    }
  } catch {
    // The connection broke: whoever reads goes on behind the last id.
  }
}

function eventIn(part: string): ServerEvent | undefined {
  const fields = new Map<string, string>();
  for (const line of part.split('\n')) {
    const found = /^(id|event|data): ?(.*)$/.exec(line);
    if (found !== null) fields.set(found[1] as string, found[2] as string);
  }
  const [id, event, data] = ['id', 'event', 'data'].map((name) => fields.get(name));
  return id === undefined || event === undefined || data === undefined ? undefined : { id, event, data };
}
