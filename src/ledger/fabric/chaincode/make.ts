// npm run chaincode: writes build/chaincode, and with --address also the package by which a peer finds it as a service.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bundleChaincode } from './bundle.ts';
import { ccaasPackage } from './ccaas-package.ts';

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: fileURLToPath(new URL('../../../../build/chaincode', import.meta.url)) },
    label: { type: 'string', default: 'uec' },
    address: { type: 'string' },
    'root-cert': { type: 'string' },
    'client-cert': { type: 'string' },
    'client-key': { type: 'string' },
  },
});

const { file, sha256 } = await bundleChaincode(values.out);
process.stdout.write(`${file}\nsource ${sha256}\n`);

const { address, label } = values;
if (address !== undefined) {
  const rootCert = pem(values['root-cert']);
  const certificate = pem(values['client-cert']);
  const privateKey = pem(values['client-key']);
  const client = certificate === undefined || privateKey === undefined ? {} : { client: { certificate, privateKey } };
  const { id, bytes } = ccaasPackage({
    label,
    address,
    ...(rootCert === undefined ? {} : { tls: { rootCert, ...client } }),
  });
  const target = join(values.out, `${label}.tar.gz`);
  // It may hold a private key.
  writeFileSync(target, bytes, { mode: 0o600 });
  process.stdout.write(`${target}\npackage ${id}\n`);
}

function pem(path: string | undefined): string | undefined {
  return path === undefined ? undefined : readFileSync(path, 'utf8');
}
