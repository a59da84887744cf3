import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sha256 } from '../../../emissions/index.ts';

const root = fileURLToPath(new URL('../../../../', import.meta.url));

export interface Bundle {
  /** The one file that runs. */
  readonly file: string;
  /** Its SHA-256, lower-case hex: what the query `chaincode.version` answers as its source. */
  readonly sha256: string;
}

/**
 * Writes the chaincode to a folder: main.cjs with everything in it, and the package.json by which a peer's builder runs it.
 * The same sources and packages give the same bytes, wherever the project lies.
 */
export async function bundleChaincode(
  outDir: string,
  entry = fileURLToPath(import.meta.resolve('./main.ts')),
): Promise<Bundle> {
  // Only who builds chaincode needs it.
  const { build } = await import('esbuild');
  const { name, version, license } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    platform: 'node',
    target: 'node22',
    format: 'cjs',
    // fabric-shim asks for fabric-protos 0.2, which lacks the batch messages; it runs on 0.3 unchanged.
    alias: { '@hyperledger/fabric-protos': fabricProtos() },
    define: { 'import.meta.filename': '__filename', 'process.env.UEC_VERSION': JSON.stringify(version) },
    legalComments: 'eof',
    logLevel: 'silent',
    write: false,
  });
  const bytes = outputFiles[0]?.contents as Uint8Array;
  mkdirSync(outDir, { recursive: true });
  const file = join(outDir, 'main.cjs');
  writeFileSync(file, bytes);
  const manifest = {
    name: `${name}-chaincode`,
    version,
    license,
    private: true,
    main: 'main.cjs',
    engines: { node: '>=22' },
    // The peer adds --peer.address; the chaincode's id comes from the environment.
    scripts: { start: 'node main.cjs' },
  };
  writeFileSync(join(outDir, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  return { file, sha256: sha256(bytes) };
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license: string;
}

// The folder of the project's own copy: two copies of the messages in one process would not know each other's classes.
function fabricProtos(): string {
  return dirname(dirname(fileURLToPath(import.meta.resolve('@hyperledger/fabric-protos'))));
}
