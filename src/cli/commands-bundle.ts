import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { styleText } from 'node:util';
import { type BundleVerification, maxBundleBytes, parseTrust, type Trust, verifyBundle } from '../bundles/index.ts';
import { ChannelError } from '../emissions/index.ts';
import { exitCodes } from './exit-code.ts';
import { withNode } from './node-client.ts';
import { print } from './output.ts';
import { type PresentedOptions, presentedCommitment } from './presented-document.ts';
import { progressLine } from './progress-line.ts';
import { amount, days } from './words.ts';

interface Json {
  readonly json?: boolean;
}

/** Name of the trust file in a folder given as trust. */
const TRUST_FILE = 'trust.json';
const LARGEST_TRUST = 10_000;

export async function exportBundle(
  folder: string,
  record: string,
  { output, json }: Json & { readonly output: string },
): Promise<void> {
  const { progress, end } = progressLine();
  const { text, ...answer } = await withNode(folder, 'uec bundle export', (node) =>
    node.call('exportBundle', { record }, progress),
  ).finally(end);
  await writeNew(output, text);
  print({ ...answer, file: output, bytes: Buffer.byteLength(text) }, json, () => {
    const others = answer.otherRecords === 1 ? '1 other record' : `${answer.otherRecords} other records`;
    const told = answer.otherRecords === 0 ? '' : `; it carries ${others} of the same page as well`;
    return `record ${answer.recordId.slice(0, 12)} is in ${output}${told}`;
  });
}

export async function trust(folder: string, { json, output }: Json & { readonly output?: string }): Promise<void> {
  const answer = await withNode(folder, 'uec bundle trust', (node) => node.call('channelTrust', {}));
  if (output !== undefined) await writeNew(output, `${JSON.stringify(answer)}\n`);
  print(answer, json, () => JSON.stringify(answer));
}

export async function verify(
  file: string,
  options: Json & PresentedOptions & { readonly trust: string },
): Promise<void> {
  const known = await readTrust(options.trust);
  const commitment = await presentedCommitment(options);
  const text = await readText(file, maxBundleBytes, 'the bundle', 'EVIDENCE_INVALID');
  const answer = await verifyBundle(text, known, commitment === undefined ? {} : { commitment });
  if (!answer.verified) process.exitCode = exitCodes.integrity;
  print(answer, options.json, () => renderBundle(answer));
}

const MARKS = {
  passed: styleText('green', 'passed      '),
  failed: styleText('red', 'FAILED      '),
  'not-verified': styleText('yellow', 'not verified'),
};

function renderBundle({ recordId, record, checks, verified }: BundleVerification): string {
  const open = checks.filter((check) => check.open === true).map(({ check }) => check);
  return [
    `Record ${recordId ?? 'unknown'}`,
    ...(record === null
      ? []
      : [
          `  ${record.owner}: ${amount(record.quantity)} ${record.unit} of ${record.commodity}, ${days(record.start, record.end)}`,
        ]),
    ...checks.map(({ check, result, detail }) => `  ${MARKS[result]}  ${check}: ${detail}`),
    `The record ${verified ? 'verifies' : 'DOES NOT VERIFY'}${open.length === 0 ? '' : `; left open: ${open.join(', ')}`}.`,
  ].join('\n');
}

async function readTrust(path: string): Promise<Trust> {
  const isFolder = (
    await stat(path).catch((cause) => {
      throw unreadable(cause, '--trust');
    })
  ).isDirectory();
  return parseTrust(
    await readText(isFolder ? join(path, TRUST_FILE) : path, LARGEST_TRUST, '--trust', 'FILE_MALFORMED'),
  );
}

/** A file of UTF-8 text; of one that is larger than its kind can be, nothing more is read than shows it. */
async function readText(
  path: string,
  most: number,
  where: string,
  code: 'EVIDENCE_INVALID' | 'FILE_MALFORMED',
): Promise<string> {
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of createReadStream(path, { end: most })) chunks.push(chunk as Uint8Array);
  } catch (cause) {
    throw unreadable(cause, where);
  }
  const bytes = Buffer.concat(chunks);
  const fault = bytes.length > most ? `has more than ${most} bytes` : isUtf8(bytes) ? undefined : 'is not UTF-8';
  if (fault !== undefined) throw new ChannelError(code, `the file ${fault}`, { where });
  return bytes.toString();
}

async function writeNew(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600).catch((cause: NodeJS.ErrnoException) => {
    throw new ChannelError('FILE_UNREADABLE', `the file cannot be written (${cause.code})`, {
      where: '--output',
      fix: 'Name a file that does not exist yet, in a folder that does.',
      cause,
    });
  });
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

function unreadable(cause: unknown, where: string): ChannelError {
  const reason = (cause as NodeJS.ErrnoException).code ?? 'unknown error';
  return new ChannelError('FILE_UNREADABLE', `the file cannot be read (${reason})`, { where, cause });
}
