import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeCsv } from './bill-files.ts';
import type { Report } from './figure.ts';
import { seconds } from './timing.ts';

const [CLI, PEAK] = ['../src/cli/main.ts', './peak-memory.ts'].map((path) => new URL(path, import.meta.url));

/** A long file of bills by the command itself, with the peak of its memory: what a person waits for, and what a machine needs. */
export async function benchImports(report: Report, folder: string, lines: number): Promise<void> {
  const { path, bytes } = writeCsv(join(folder, 'import.csv'), lines);
  const node = join(folder, 'node');
  await uec(folder, ['init', node, '--member', 'ACME', '--name', 'Sample Inc']);
  for (const [name, options] of [
    ['dry-run', ['--dry-run']],
    ['record', []],
  ] as const) {
    const run = await uec(folder, ['record', node, path, ...options]);
    const also = { lines, MB: bytes / 1e6, seconds: run.time, 'peak MB': run.peakBytes / 1e6 };
    report({
      name: `imports.${name}`,
      ratio: null,
      value: lines / run.time,
      unit: 'lines/s',
      also,
      target: '<= 250 MB',
    });
  }
}

async function uec(folder: string, args: readonly string[]): Promise<{ time: number; peakBytes: number }> {
  const peak = join(folder, 'peak');
  const command = ['--import', fileURLToPath(PEAK as URL), fileURLToPath(CLI as URL), ...args];
  const time = await seconds(() =>
    execFileSync(process.execPath, command, {
      env: { ...process.env, UEC_BENCH_PEAK: peak },
      stdio: ['ignore', 'ignore', 'inherit'],
    }),
  );
  return { time, peakBytes: Number(readFileSync(peak, 'utf8')) };
}
