import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Role } from '../../src/channel/index.ts';
import { joinRequest } from '../../src/cli/enter-channel.ts';
import { initNode } from '../../src/cli/init.ts';
import { type OpenNode, openNode } from '../../src/cli/wire.ts';
import { type UseCaseArgs, type UseCaseName, type UseCaseResult, useCases } from '../../src/node/index.ts';

export const samples = fileURLToPath(new URL('../../samples/', import.meta.url));

const silent = () => undefined;

// At the top of the module, because `after` inside a hook or test runs at the end of that one.
const everything = realpathSync(mkdtempSync(join(tmpdir(), 'uec-')));
after(() => rmSync(everything, { recursive: true, force: true }));

/** A folder that is removed when the test file is done. */
export function temporaryFolder(): string {
  return mkdtempSync(join(everything, 'e2e-'));
}

export interface Channel {
  readonly root: string;
  readonly acme: string;
  readonly beta: string;
  readonly audit: string;
}

let template: Promise<Channel> | undefined;

/**
 * Folders of three members on one channel: ACME (steward), BETA (reporter) and AUDIT (auditor). Made once and copied, because
 * making one loads every bundled release.
 */
export async function newChannel(): Promise<Channel> {
  template ??= templateOfRun(process.env.UEC_TESTS_SHARED);
  const made = await template;
  const root = temporaryFolder();
  cpSync(made.root, root, { recursive: true });
  const channel = foldersIn(root);
  for (const folder of [channel.beta, channel.audit]) {
    const config = JSON.parse(readFileSync(join(folder, 'node.json'), 'utf8')) as { ledger: string };
    writeFileSync(join(folder, 'node.json'), JSON.stringify({ ...config, ledger: join(channel.acme, 'ledger') }));
  }
  return channel;
}

/** The channel that all test files of a run copy, made by the first that needs it; of this file alone where there is no shared folder. */
async function templateOfRun(shared: string | undefined): Promise<Channel> {
  if (shared === undefined) return makeChannel(temporaryFolder());
  const root = join(shared, 'channel');
  if (existsSync(root)) return foldersIn(root);
  const made = await makeChannel(mkdtempSync(join(shared, 'making-')));
  try {
    renameSync(made.root, root);
  } catch (error) {
    // Another file was first; its channel is as good.
    if (!existsSync(root)) throw error;
  }
  return foldersIn(root);
}

async function makeChannel(root: string): Promise<Channel> {
  const channel = foldersIn(root);
  const { acme, beta, audit } = channel;
  await initNode(acme, { member: 'ACME', name: 'Acme Inc' }, silent);
  await initNode(beta, { member: 'BETA', name: 'Beta Group', join: acme }, silent);
  await initNode(audit, { member: 'AUDIT', name: 'Audit Partners', join: acme }, silent);
  const roles: [string, Role][] = [
    ['BETA', 'reporter'],
    ['AUDIT', 'auditor'],
  ];
  await onNode(acme, async (call) => {
    for (const [id, role] of roles) {
      const left = await joinRequest(acme, id);
      if (left === undefined) throw new Error(`${id} left no request`);
      await call('admitMember', { ...left, roles: [role] });
    }
  });
  // Their read models know the members from here on.
  for (const folder of [acme, beta, audit]) await onNode(folder, async () => undefined);
  return channel;
}

function foldersIn(root: string): Channel {
  return { root, acme: join(root, 'acme'), beta: join(root, 'beta'), audit: join(root, 'audit') };
}

export type Call = <N extends UseCaseName>(name: N, args: UseCaseArgs<N>) => Promise<UseCaseResult<N>>;

/** Opens the node of a folder in this process, and closes it again. */
export async function onNode<T>(folder: string, work: (call: Call, node: OpenNode) => Promise<T>): Promise<T> {
  const node = await openNode(folder, 'test');
  try {
    return await work(callsOf(node), node);
  } finally {
    await node.close();
  }
}

/** Opens the nodes of all three members in this process, on one ledger, and closes them again. */
export async function together<T>(
  channel: Channel,
  work: (calls: { readonly acme: Call; readonly beta: Call; readonly audit: Call }) => Promise<T>,
): Promise<T> {
  return onNode(channel.acme, async (acme, { embedded }) => {
    const open: OpenNode[] = [];
    const join = async (folder: string): Promise<Call> => {
      const node = await openNode(folder, 'test', embedded);
      open.push(node);
      return callsOf(node);
    };
    try {
      return await work({ acme, beta: await join(channel.beta), audit: await join(channel.audit) });
    } finally {
      for (const node of open) await node.close();
    }
  });
}

function callsOf(node: OpenNode): Call {
  return (name, args) => useCases[name](node, args as never, silent) as never;
}

/** Every file below a folder, by its path from there, in order. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

/**
 * Path and SHA-256 of every file below a folder; the side files of an open SQLite database come and go, and the audit log tells of
 * what was only tried, too.
 */
export function fingerprints(folder: string): Record<string, string> {
  const names = filesBelow(folder).filter((name) => !/(-wal|-shm|holder\.json|audit\.(db|key))$/.test(name));
  return Object.fromEntries(
    names.map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(join(folder, name)))
        .digest('hex'),
    ]),
  );
}

const HEAD = 'meter,commodity,start,end,end_convention,quantity,unit,country';

/** Writes a bill file of rows under the common columns and gives its path. */
export function billFile(path: string, rows: readonly string[], moreColumns = ''): string {
  writeFileSync(path, `${HEAD}${moreColumns}\n${rows.map((row) => `${row}\n`).join('')}`);
  return path;
}
