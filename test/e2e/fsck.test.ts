// What fsck finds of everything that was changed, removed or put back behind the node's back; and that it changes nothing.
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { before, describe, test } from 'node:test';
import { AuditLog } from '../../src/api/access/index.ts';
import { nodePaths } from '../../src/cli/config.ts';
import type { UseCaseResult } from '../../src/node/index.ts';
import { command, jsonCommand } from '../support/command.ts';
import { type Call, filesBelow, fingerprints, newChannel, onNode, samples, temporaryFolder } from '../support/nodes.ts';

/** ACME's folder with ten records, an attached document, one erased on order and an older ledger beside it. */
let template: string;
let older: string;
const kept: { commitment: string; id: string }[] = [];

before(async () => {
  const { acme, root } = await newChannel();
  template = acme;
  older = join(root, 'older');
  cpSync(join(acme, 'ledger'), older, { recursive: true });
  await onNode(acme, async (call, { archive }) => {
    const { lines } = await call('record', { files: [join(samples, 'acme/california-2022.csv')], read: {} });
    const record = lines[5]?.recordId as string;
    const scan = join(root, 'scan.txt');
    writeFileSync(scan, 'a scan of a bill\n');
    await call('attachDocument', { file: scan, records: [record] });
    writeFileSync(scan, 'another scan of a bill\n');
    const { commitment } = await call('attachDocument', { file: scan, records: [record] });
    await call('eraseDocument', { document: commitment, order: 'DSR-1', reason: 'data-subject-request' });
    for (const { commitment, id, state } of archive.list()) if (state === 'kept') kept.push({ commitment, id });
  });
});

function copy(): string {
  const folder = join(temporaryFolder(), 'acme');
  cpSync(template, folder, { recursive: true });
  return folder;
}

function sql(file: string, ...statements: string[]): (folder: string) => void {
  return (folder) => {
    const database = new DatabaseSync(join(folder, file));
    for (const statement of statements) database.exec(statement);
    database.close();
  };
}

type Checked = Awaited<ReturnType<Call>> & { ok: boolean; parts: { part: string; ok: boolean; faults: object[] }[] };

async function checked(folder: string, rebuild = false): Promise<string[]> {
  return await onNode(folder, async (call) => {
    const { ok, parts } = (await call('fsck', rebuild ? { rebuild } : {})) as unknown as Checked;
    assert.equal(ok, parts.every((part) => part.ok) && parts.every(({ faults }) => faults.length === 0));
    return parts.flatMap(({ part, faults }) =>
      (faults as { where: string; message: string }[]).map(({ where, message }) => `${part}: ${where}: ${message}`),
    );
  });
}

const documentFile = (folder: string, at: number): string => {
  const { id } = kept[at] as { id: string };
  return join(folder, 'documents', filesBelow(join(folder, 'documents')).find((name) => name.endsWith(id)) as string);
};

const text = (at: number): string => (kept[at] as { commitment: string }).commitment;
const idOf = (at: number): string => (kept[at] as { id: string }).id;

test('a sound node has no fault, in six parts, and checking it changes no file', async () => {
  const folder = copy();
  await checked(folder);
  const before = fingerprints(folder);
  await onNode(folder, async (call) => {
    const { parts } = await call('fsck', {});
    assert.deepEqual(
      parts.map(({ part, faults }) => [part, faults]),
      ['ledger', 'read model', 'factors', 'documents', 'imports', 'audit log'].map((part) => [part, []]),
    );
  });
  assert.deepEqual(fingerprints(folder), before);
});

describe('a read model that says something else than the ledger', () => {
  const tampers: [string, string, RegExp][] = [
    ['a sum', 'UPDATE cells SET energy_low = energy_low + 1', /cells: kind \d+, month \d+, quality \d+ .*energy_low/],
    ['a figure of a record', 'UPDATE records SET location = 1 WHERE seq = 3', /records: seq 3 is not .*\(location\)/],
    [
      'the evidence of a record',
      'UPDATE records SET evidence = 0 WHERE seq = 2',
      /records: seq 2 is not .*\(evidence\)/,
    ],
    ['the state of a document', 'UPDATE documents SET state = 3 WHERE id = 1', /documents: id 1 is not .*\(state\)/],
    ['a record taken away', 'DELETE FROM records WHERE seq = 4', /records: seq 4 is missing/],
    ['a record put in', "INSERT INTO voids VALUES (999, 'x', 'y')", /voids: seq 999 does not follow from the ledger/],
    ['a factor', `UPDATE factors SET content = '{}'`, /factors: hash [0-9a-f]{64}.*\(content\)/],
    ['truncated texts', 'UPDATE texts SET body = substr(body, 1, 20)', /texts: first 1 is not .*\(body\)/],
    ['an index', 'DROP INDEX records_start', /sqlite_schema: type index, name records_start is missing/],
  ];
  for (const [name, statement, fault] of tampers) {
    test(name, async () => {
      const folder = copy();
      sql('inventory.db', statement)(folder);
      const faults = await checked(folder);
      assert.ok(
        faults.length > 0 && faults.every((found) => found.startsWith('read model: inventory.db')),
        `${faults}`,
      );
      assert.match(faults.join('\n'), fault);
    });
  }

  test('all of them at once are told and stay, and are gone when it is built anew', async () => {
    const folder = copy();
    for (const [, statement] of tampers) sql('inventory.db', statement)(folder);
    const faults = await checked(folder);
    assert.deepEqual(await checked(folder), faults);
    assert.deepEqual(await checked(folder, true), []);
  });

  test('a query that cannot read its rows says how to mend them', async () => {
    const folder = copy();
    sql('inventory.db', 'UPDATE texts SET body = substr(body, 1, 20)')(folder);
    await onNode(folder, async (call, { inventory }) => {
      const record = inventory.records().items[0]?.id as string;
      await assert.rejects(call('show', { record }), { code: 'STATE_CORRUPT', fix: /fsck DIR --rebuild/ });
    });
  });
});

describe('documents that are not what the ledger says', () => {
  const tampers: [string, (folder: string) => void, () => RegExp[]][] = [
    [
      'custody is gone',
      (folder) => {
        for (const name of ['archive', 'documents']) rmSync(join(folder, name), { recursive: true });
      },
      () => kept.map(({ commitment }) => new RegExp(`${commitment.slice(0, 12)}: missing: .* not in custody`)),
    ],
    [
      'one row of the catalogue is gone',
      (folder) => sql('archive/catalogue.db', `DELETE FROM documents WHERE id = '${idOf(0)}'`)(folder),
      () => [new RegExp(`${text(0).slice(0, 12)}: missing`), new RegExp(`${idOf(0).slice(0, 12)}: orphan`)],
    ],
    [
      'one file is gone',
      (folder) => rmSync(documentFile(folder, 1)),
      () => [new RegExp(`${text(1).slice(0, 12)}: missing`)],
    ],
    [
      'one byte is changed',
      (folder) => {
        const bytes = readFileSync(documentFile(folder, 1));
        bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1;
        writeFileSync(documentFile(folder, 1), bytes);
      },
      () => [new RegExp(`${text(1).slice(0, 12)}: corrupt`)],
    ],
    [
      'two commitments are swapped',
      (folder) =>
        sql(
          'archive/catalogue.db',
          `UPDATE documents SET commitment = 'x' WHERE id = '${idOf(0)}'`,
          `UPDATE documents SET commitment = '${text(0)}' WHERE id = '${idOf(1)}'`,
          `UPDATE documents SET commitment = '${text(1)}' WHERE id = '${idOf(0)}'`,
        )(folder),
      () => [0, 1].map((at) => new RegExp(`${text(at).slice(0, 12)}: does-not-match`)),
    ],
    [
      'one is called lost',
      (folder) => sql('archive/catalogue.db', `UPDATE documents SET state = 'lost' WHERE id = '${idOf(0)}'`)(folder),
      () => [new RegExp(`${text(0).slice(0, 12)}: restored`)],
    ],
  ];
  for (const [name, tamper, expected] of tampers) {
    test(name, async () => {
      const folder = copy();
      tamper(folder);
      const faults = await checked(folder);
      const wanted = expected();
      assert.equal(faults.length, wanted.length, faults.join('\n'));
      for (const fault of wanted)
        assert.ok(
          faults.some((found) => fault.test(found)),
          `${fault}\n${faults.join('\n')}`,
        );
      const after = fingerprints(folder);
      assert.deepEqual(await checked(folder), faults, 'it was only told');
      assert.deepEqual(fingerprints(folder), after);
    });
  }

  test('one is here that the ledger calls erased', async () => {
    const folder = copy();
    const [backup, archives] = [join(temporaryFolder(), 'archive'), ['archive', 'documents']];
    for (const name of archives) cpSync(join(folder, name), join(backup, name), { recursive: true });
    await onNode(folder, (call) =>
      call('eraseDocument', { document: text(0), order: 'DSR-2', reason: 'retention-ended' }),
    );
    for (const name of archives) {
      rmSync(join(folder, name), { recursive: true });
      cpSync(join(backup, name), join(folder, name), { recursive: true });
    }
    const faults = await checked(folder);
    assert.deepEqual(faults, [
      `documents: document ${text(0).slice(0, 12)}: it is here though the ledger calls it erased (matches)`,
    ]);
  });
});

describe('an edited catalogue destroys nothing', () => {
  for (const state of ['erased', 'erasing', 'keeping'] as const) {
    test(`a kept document called '${state}'`, async () => {
      const folder = copy();
      const edit = (to: string): void =>
        sql('archive/catalogue.db', `UPDATE documents SET state = '${to}' WHERE id = '${idOf(0)}'`)(folder);
      edit(state);
      const refused = onNode(folder, (call) => call('fsck', {}));
      await assert.rejects(refused, { code: 'VAULT_INVALID', message: new RegExp(`${idOf(0)} is '${state}'`) });
      edit('kept');
      assert.deepEqual(await checked(folder), []);
    });
  }
});

describe('an audit log that is not what was written', () => {
  const tampers: [string, string, RegExp][] = [
    [
      'an entry is edited',
      `UPDATE entries SET body = replace(body, '"status":200', '"status":201') WHERE number = 2`,
      /^audit log: audit.db, entry 2: the entry is not what was written/,
    ],
    ['it is cut off', 'DELETE FROM entries WHERE number > 1', /^audit log: audit.db, end: the log ends at entry 1/],
    ['its head is gone', 'DELETE FROM head', /^audit log: audit.db, head: the audit log has lost its head/],
    ['a table is gone', 'DROP TABLE entries', /^audit log: audit.db: STORE_UNAVAILABLE/],
  ];
  for (const [name, statement, fault] of tampers)
    test(name, async () => {
      const folder = copy();
      const { audit, auditKey } = nodePaths(folder);
      const log = new AuditLog(audit, auditKey);
      for (const operation of ['one', 'two', 'three'])
        await log.append({ principal: { id: 'local', role: 'admin', kind: 'local' }, operation, status: 200 });
      log.close();
      assert.deepEqual(await checked(folder), []);
      sql('audit.db', statement)(folder);
      const faults = await checked(folder);
      assert.equal(faults.length, 1, faults.join('\n'));
      assert.match(faults[0] as string, fault);
    });
});

describe('a ledger that cannot be read to its end: what was to be compared with it is not checked, and nothing is found by it', () => {
  const restore = 'Keep the folder as it is, and restore the log from a backup or another copy.';
  // Without the block of the erasure, the erased document looks as if it were missing.
  for (const name of ['records.submit', 'documents.erased'])
    test(`a flipped bit in the block of ${name}`, async () => {
      const folder = copy();
      // One more block: with a damaged last one no command opens the ledger.
      const release = 'eea/electricity-intensity/2025';
      await onNode(folder, (call) => call('withdrawRelease', { release, reason: 'revised' }));
      const log = join(folder, 'ledger', 'blocks.log');
      const bytes = readFileSync(log);
      const at = bytes.indexOf(`"${name}"`) + 1;
      assert.ok(at > 0);
      bytes[at] = (bytes[at] as number) ^ 1;
      writeFileSync(log, bytes);
      const { code, answer } = await jsonCommand<UseCaseResult<'fsck'>>(['fsck', folder]);
      assert.equal(code, 5);
      const [ledger, model, ...others] = answer.parts;
      for (const part of [ledger, model]) {
        assert.deepEqual([part?.ok, part?.checked, part?.faults.length], [false, true, 1]);
        assert.match(part?.faults[0]?.where ?? '', /^block \d+, byte \d+$/);
        assert.equal(part?.faults[0]?.fix, restore);
      }
      assert.deepEqual(
        others.map(({ part, ok, checked, detail, faults }) => [part, ok, checked, detail, faults]),
        [
          ['factors', true, true, '38 releases', []],
          ['documents', false, false, '5 documents, not compared with the ledger: the ledger cannot be read', []],
          ['imports', false, false, '1 finished, 12 records, not checked: the ledger cannot be read', []],
          ['audit log', true, true, '0 entries', []],
        ],
      );
      const { stdout } = await command(['fsck', folder]);
      assert.match(stdout, new RegExp(`^FAILED {8}ledger: [^]*?\\n {18}${restore}\\n`));
      assert.match(stdout, /^not checked {3}imports: 1 finished, 12 records, not checked: the ledger cannot be read$/m);
    });
});

test('a ledger that is older than the imports is told', async () => {
  const folder = copy();
  rmSync(join(folder, 'ledger'), { recursive: true });
  mkdirSync(join(folder, 'ledger'));
  cpSync(older, join(folder, 'ledger'), { recursive: true });
  const faults = await checked(folder);
  assert.match(
    faults.join('\n'),
    /imports: imports.db: finished imports recorded 12 records, the ledger holds 0 of ACME/,
  );
});
