import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

// The three programs that a peer calls for a package (Fabric's documentation, "External Builders and Launchers"). A package of
// type ccaas holds no code, only where its server listens: building is copying connection.json, and there is nothing to run.
const programs = {
  detect: ['# detect SOURCE METADATA', `tr -d '[:space:]' < "$2/metadata.json" | grep -q '"type":"ccaas"'`],
  build: ['# build SOURCE METADATA OUTPUT', 'cp "$1/connection.json" "$3/connection.json"'],
  release: [
    '# release BUILT OUTPUT',
    'mkdir -p "$2/chaincode/server"',
    'cp "$1/connection.json" "$2/chaincode/server/connection.json"',
  ],
} as const;

/** Writes the external builder of chaincode as a service; peers find its programs in `bin` under the folder. */
export function writeBuilder(folder: string): void {
  mkdirSync(join(folder, 'bin'), { recursive: true });
  for (const [name, lines] of Object.entries(programs)) {
    writeFileSync(join(folder, 'bin', name), `${['#!/bin/sh', 'set -eu', ...lines].join('\n')}\n`, { mode: 0o755 });
  }
}
