import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { readForm } from './multipart.ts';

const part = (name: string, text: string, more = '') =>
  `--b\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n${text}\r\n`;
const form = `${part('zip', '94105')}${part('bill', 'a,b', '; filename="a.csv"')}${part('more', 'c', '; filename="b.csv"')}${part('unit', 'kWh')}--b--\r\n`;

async function* cut(length: number, piece: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(form).subarray(0, length);
  for (let at = 0; at < bytes.length; at += piece) yield bytes.subarray(at, at + piece);
}

// The error of a part that breaks off once ended the process where its file was not open yet.
test('a form that ends anywhere before its end is refused, although nobody reads its parts yet', async () => {
  const read = async (length: number, piece: number): Promise<string[]> => {
    const texts: string[] = [];
    const fields = await readForm('multipart/form-data; boundary=b', cut(length, piece), async ({ bytes }) => {
      await sleep(1);
      const chunks: Uint8Array[] = [];
      for await (const chunk of bytes) chunks.push(chunk as Uint8Array);
      texts.push(Buffer.concat(chunks).toString());
    });
    return [...texts, fields.get('unit') ?? ''];
  };
  assert.deepEqual(await read(form.length, 7), ['a,b', 'c', 'kWh']);
  // Up to the last boundary's second hyphen; what follows it says nothing.
  for (let length = 0; length < form.length - 2; length += 1)
    for (const piece of [form.length, 11])
      await assert.rejects(read(length, piece), { code: 'REQUEST_INVALID' }, `${length} of ${form.length} bytes`);
});
