import { ChannelError } from '../../emissions/index.ts';
import { walkPart } from './xml-pieces.ts';

/** Most characters of all texts that cells share, and most texts: they are held for the whole reading. */
const MAX_CHARACTERS = 33_554_432;
const MAX_TEXTS = 1_000_000;
/** Most characters of a cell (Excel's specifications and limits). */
const MAX_TEXT = 32_767;

/**
 * The texts that cells refer to by number. Formatting is dropped, and so are phonetic hints.
 * @throws {ChannelError} FILE_MALFORMED for more than 32 Mi characters, a million texts, or a text longer than a cell can be
 */
export async function readSharedStrings(bytes: AsyncIterable<Uint8Array>): Promise<readonly string[]> {
  const texts: string[] = [];
  let length = 0;
  let text = '';
  let phonetic = false;
  let inText = false;
  await walkPart(bytes, {
    open(name) {
      if (name === 'si') text = '';
      else if (name === 'rPh') phonetic = true;
      else if (name === 't') inText = !phonetic;
    },
    text(piece) {
      if (!inText) return;
      length += piece.length;
      text += piece;
      if (length > MAX_CHARACTERS) throw tooMuch();
      if (text.length > MAX_TEXT)
        throw new ChannelError('FILE_MALFORMED', 'a text of the workbook has more than 32,767 characters');
    },
    close(name) {
      if (name === 't') inText = false;
      else if (name === 'rPh') phonetic = false;
      else if (name === 'si') {
        texts.push(text);
        if (texts.length > MAX_TEXTS) throw tooMuch();
      }
    },
  });
  return texts;
}

function tooMuch(): ChannelError {
  return new ChannelError('FILE_MALFORMED', 'the workbook holds more text than is read of one file', {
    fix: 'Split the workbook: 32 million characters of different texts are read.',
  });
}
