import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkAuditLog } from './audit-check.ts';
import { type AuditHead, AuditLog, type AuditOptions } from './audit-log.ts';
import type { Principal } from './principal.ts';

const folder = mkdtempSync(join(tmpdir(), 'uec-audit-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const principal: Principal = { id: 'token:0123456789abcdef', role: 'operator', kind: 'token' };
let count = 0;

interface Place {
  readonly path: string;
  readonly key: string;
}

function place(): Place {
  count += 1;
  return { path: join(folder, `${count}.db`), key: join(folder, `${count}.key`) };
}

function open({ path, key }: Place, options: AuditOptions = {}): AuditLog {
  return new AuditLog(path, key, { now: () => new Date('2026-03-01T12:00:00.000Z'), ...options });
}

async function filled(entries: number): Promise<Place> {
  const where = place();
  const log = open(where);
  for (let at = 1; at <= entries; at += 1)
    await log.append({ principal, operation: 'records.void', target: `record-${at}`, status: 200 });
  log.close();
  return where;
}

/** Changes the file behind the log's back. */
function tamper({ path }: Place, sql: string): void {
  const db = new DatabaseSync(path);
  db.exec(sql);
  db.close();
}

async function faults({ path, key }: Place, pinned?: AuditHead): Promise<readonly string[]> {
  const report = await checkAuditLog({ path, keyPath: key }, pinned);
  return report.faults.map(({ where: at, message }) => `${at}: ${message}`);
}

test('what was appended is read back in order, and verifies', async () => {
  const where = await filled(5);
  const log = open(where);
  await log.append({ principal, operation: 'records.list', status: 403, code: 'ROLE_INSUFFICIENT' });
  assert.deepEqual(log.entries(5), [
    {
      number: 5,
      at: '2026-03-01T12:00:00.000Z',
      who: principal.id,
      role: 'operator',
      operation: 'records.void',
      target: 'record-5',
      status: 200,
    },
    {
      number: 6,
      at: '2026-03-01T12:00:00.000Z',
      who: principal.id,
      role: 'operator',
      operation: 'records.list',
      status: 403,
      code: 'ROLE_INSUFFICIENT',
    },
  ]);
  const report = await checkAuditLog(log.files);
  assert.deepEqual([report.entries, report.first, report.head.number, report.faults], [6, 1, 6, []]);
  assert.deepEqual(report.head, log.head());
  assert.deepEqual(log.newest(1)[0]?.number, 6);
  log.close();
  assert.equal(statSync(where.path).mode & 0o177, 0);
  assert.equal(statSync(where.key).mode & 0o177, 0);
});

test('a seal is what docs/operating.md says it is: anybody with the key can compute it', async () => {
  const where = await filled(2);
  const db = new DatabaseSync(where.path);
  const rows = db.prepare('SELECT * FROM entries ORDER BY number').all() as {
    number: number;
    body: string;
    seal: string;
  }[];
  db.close();
  let before = '0'.repeat(64);
  for (const { number, body, seal } of rows) {
    const mac = createHmac('sha256', readFileSync(where.key)).update(`UEC/audit/v1\0${before}\0${number}\0${body}`);
    before = mac.digest('hex');
    assert.equal(seal, before);
  }
});

test('entries of the same moment are written together, in order, by two processes too', async () => {
  const where = place();
  const [one, two] = [open(where), open(where)];
  await Promise.all(
    Array.from({ length: 200 }, (_, at) =>
      (at % 2 === 0 ? one : two).append({ principal, operation: 'records.list', target: `t${at}`, status: 200 }),
    ),
  );
  const report = await checkAuditLog(one.files);
  assert.deepEqual([report.entries, report.faults], [200, []]);
  one.close();
  two.close();
});

test('an entry that was edited is found', async () => {
  const where = await filled(5);
  tamper(where, `UPDATE entries SET body = replace(body, 'record-3', 'record-9') WHERE number = 3`);
  assert.deepEqual(await faults(where), [
    'entry 3: the entry is not what was written, or the one before it is another',
  ]);
});

test('an entry that was removed is found, in the middle and at the beginning', async () => {
  const where = await filled(5);
  tamper(where, 'DELETE FROM entries WHERE number IN (2, 3)');
  assert.deepEqual(await faults(where), ['entry 2: entries 2 to 3 are missing']);
  const first = await filled(3);
  tamper(first, 'DELETE FROM entries WHERE number = 1');
  assert.match((await faults(first))[0] as string, /entry 1: entries 1 to 1 are missing/);
});

test('an entry that was removed with the later ones moved up is found', async () => {
  const where = await filled(5);
  tamper(
    where,
    'DELETE FROM entries WHERE number = 3; UPDATE entries SET number = 3 WHERE number = 4; UPDATE entries SET number = 4 WHERE number = 5',
  );
  assert.throws(() => open(where), { code: 'AUDIT_CORRUPT', message: /does not end where its head says/ });
});

test('a log that was cut off is not opened', async () => {
  const where = await filled(5);
  tamper(where, 'DELETE FROM entries WHERE number > 3');
  assert.throws(() => open(where), { code: 'AUDIT_CORRUPT', message: /does not end where its head says/ });
});

test('an entry that was added behind the end is found, and so is a head moved to fit a cut', async () => {
  const where = await filled(3);
  tamper(where, 'INSERT INTO entries SELECT 4, body, seal FROM entries WHERE number = 3');
  assert.throws(() => open(where), { code: 'AUDIT_CORRUPT' });
  const cut = await filled(3);
  tamper(
    cut,
    'DELETE FROM entries WHERE number = 3; UPDATE head SET number = 2, seal = (SELECT seal FROM entries WHERE number = 2)',
  );
  assert.throws(() => open(cut), { code: 'AUDIT_CORRUPT', message: /head of the audit log was changed/ });
  const empty = await filled(3);
  tamper(empty, 'DELETE FROM entries; DELETE FROM head');
  assert.throws(() => open(empty), { code: 'AUDIT_CORRUPT', message: /lost its head/ });
});

test('two entries that changed places are found', async () => {
  const where = await filled(4);
  tamper(
    where,
    'UPDATE entries SET number = -2 WHERE number = 2; UPDATE entries SET number = 2 WHERE number = 3; UPDATE entries SET number = 3 WHERE number = -2',
  );
  assert.ok((await faults(where)).length >= 2);
});

test('a whole file put back to an older state is found by a head kept elsewhere', async () => {
  const where = await filled(3);
  const old = `${where.path}.old`;
  copyFileSync(where.path, old);
  const log = open(where);
  await log.append({ principal, operation: 'documents.erase', target: 'record-1', status: 200 });
  const pinned = log.head();
  log.close();
  assert.deepEqual(await faults(where, pinned), []);
  copyFileSync(old, where.path);
  for (const suffix of ['-wal', '-shm']) rmSync(where.path + suffix, { force: true });
  assert.deepEqual(await faults(where), []);
  assert.deepEqual(await faults(where, pinned), ['end: the log does not reach entry 4, which was pinned']);
  const other = open(where);
  await other.append({ principal, operation: 'records.list', status: 200 });
  other.close();
  assert.deepEqual(await faults(where, pinned), ['entry 4: the entry is not the one that was pinned']);
});

test('the checker tells of a missing half, and changes no file', async () => {
  const where = await filled(3);
  const sums = () =>
    [where.path, where.key].map((path) => (existsSync(path) ? readFileSync(path).toString('hex') : ''));
  const before = sums();
  assert.deepEqual(await faults(where), []);
  assert.deepEqual(sums(), before);
  const away = `${where.key}.away`;
  renameSync(where.key, away);
  assert.deepEqual(await faults(where), ['audit.key: the key of the audit log is gone']);
  renameSync(away, where.key);
  rmSync(where.path);
  assert.deepEqual(await faults(where), ['audit.db: the audit log is gone, its key is there']);
  const nothing = place();
  assert.deepEqual(await faults(nothing), []);
  assert.deepEqual([existsSync(nothing.path), existsSync(nothing.key)], [false, false]);
  const pinned = { number: 3, seal: '0'.repeat(64) };
  assert.deepEqual(await faults(nothing, pinned), ['end: the log does not reach entry 3, which was pinned']);
});

test('key and log belong together: neither is made anew beside the other', async () => {
  const noLog = await filled(1);
  rmSync(noLog.path);
  assert.throws(() => open(noLog), { code: 'AUDIT_CORRUPT', message: /log is gone/ });
  const noKey = await filled(1);
  rmSync(noKey.key);
  assert.throws(() => open(noKey), { code: 'AUDIT_CORRUPT', message: /key of the audit log is gone/ });
  const other = await filled(1);
  writeFileSync(other.key, Buffer.alloc(32, 1));
  assert.throws(() => open(other), { code: 'AUDIT_CORRUPT', message: /head/ });
});

/** A process that begins one log after the other: `N.db` and `N.key` in the folder, N from 0. */
function beginning(root: string): ChildProcess {
  const module = new URL('./audit-log.ts', import.meta.url).href;
  const code = `const { AuditLog } = await import(${JSON.stringify(module)});
    for (let n = 0; n < 40; n += 1) {
      const path = ${JSON.stringify(root)} + '/' + n;
      const log = new AuditLog(path + '.db', path + '.key');
      log.close();
      process.stdout.write('.');
    }`;
  return spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
}

test('killed while it begins, a log begins at the next start; there is no moment at which it looks tampered with', async () => {
  for (let kill = 0; kill < 6; kill += 1) {
    const root = mkdtempSync(join(folder, 'killed-'));
    const child = beginning(root);
    await once(child.stdout as NodeJS.ReadableStream, 'data');
    await sleep(kill * 3);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const numbers = new Set(readdirSync(root).map((name) => name.split('.')[0] as string));
    for (const number of numbers) {
      const where = { path: join(root, `${number}.db`), key: join(root, `${number}.key`) };
      const log = open(where);
      await log.append({ principal, operation: 'records.void', status: 200 });
      log.close();
      assert.deepEqual(await faults(where), []);
    }
  }
});

test('what a crash in the beginning leaves is gone on with: a key without a log, an empty log, a log with its head', async () => {
  const whole = place();
  open(whole).close();
  const left: Readonly<Record<string, (at: Place) => void>> = {
    'a key': () => undefined,
    'an empty file': ({ path }) => writeFileSync(path, ''),
    'a log that has its head': ({ path }) => copyFileSync(whole.path, path),
  };
  for (const [what, leave] of Object.entries(left)) {
    const at = place();
    copyFileSync(whole.key, `${at.key}.new`);
    leave(at);
    const log = open(at);
    await log.append({ principal, operation: 'records.void', status: 200 });
    log.close();
    assert.deepEqual(await faults(at), [], what);
    assert.deepEqual(readFileSync(at.key), readFileSync(whole.key), what);
  }
  // A log that is not empty never begins anew: under a key that is not its own it is refused.
  const other = await filled(2);
  writeFileSync(`${other.key}.new`, Buffer.alloc(32, 7));
  rmSync(other.key);
  assert.throws(() => open(other), { code: 'AUDIT_CORRUPT' });
});

test('two processes that begin the same log at once have one key', async () => {
  const root = mkdtempSync(join(folder, 'together-'));
  const ends = await Promise.all(
    [beginning(root), beginning(root)].map(async (child) => {
      child.stdout?.resume();
      return (await once(child, 'exit'))[0] as number;
    }),
  );
  assert.deepEqual(ends, [0, 0]);
  assert.equal(readdirSync(root).filter((name) => name.endsWith('.key')).length, 40);
  assert.deepEqual(
    readdirSync(root).filter((name) => name.includes('.new')),
    [],
  );
});

test('the oldest entries are dropped beyond the bound, and what is left still verifies', async () => {
  const where = place();
  const log = open(where, { keep: 50 });
  for (let at = 0; at < 1100; at += 100)
    await Promise.all(
      Array.from({ length: 100 }, () => log.append({ principal, operation: 'records.list', status: 200 })),
    );
  const report = await checkAuditLog(log.files);
  assert.deepEqual(report.faults, []);
  assert.ok(report.first > 1 && report.head.number === 1100);
  assert.equal(report.entries, 1100 - report.first + 1);
  log.close();
  // Dropping more than the head says is found.
  tamper(where, `DELETE FROM entries WHERE number = ${report.first}`);
  assert.match((await faults(where))[0] as string, /missing/);
});

test('a person has one pseudonym, which differs by issuer and by node', () => {
  const [here, there] = [open(place()), open(place())];
  const name = here.pseudonym('https://id.example', 'ada@example.org');
  assert.match(name, /^[0-9a-f]{32}$/);
  assert.equal(here.pseudonym('https://id.example', 'ada@example.org'), name);
  assert.notEqual(here.pseudonym('https://other.example', 'ada@example.org'), name);
  assert.notEqual(there.pseudonym('https://id.example', 'ada@example.org'), name);
  here.close();
  there.close();
});
