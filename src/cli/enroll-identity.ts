import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ChannelError, defined } from '../emissions/index.ts';
import { demandEmpty, enrol, writeMspFolder } from '../ledger/fabric/index.ts';

export interface EnrollOptions {
  readonly url: string;
  readonly id: string;
  readonly secretFile?: string;
  readonly secretVariable?: string;
  readonly tlsRoot?: string;
  readonly caName?: string;
}

export interface EnrollAnswer {
  readonly id: string;
  readonly msp: string;
  /** UTC, ISO 8601. */
  readonly validTo: string;
}

/**
 * Has a fabric-ca server issue an identity, and writes it as an MSP folder that a connection profile can name.
 * @throws {ChannelError} OPTION_INVALID, FILE_UNREADABLE, and what enrolling is refused for
 */
export async function enrollIdentity(msp: string, options: EnrollOptions): Promise<EnrollAnswer> {
  const { url, id, caName, tlsRoot } = options;
  // Before the authority counts an enrolment.
  demandEmpty(msp);
  const enrolment = await enrol({
    url,
    id,
    secret: secretOf(options),
    ...defined({ caName, tlsRoot: tlsRoot === undefined ? undefined : readFile(tlsRoot) }),
  });
  writeMspFolder(msp, enrolment);
  return { id, msp, validTo: new X509Certificate(enrolment.certificate).validToDate.toISOString() };
}

// Never as an argument, which every user of the machine can read.
function secretOf({ secretFile, secretVariable }: EnrollOptions): string {
  if ((secretFile === undefined) === (secretVariable === undefined))
    throw new ChannelError('OPTION_INVALID', 'the secret of the registration is needed, from one place', {
      where: '--secret-file',
      fix: 'Give --secret-file FILE, or --secret-variable NAME.',
    });
  if (secretFile !== undefined)
    return readFile(secretFile)
      .toString()
      .replace(/\r?\n$/, '');
  const secret = process.env[secretVariable as string];
  if (secret === undefined)
    throw new ChannelError('OPTION_INVALID', `the environment variable ${secretVariable} is not set`, {
      where: '--secret-variable',
    });
  return secret;
}

function readFile(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new ChannelError('FILE_UNREADABLE', `${file} cannot be read`, { where: file, cause });
  }
}
