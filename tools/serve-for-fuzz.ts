// Serves the API of a new node in a temporary folder, with records in it, for a property-based client; ends at SIGTERM.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { httpSettings } from '../src/cli/http-settings.ts';
import { initNode } from '../src/cli/init.ts';
import { startServing, untilStopped } from '../src/cli/serve.ts';
import { openNode } from '../src/cli/wire.ts';
import { useCases } from '../src/node/index.ts';

const root = mkdtempSync(join(tmpdir(), 'uec-fuzz-'));
const folder = join(root, 'node');
const { token } = await initNode(folder, { member: 'ACME', name: 'Acme Inc' }, () => undefined);
const node = await openNode(folder, 'fuzz');
const files = ['california-2022.csv', 'gas-2022.csv'].map((name) =>
  fileURLToPath(new URL(`../samples/acme/${name}`, import.meta.url)),
);
await useCases.record(node, { files, read: {} }, () => undefined);
const running = await startServing(
  // Faster than any caller: the limits are tested elsewhere.
  {
    ...node,
    config: { ...node.config, access: { limits: { roles: { admin: { rate: { burst: 1e6, perSecond: 1e6 } } } } } },
  },
  httpSettings(folder, node.config.http, { port: 0 }),
);
process.stdout.write(`${JSON.stringify({ address: running.address, token })}\n`);
await untilStopped();
await running.close();
await node.close();
rmSync(root, { recursive: true, force: true });
