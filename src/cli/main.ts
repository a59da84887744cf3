#!/usr/bin/env node
// Nothing but this check may load before it: older versions fail on imports with messages that help nobody.
import { spawnSync } from 'node:child_process';
import module, { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const NEEDED = 24;

if (Number(process.versions.node.split('.')[0]) >= NEEDED) {
  // Half of a short command's time is compiling. The folder is the package's own: one that others can write to would let them
  // put code there.
  module.enableCompileCache(fileURLToPath(new URL('../../node_modules/.cache/uec', import.meta.url)));
  const { keepHeapSmall } = await import('./small-heap.ts');
  keepHeapSmall();
  const { run } = await import('./program.ts');
  process.exitCode = await run(process.argv);
} else {
  process.exitCode = runWithBundledNode();
}

/** On Linux the package brings a Node of its own; elsewhere one line says what is needed. */
function runWithBundledNode(): number {
  try {
    const binary = createRequire(import.meta.url).resolve(`node-linux-${process.arch}/bin/node`);
    return spawnSync(binary, process.argv.slice(1), { stdio: 'inherit' }).status ?? 1;
  } catch {
    process.stderr.write(
      `uec needs Node ${NEEDED} or newer; this is Node ${process.versions.node}. Install it from your system or nodejs.org.\n`,
    );
    return 1;
  }
}
