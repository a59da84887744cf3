import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type BillItem, readBills } from '../../src/bills/index.ts';
import { isChannelError } from '../../src/emissions/index.ts';
import { type ExpectedLine, type GreenButtonCase, greenButtonCase } from './green-button-cases.ts';

/** What a reader gave of a file: its items, or the code with which it was refused. Anything else is thrown. */
export async function outcomeOf(file: Uint8Array, pieceSize: number, zone?: string): Promise<BillItem[] | string> {
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < file.length; at += pieceSize) yield file.subarray(at, at + pieceSize);
  }
  try {
    return await Array.fromAsync(readBills({ body: pieces(), options: zone === undefined ? {} : { zone } }));
  } catch (error) {
    if (!isChannelError(error)) throw error;
    return error.code;
  }
}

/**
 * A case gives exactly its lines. Where some are refused, no line may say anything else than what was expected, and nothing is
 * left out in silence.
 */
export async function checkCase(one: GreenButtonCase, pieceSize: number): Promise<void> {
  const found = await outcomeOf(Buffer.from(one.file), pieceSize, one.zone);
  if (typeof found === 'string') {
    assert.ok(one.incomplete || one.expected.length === 0, `the file was refused with ${found}`);
    return;
  }
  const lines = found.flatMap((item) => ('line' in item ? [lineOf(item)] : []));
  const refused = found.filter((item) => 'rejected' in item);
  const sorted = lines.toSorted((a, b) => a.join().localeCompare(b.join()));
  if (refused.length === 0) assert.deepEqual(sorted, one.expected);
  else {
    assert.ok(one.mayRefuse, `refused: ${JSON.stringify(refused[0])}`);
    const right = new Set(one.expected.map((line) => line.join()));
    for (const line of lines) assert.ok(right.has(line.join()), `wrong beside a refusal: ${line.join()}`);
  }
}

function lineOf(item: BillItem): ExpectedLine {
  assert.ok('line' in item);
  const { meter, commodity, flow, start, end, quantity, unit } = item.line;
  const [whole = '', part = ''] = quantity.split('.');
  return [meter, commodity, flow, start, end, String(BigInt(whole + part.padEnd(15, '0'))), unit];
}

/** Bytes, tags and cuts put into a good file at any place. */
const damage = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  cut: fc.nat(40),
  put: fc.oneof(
    fc.uint8Array({ maxLength: 6 }),
    fc
      .constantFrom(
        '<',
        '>',
        '</entry>',
        '<entry>',
        '<![CDATA[',
        ']]>',
        '<!--',
        '&amp;',
        '&x;',
        '<!DOCTYPE a>',
        '<IntervalReading>',
        '<value>1</value>',
        '-',
        '9'.repeat(20),
        '\u0000',
        '\uFEFF',
        'xmlns="urn:x"',
        'href="/"',
      )
      .map((text) => new Uint8Array(Buffer.from(text))),
  ),
});

/** Good files with some damage. */
export const brokenFile: fc.Arbitrary<Uint8Array> = fc
  .tuple(greenButtonCase, fc.array(damage, { minLength: 1, maxLength: 4 }))
  .map(([{ file }, all]) => damaged(Buffer.from(file), all));

type Damage = typeof damage extends fc.Arbitrary<infer T> ? T : never;

export function damaged(file: Uint8Array, all: readonly Damage[]): Uint8Array {
  return all.reduce((bytes, { at, cut, put }) => {
    const place = Math.floor(at * bytes.length);
    return Buffer.concat([bytes.subarray(0, place), put, bytes.subarray(place + cut)]);
  }, file);
}

export const damages = fc.array(damage, { minLength: 1, maxLength: 4 });

/** A broken file gives items, or an error with a code, and the same however it is cut into pieces. */
export async function checkBroken(file: Uint8Array): Promise<void> {
  const whole = await outcomeOf(file, 1 << 20, 'America/New_York');
  assert.deepEqual(await outcomeOf(file, 997, 'America/New_York'), whole);
}
