import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ChannelError } from '../../emissions/index.ts';
import type { Enrolment } from './enrolment.ts';

/** @throws {ChannelError} OPTION_INVALID where the folder holds something */
export function demandEmpty(folder: string): void {
  if (!existsSync(folder) || readdirSync(folder).length === 0) return;
  throw new ChannelError('OPTION_INVALID', `${folder} is not empty`, {
    where: folder,
    fix: 'Choose a new folder, and name it in the connection profile afterwards.',
  });
}

/** Writes an MSP folder with one identity, whole or not at all; what it holds is its owner's alone. */
export function writeMspFolder(folder: string, { certificate, privateKey, chain }: Enrolment): void {
  demandEmpty(folder);
  const fresh = join(dirname(folder), `.${randomUUID()}`);
  try {
    const files = {
      signcerts: ['cert.pem', certificate],
      keystore: ['priv_sk', privateKey],
      cacerts: ['ca.pem', chain],
    };
    for (const [name, [file, text]] of Object.entries(files) as [string, [string, string]][]) {
      mkdirSync(join(fresh, name), { recursive: true, mode: 0o700 });
      writeFileSync(join(fresh, name, file), text, { mode: 0o600, flush: true });
    }
    if (existsSync(folder)) rmdirSync(folder);
    renameSync(fresh, folder);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}
