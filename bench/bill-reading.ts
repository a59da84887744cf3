// Reads a bill file once, in a process of its own, so that the peak of its memory is its own: `csv`, `papaparse`,
// `green-button`, `saxes`, `pdf`, `unpdf`, `portfolio-manager` or `yauzl`, then the path; each with the command's settings of the heap.
// Prints seconds, processor seconds, items and peak resident bytes.
import { createReadStream, readFileSync } from 'node:fs';
import Papa from 'papaparse';
import { SaxesParser } from 'saxes';
import { openPromise } from 'yauzl';
import { readBills } from '../src/bills/index.ts';
import { keepHeapSmall } from '../src/cli/small-heap.ts';
import { seconds } from './timing.ts';

const [kind, path] = process.argv.slice(2) as [string, string];
let items = 0;
let rejected = 0;

async function ours(): Promise<void> {
  for await (const item of readBills({ body: createReadStream(path), options: {} })) {
    if ('rejected' in item) rejected += 1;
    items += 1;
  }
}

function papaparse(): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const step = () => {
    items += 1;
  };
  Papa.parse(createReadStream(path), { step, complete: () => resolve(), error: reject });
  return promise;
}

async function saxes(): Promise<void> {
  const parser = new SaxesParser({ xmlns: true });
  parser.on('opentag', () => {
    items += 1;
  });
  for await (const piece of createReadStream(path, 'utf8')) parser.write(piece as string);
  parser.close();
}

/** The sheet of a workbook unpacked and its elements told: what any reader of it has to do. */
async function yauzl(): Promise<void> {
  const zip = await openPromise(path, { lazyEntries: true, autoClose: false });
  for await (const entry of zip.eachEntry()) {
    if (entry.fileName !== 'xl/worksheets/sheet1.xml') continue;
    const parser = new SaxesParser({ xmlns: false });
    parser.on('opentag', () => {
      items += 1;
    });
    const stream = await zip.openReadStreamPromise(entry);
    for await (const piece of stream.setEncoding('utf8')) parser.write(piece as string);
    parser.close();
  }
  zip.close();
}

/** What the process that reads PDFs does, in this one: its peak is that process's. */
async function pdf(): Promise<void> {
  const { pdfPages } = await import('../src/bills/pdf/pdf-pages.ts');
  const { pdfLimits } = await import('../src/bills/pdf/pdf-text.ts');
  const { proposePages } = await import('../src/bills/pdf/propose-pages.ts');
  const { log } = console;
  const answer = await pdfPages(new Uint8Array(readFileSync(path)), pdfLimits);
  console.log = log;
  if ('fault' in answer) throw new Error(`the bench's own PDF is refused: ${answer.fault}`);
  const { questions } = proposePages(answer.pages, {});
  rejected = questions.length;
  items = answer.pages.length;
}

/** The text of the same pages as pdf.js extracts it, hidden or not. */
async function unpdf(): Promise<void> {
  const { extractText, getDocumentProxy } = await import('unpdf');
  const { totalPages } = await extractText(await getDocumentProxy(new Uint8Array(readFileSync(path))));
  items = totalPages;
}

const readers: Readonly<Record<string, () => Promise<void>>> = {
  csv: ours,
  'green-button': ours,
  papaparse,
  pdf,
  saxes,
  unpdf,
  'portfolio-manager': ours,
  yauzl,
};
keepHeapSmall();
const before = process.cpuUsage();
const time = await seconds(readers[kind] as () => Promise<void>);
const { user, system } = process.cpuUsage(before);
const peakBytes = process.resourceUsage().maxRSS * 1_024;
console.log(JSON.stringify({ seconds: time, cpuSeconds: (user + system) / 1e6, items, rejected, peakBytes }));
