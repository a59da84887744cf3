import { type SaxesAttributeNS, SaxesParser, type SaxesTagNS } from 'saxes';
import { ChannelError } from '../emissions/index.ts';

export interface XmlHandler {
  open(uri: string, name: string, attributes: Readonly<Record<string, SaxesAttributeNS>>): void;
  text(text: string): void;
  close(): void;
}

const MAX_DEPTH = 40;
/** Longest tag, text or comment, in characters: far beyond anything in a bill. */
const MAX_TOKEN = 1_048_576;
const PIECE = 65_536;

/**
 * Walks an XML document piece by piece. Strictly well-formed, with namespaces; no DOCTYPE, so no entities of its own; nesting
 * and the length of any one token are bounded.
 * @throws {ChannelError} FILE_MALFORMED naming line and column
 */
export async function walkXml(text: AsyncIterable<string>, handler: XmlHandler): Promise<void> {
  const parser = new SaxesParser({ xmlns: true });
  let depth = 0;
  let eventAt = 0;

  const fault = (message: string, fix?: string) =>
    new ChannelError('FILE_MALFORMED', message, {
      where: `line ${parser.line}, column ${parser.column}`,
      ...(fix === undefined ? {} : { fix }),
    });
  const on = <T>(handle: (value: T) => void) => {
    return (value: T) => {
      eventAt = parser.position;
      handle(value);
    };
  };

  parser.on('error', () => {
    throw fault(
      'the file is not well-formed XML here',
      'Export the file again: it may be cut off or was changed by hand.',
    );
  });
  parser.on('doctype', () => {
    throw fault('the file declares a DOCTYPE, which is never read', 'Export the file again without a DOCTYPE.');
  });
  parser.on('xmldecl', ({ encoding }) => {
    if (encoding !== undefined && !/^(utf-?8|us-ascii)$/i.test(encoding)) {
      throw fault(
        'the file declares another encoding than UTF-8',
        'Save the file in UTF-8 and say so in its first line.',
      );
    }
  });
  parser.on(
    'opentag',
    on((tag: SaxesTagNS) => {
      depth += 1;
      if (depth > MAX_DEPTH) throw fault(`elements are nested deeper than ${MAX_DEPTH}`);
      handler.open(tag.uri, tag.local, tag.attributes);
    }),
  );
  parser.on(
    'closetag',
    on(() => {
      depth -= 1;
      handler.close();
    }),
  );
  const onText = on((value: string) => handler.text(value));
  parser.on('text', onText);
  parser.on('cdata', onText);
  parser.on(
    'comment',
    on(() => {}),
  );
  parser.on(
    'processinginstruction',
    on(() => {}),
  );

  for await (const piece of text) {
    for (let at = 0; at < piece.length; at += PIECE) {
      parser.write(piece.slice(at, at + PIECE));
      if (parser.position - eventAt > MAX_TOKEN)
        throw fault(`a tag, text or comment is longer than ${MAX_TOKEN} characters`);
    }
  }
  parser.close();
}
