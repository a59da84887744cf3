import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { billLines } from '../src/api/ndjson/rows.ts';
import { Turn } from '../src/api/turn.ts';
import type { BillItem } from '../src/bills/index.ts';
import { initNode } from '../src/cli/init.ts';
import { openNode } from '../src/cli/wire.ts';
import { type Node, type Progress, recordLines } from '../src/node/index.ts';
import { compared, type Report } from './figure.ts';
import { quantile, seconds } from './timing.ts';

// A round is short, so that what else the machine does meets both sides alike.
const ROUND = 10_000;
const ROUNDS = 5;
const CONNECTIONS = 16;
const MONTHS = 24;
const ASKING_MS = 10_000;

interface Served {
  readonly address: string;
  readonly token: string;
  readonly child: ChildProcess;
}

/** Bulk records over HTTP, a node in a process of its own, against the same rows given to the use case; and pages of records read meanwhile. */
export async function benchApi(report: Report, folder: string, records: number, progress: Progress): Promise<void> {
  const silent = () => undefined;
  const token = (await initNode(join(folder, 'served'), { member: 'ACME', name: 'Acme' }, silent)).token;
  await initNode(join(folder, 'own'), { member: 'ACME', name: 'Acme' }, silent);
  const node = await openNode(join(folder, 'own'), 'bench');
  const served = await serve(join(folder, 'served'), token);
  try {
    await compareIngest(report, node, served, progress);
    await fill(served, ROUND * ROUNDS, records, progress);
    await readPages(report, served, records);
  } finally {
    served.child.kill('SIGTERM');
    await once(served.child, 'exit');
    await node.close();
  }
}

async function serve(folder: string, token: string): Promise<Served> {
  liftRates(folder);
  const child = spawn(process.execPath, ['src/cli/main.ts', 'serve', folder, '--port', '0', '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [chunk] = (await once(child.stdout, 'data')) as [Buffer];
  const { address } = JSON.parse(chunk.toString()) as { address: string };
  return { address, token, child };
}

// Sixteen connections ask faster than one caller may: what is measured is the node, not its limits.
function liftRates(folder: string): void {
  const path = join(folder, 'node.json');
  const rate = { burst: 1_000_000, perSecond: 1_000_000 };
  const config = JSON.parse(readFileSync(path, 'utf8')) as object;
  writeFileSync(path, JSON.stringify({ ...config, access: { limits: { roles: { admin: { rate } } } } }));
}

async function compareIngest(report: Report, node: Node, served: Served, progress: Progress): Promise<void> {
  const ratios: number[] = [];
  let [own, http] = [0, 0];
  for (let round = 0; round < ROUNDS; round += 1) {
    const body = rows(round * ROUND, ROUND);
    const items = await Array.fromAsync(billLines(chunks(body)));
    const theirs = await seconds(() => inProcess(node, items));
    const ours = await seconds(() => post(served, body));
    ratios.push(theirs / ours);
    own += theirs;
    http += ours;
    progress({ what: 'recording over HTTP and in process', done: round + 1, total: ROUNDS });
  }
  const count = ROUND * ROUNDS;
  const against = { what: 'in process', value: count / own };
  report({
    ...compared({ name: 'api.ndjson', value: count / http, unit: 'records/s', against, target: '>= 0.7' }),
    also: { 'median of the rounds': quantile(ratios, 0.5), records: count },
  });
  const body = rows(0, 100_000);
  const time = await seconds(async () => {
    for await (const _ of billLines(chunks(body)));
  });
  report({
    ...{ name: 'api.row-check', ratio: null, value: (time / 100_000) * 1e6, unit: 'us a row' },
    also: { 'share of a record in process': time / 100_000 / (own / count) },
  });
}

async function inProcess(node: Node, items: readonly BillItem[]): Promise<void> {
  const turn = new Turn();
  const lines = ReadableStream.from(items) as AsyncIterable<BillItem>;
  const options = { importId: crypto.randomUUID().replaceAll('-', ''), gwp: 'publisher' as const };
  for await (const page of recordLines(node, lines, { ...options, turn: (work) => turn.take(work) }))
    if (page.error !== undefined) throw new Error(JSON.stringify(page.error).slice(0, 500));
}

async function post({ address, token }: Served, body: string): Promise<void> {
  const response = await fetch(`${address}/api/v1/records`, {
    ...{ method: 'POST', body },
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/x-ndjson' },
  });
  const text = await response.text();
  if (!response.ok || text.includes('"error"')) throw new Error(text.slice(0, 500));
}

async function fill(served: Served, from: number, to: number, progress: Progress): Promise<void> {
  for (let at = from; at < to; at += ROUND) {
    await post(served, rows(at, ROUND));
    progress({ what: 'recording', done: at + ROUND, total: to });
  }
}

/** Pages of 50 by 16 connections while records come in. */
async function readPages(report: Report, served: Served, records: number): Promise<void> {
  let going = true;
  const ingest = (async () => {
    for (let at = records; going; at += ROUND) await post(served, rows(at, ROUND));
  })();
  const times: number[] = [];
  const until = performance.now() + ASKING_MS;
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async (_, connection) => {
      for (let turn = 0; performance.now() < until; turn += 1) {
        const year = 2021 + ((turn + connection) % 2);
        const start = performance.now();
        const response = await fetch(`${served.address}/api/v1/records?limit=50&year=${year}`, {
          headers: { Authorization: `Bearer ${served.token}` },
        });
        if (!response.ok) throw new Error(await response.text());
        await response.arrayBuffer();
        times.push(performance.now() - start);
      }
    }),
  );
  going = false;
  await ingest;
  report({
    ...{ name: 'api.page-of-50', ratio: null, value: quantile(times, 0.5), unit: 'ms p50' },
    also: {
      'p99 ms': quantile(times, 0.99),
      connections: CONNECTIONS,
      records,
      'pages/s': times.length / (ASKING_MS / 1_000),
    },
  });
}

const PLACES = [
  { country: 'US', subdivision: 'US-CA', region: 'CAMX' },
  { country: 'DE' },
  { country: 'GB' },
  { country: 'US', subdivision: 'US-TX', region: 'ERCT' },
];

/** Rows from a position on: two years of monthly bills a meter. */
function rows(from: number, count: number): string {
  return Array.from({ length: count }, (_, index) => {
    const at = from + index;
    const month = at % MONTHS;
    const meter = Math.floor(at / MONTHS);
    const day = (year: number, zeroBased: number) =>
      `${year + Math.floor(zeroBased / 12)}-${String((zeroBased % 12) + 1).padStart(2, '0')}-01`;
    const row = {
      ...{ meter: `M-${meter}`, utility: 'Bench Power', commodity: 'electricity' },
      ...{ start: day(2021, month), end: day(2021, month + 1), quantity: `${1_000 + (at % 997)}.5`, unit: 'kWh' },
      place: PLACES[meter % PLACES.length],
    };
    return `${JSON.stringify(row)}\n`;
  }).join('');
}

async function* chunks(text: string): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
}
