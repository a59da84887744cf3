import { SaxesParser } from 'saxes';
import { ChannelError, isChannelError } from '../emissions/index.ts';
import { type Attributes, XmlNames } from './xml-names.ts';

/** What is told of a document. Names are numbers of the vocabulary that `walkXml` was given; 0 for all others. */
export interface XmlHandler {
  open(name: number, attributes: Attributes): void;
  text(text: string): void;
  close(): void;
}

const MAX_DEPTH = 40;
/** Longest tag, text or comment, in characters: far beyond anything in a bill. */
const MAX_TOKEN = 1_048_576;
const PIECE = 65_536;

/**
 * Walks an XML document piece by piece. Strictly well-formed, with namespaces (`vocabulary`: numbers above 0 by `{namespace}name`);
 * no DOCTYPE, so no entities of its own; nesting and the length of any one token are bounded.
 * @throws {ChannelError} FILE_MALFORMED naming line and column
 */
export async function walkXml(
  text: AsyncIterable<string>,
  vocabulary: ReadonlyMap<string, number>,
  handler: XmlHandler,
): Promise<void> {
  // Namespaces are resolved here, once a name and not once an element. At most six handlers are set: with more, V8 keeps the
  // parser as a dictionary, and it takes five times as long (decision 37).
  const parser = new SaxesParser({ xmlns: false });
  const place = () => `line ${parser.line}, column ${parser.column}`;
  const fault = (message: string, fix?: string) =>
    new ChannelError('FILE_MALFORMED', message, {
      where: place(),
      ...(fix === undefined ? {} : { fix }),
    });
  const notWellFormed = () =>
    fault('the file is not well-formed XML here', 'Export the file again: it may be cut off or was changed by hand.');
  const names = new XmlNames(vocabulary, (message) => (message === undefined ? notWellFormed() : fault(message)));
  let moved = false;

  parser.on('error', () => {
    throw notWellFormed();
  });
  parser.on('doctype', () => {
    throw fault('the file declares a DOCTYPE, which is never read', 'Export the file again without a DOCTYPE.');
  });
  parser.on('opentag', (tag) => {
    moved = true;
    const attributes = tag.attributes as Attributes;
    const name = names.open(tag.name, attributes);
    if (names.depth > MAX_DEPTH) throw fault(`elements are nested deeper than ${MAX_DEPTH}`);
    handler.open(name, attributes);
  });
  parser.on('closetag', () => {
    moved = true;
    names.close();
    handler.close();
  });
  const onText = (value: string) => {
    moved = true;
    handler.text(value);
  };
  parser.on('text', onText);
  parser.on('cdata', onText);

  /** What the handler finds wrong is told with the place that was reached. */
  const write = (part: string) => {
    try {
      parser.write(part);
    } catch (error) {
      if (!isChannelError(error) || error.details.where !== undefined) throw error;
      throw new ChannelError(error.code, error.message, { ...error.details, where: place() });
    }
  };

  let still = 0;
  for await (const piece of text) {
    for (let at = 0; at < piece.length; at += PIECE) {
      const part = piece.length <= PIECE ? piece : piece.slice(at, at + PIECE);
      moved = false;
      write(part);
      still = moved ? part.length : still + part.length;
      if (still > MAX_TOKEN) throw fault(`a tag, text or comment is longer than ${MAX_TOKEN} characters`);
    }
  }
  parser.close();
}
