import fc from 'fast-check';
import { sampleBills } from '../../tools/pdf/bills/index.ts';
import { billBytes, expectedBill } from './pdf-bills.ts';
import { type KnownPdf, knownPdf } from './pdf-cases.ts';

/** The sample bills. Every figure that is printed counts as one that may be found. */
const samples: readonly KnownPdf[] = sampleBills().map(({ name, sheets }) => {
  const { lines, decimalSign } = expectedBill(name);
  const printed = sheets.flatMap(({ texts }) => texts);
  const figures = printed.flatMap((text) => text.match(/\d[\d.,]*(?<=\d)/g) ?? []);
  const group = decimalSign === '.' ? ',' : '.';
  return {
    file: billBytes(name),
    lines,
    usage: lines.map(({ quantity }) => quantity),
    others: figures.map((figure) => figure.replaceAll(group, '').replace(',', '.')),
    printed,
    unseen: [],
    style: name,
  };
});

/** A bill whose structure was changed, and nothing of what its pages say: whatever is read of it must be printed on it. */
export const alteredPdf: fc.Arbitrary<KnownPdf> = fc
  .tuple(
    fc.oneof(
      knownPdf.filter(({ style }) => !style.includes('off the page') && !style.includes('tiny')),
      fc.constantFrom(...samples),
    ),
    fc.array(
      fc.record({
        kind: fc.constantFrom('number', 'drop', 'double', 'swap', 'put', 'body', 'cut'),
        at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
        to: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
      }),
      { minLength: 1, maxLength: 4 },
    ),
  )
  .map(([known, changes]) => ({
    ...known,
    file: Buffer.from(changes.reduce(changed, Buffer.from(known.file).toString('latin1')), 'latin1'),
    style: `${known.style} ${JSON.stringify(changes)}`,
  }));

/** A bill with bytes changed anywhere, its texts too. */
export const brokenPdf: fc.Arbitrary<Uint8Array> = fc
  .tuple(
    knownPdf,
    fc.array(
      fc.record({
        at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
        cut: fc.nat(60),
        put: fc.uint8Array({ maxLength: 8 }),
      }),
      { minLength: 1, maxLength: 4 },
    ),
  )
  .map(([{ file }, all]) =>
    all.reduce<Uint8Array>((bytes, { at, cut, put }) => {
      const place = Math.floor(at * bytes.length);
      return Buffer.concat([bytes.subarray(0, place), put, bytes.subarray(place + cut)]);
    }, file),
  );

interface Change {
  readonly kind: 'number' | 'drop' | 'double' | 'swap' | 'put' | 'body' | 'cut';
  /** Where, and with what, as parts of one. */
  readonly at: number;
  readonly to: number;
}

const NUMBERS = ['0', '-1', '1', '2', '3', '7', '65536', '4294967295', '1e308', '0.0001', '99999999999999999999'];
const TOKENS = [
  '<<',
  '>>',
  '[',
  ']',
  'R',
  'obj',
  'endobj',
  'null',
  '(',
  ')',
  '%',
  'stream',
  'endstream',
  '/Length 0',
  '/Prev 9',
  '/Type /Pages',
  '/Kids [1 0 R]',
  '/Parent 1 0 R',
  '/Contents [3 0 R 3 0 R]',
  '/Filter /FlateDecode',
  '/Filter [/ASCII85Decode /LZWDecode]',
  '/DecodeParms << /Predictor 15 /Columns 99999 >>',
  '/Rotate 90',
  '/CropBox [0 0 10 10]',
  '/UserUnit 1e9',
  '/Encrypt 1 0 R',
  '/XRefStm 9',
  '/W [0 [1e9]]',
];

/** Streams are stepped over: a change inside one could make it say another number. */
const OUTSIDE = /\bstream\r?\n[\s\S]*?endstream|(?<token>\/?[A-Za-z]+|-?\d+(?:\.\d+)?|<<|>>|[[\]])/g;
const OBJECT = /\d+ 0 obj\n(?<body>[\s\S]*?)\nendobj/g;

function changed(file: string, { kind, at, to }: Change): string {
  if (kind === 'cut') return file.slice(0, Math.ceil(file.length * (0.2 + 0.8 * at)));
  if (kind === 'body') {
    const [here, there] = [pick([...file.matchAll(OBJECT)], at), pick([...file.matchAll(OBJECT)], to)];
    return here === undefined || there === undefined
      ? file
      : replaced(file, here, `${here[0].split('\n')[0]}\n${there.groups?.body}\nendobj`);
  }
  const tokens = [...file.matchAll(OUTSIDE)].filter(({ groups }) => groups?.token !== undefined);
  const numbers = tokens.filter(([text]) => /^-?\d/.test(text));
  const here = pick(kind === 'number' ? numbers : tokens, at);
  if (here === undefined) return file;
  if (kind === 'number') return replaced(file, here, pick(NUMBERS, to) ?? '');
  if (kind === 'drop') return replaced(file, here, '');
  if (kind === 'double') return replaced(file, here, `${here[0]} ${here[0]}`);
  if (kind === 'put') return replaced(file, here, `${pick(TOKENS, to)} ${here[0]}`);
  return replaced(file, here, pick(tokens, to)?.[0] ?? '');
}

function replaced(file: string, match: RegExpExecArray, by: string): string {
  return file.slice(0, match.index) + by + file.slice(match.index + match[0].length);
}

function pick<T>(list: readonly T[], part: number): T | undefined {
  return list[Math.floor(part * list.length)];
}
