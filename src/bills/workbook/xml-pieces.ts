import { StringDecoder } from 'node:string_decoder';
import { SaxesParser } from 'saxes';
import { ChannelError } from '../../emissions/index.ts';

/** What is told of a part. Prefixes are taken off: the parts of a workbook have one vocabulary each. */
export interface PartHandler {
  open(name: string, attributes: Readonly<Record<string, string>>): void;
  text(text: string): void;
  close(name: string): void;
}

const MAX_DEPTH = 40;
/** Longest tag or text, in characters; a cell holds at most 32,767. */
const MAX_TOKEN = 1_048_576;
const PIECE = 65_536;

/**
 * A parser of one part of a workbook, fed piece by piece. Strictly well-formed; no DOCTYPE; nesting and tokens bounded. Few handlers are
 * set, and no namespaces resolved: both cost the library most of its speed.
 */
export function partParser(handler: PartHandler): { write(bytes: Uint8Array): void; end(): void } {
  const parser = new SaxesParser({ xmlns: false });
  const decoder = new StringDecoder('utf8');
  let depth = 0;
  let moved = 0;
  const fault = (message: string) =>
    new ChannelError('FILE_MALFORMED', message, {
      where: `line ${parser.line}, column ${parser.column} of a part of the workbook`,
      fix: 'Save the workbook again from the program that made it.',
    });
  parser.on('error', () => {
    throw fault('the workbook is not well-formed XML here');
  });
  parser.on('doctype', () => {
    throw fault('the workbook declares a DOCTYPE, which is never read');
  });
  parser.on('opentag', ({ name, attributes }) => {
    moved = parser.position;
    depth += 1;
    if (depth > MAX_DEPTH) throw fault(`elements are nested deeper than ${MAX_DEPTH}`);
    handler.open(local(name), attributes as Record<string, string>);
  });
  parser.on('closetag', ({ name }) => {
    moved = parser.position;
    depth -= 1;
    handler.close(local(name));
  });
  parser.on('text', (text) => {
    moved = parser.position;
    handler.text(text);
  });
  return {
    write(bytes) {
      const text = decoder.write(bytes as Buffer);
      for (let at = 0; at < text.length; at += PIECE) {
        parser.write(text.slice(at, at + PIECE));
        if (parser.position - moved > MAX_TOKEN) throw fault(`a tag or text is longer than ${MAX_TOKEN} characters`);
      }
    },
    end() {
      parser.write(decoder.end());
      parser.close();
    },
  };
}

/** Reads a whole part. */
export async function walkPart(bytes: AsyncIterable<Uint8Array>, handler: PartHandler): Promise<void> {
  const parser = partParser(handler);
  for await (const piece of bytes) parser.write(piece);
  parser.end();
}

function local(name: string): string {
  const colon = name.indexOf(':');
  return colon < 0 ? name : name.slice(colon + 1);
}
