// A record command that is killed, or finds the disk full, at any moment: run again, every line stands on the ledger once.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { RecordAnswer } from '../../src/node/index.ts';
import { answerOf, finished, plainEnvironment, startCommand } from '../support/command.ts';
import { billFile, newChannel, onNode, temporaryFolder } from '../support/nodes.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const METERS = 8;
const DAYS = 150;
const LINES = METERS * DAYS;
const folder = temporaryFolder();
const bills = billFile(join(folder, 'many.csv'), rows());
/** Sum of 1 to LINES kWh, at 316 g CO2e a kWh (EEA 2025, Germany 2023). */
const KWH = (LINES * (LINES + 1)) / 2;
const KILOGRAMS = `${(KWH * 316) / 1000}`;

/** One bill a day, so that few meters give several pages. */
function rows(): string[] {
  const date = (day: number): string => new Date(Date.UTC(2023, 0, 1 + day)).toISOString().slice(0, 10);
  return Array.from({ length: LINES }, (_, at) => {
    const day = at % DAYS;
    return `K-${Math.floor(at / DAYS)},electricity,${date(day)},${date(day + 1)},exclusive,${at + 1},kWh,DE`;
  });
}

/** Every line once, totals right, one document, nothing left open. */
async function checkWhole(acme: string): Promise<void> {
  await onNode(acme, async (call) => {
    const ids = new Set<string>();
    const lines = new Set<string>();
    let cursor: string | undefined;
    do {
      const page = await call('records', { limit: 1000, ...(cursor === undefined ? {} : { cursor }) });
      for (const { id, meter, start } of page.items) {
        ids.add(id);
        lines.add(`${meter} ${start}`);
      }
      cursor = page.next;
    } while (cursor !== undefined);
    assert.deepEqual([ids.size, lines.size], [LINES, LINES]);
    const report = await call('inventory', { year: 2023 });
    assert.equal(report.scope2.location.co2e.kg, KILOGRAMS);
    assert.equal(report.scope2.location.records, LINES);
    const { documents } = await call('documents', {});
    const kept = documents.filter(({ state }) => state === 'kept');
    assert.deepEqual(
      kept.map(({ onLedger }) => onLedger),
      ['committed'],
    );
    const checked = await call('fsck', {});
    assert.ok(checked.ok, JSON.stringify(checked.parts));
  });
  const imports = new DatabaseSync(join(acme, 'imports.db'), { readOnly: true });
  const entries = imports.prepare('SELECT done, records FROM imports').all();
  imports.close();
  assert.deepEqual(
    entries.map(({ done, records }) => [done, records]),
    [[1, LINES]],
  );
}

/** Moments at which the command is killed: after the folder of documents, or the log, changed; some time later. */
const moments: readonly (readonly [what: string, watched: (acme: string) => number, later: number])[] = [
  ['while it reads', (acme) => statSync(join(acme, 'ledger', 'blocks.log')).size + 1, 400],
  ['when the bill is kept', (acme) => readdirSync(join(acme, 'documents')).length, 0],
  ['just after the bill was kept', (acme) => readdirSync(join(acme, 'documents')).length, 15],
  ['after some pages', (acme) => statSync(join(acme, 'ledger', 'blocks.log')).size, 0],
  ['after more pages', (acme) => statSync(join(acme, 'ledger', 'blocks.log')).size, 40],
];

test('killed again and again, then run to its end', async () => {
  const { acme } = await newChannel();
  for (const [what, watched, later] of moments) {
    const child = startCommand(['record', acme, bills]);
    const ended = finished(child);
    let over = false;
    void ended.then(() => {
      over = true;
    });
    const before = what === 'while it reads' ? 0 : watched(acme);
    while (!over && watched(acme) === before) await sleep(2);
    await sleep(later + Math.random() * 20);
    child.kill('SIGKILL');
    await ended;
  }
  const { lines, totals } = await answerOf<RecordAnswer>(['record', acme, bills]).catch((error) => {
    // The last kill may have come after the end.
    assert.match(String(error), /FILE_DUPLICATE/);
    return { lines: { length: LINES }, totals: { kWh: `${KWH}` } };
  });
  assert.deepEqual([lines.length, totals.kWh], [LINES, `${KWH}`]);
  await checkWhole(acme);
});

test('a full disk is told, nothing is half written, and with room again the same command goes on', async () => {
  const { acme } = await newChannel();
  const codes: string[] = [];
  // Blocks of 512 bytes: the limits let the log, the read model or the vault grow less and less far.
  for (const blocks of [2000, 1000, 20]) {
    const script = `trap '' XFSZ; ulimit -f ${blocks}; exec "$0" "$@"`;
    const args = ['-c', script, process.execPath, main, 'record', acme, bills, '--json'];
    const { code, stdout } = await finished(
      spawn('sh', args, { env: plainEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] }),
    );
    const { error } = JSON.parse(stdout) as { error: { code: string; fix: string } };
    codes.push(`${code} ${error.code}`);
  }
  for (const told of codes)
    assert.match(told, /^6 (DISK_FULL|STORE_UNAVAILABLE|LEDGER_UNAVAILABLE)$/, codes.join(', '));
  const { totals } = await answerOf<RecordAnswer>(['record', acme, bills]);
  assert.equal(totals.kWh, `${KWH}`);
  await checkWhole(acme);
});

/** A disk of its own that the command fills: needs Linux that lets a user have a mount namespace. */
const FULL_DISK = `
set -e
mount -t tmpfs -o size=24m none "$DISK"
cp -a "$NODE_FOLDER" "$DISK/acme"
for free in 0 40000; do
  dd if=/dev/zero of="$DISK/filler" bs=4096 2> /dev/null || true
  truncate -s "-$free" "$DISK/filler"
  "$0" "$MAIN" record "$DISK/acme" "$BILLS" --json || true
done
rm "$DISK/filler"
"$0" "$MAIN" record "$DISK/acme" "$BILLS" --json
cp -a "$DISK/acme" "$AFTER"
`;
const canMount =
  spawnSync('unshare', ['-rm', 'sh', '-c', 'mount -t tmpfs none /mnt'], { stdio: 'ignore' }).status === 0;

test('on a disk without a byte left, and with few, the disk is what is named', {
  skip: !canMount && 'no mount namespaces here',
}, async () => {
  const { acme } = await newChannel();
  const [disk, after] = [temporaryFolder(), join(temporaryFolder(), 'acme')];
  const env = plainEnvironment({ DISK: disk, NODE_FOLDER: acme, MAIN: main, BILLS: bills, AFTER: after });
  const child = spawn('unshare', ['-rm', 'sh', '-c', FULL_DISK, process.execPath], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { code, stdout, stderr } = await finished(child);
  assert.equal(code, 0, stderr);
  const answers = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.equal(answers.length, 3);
  for (const { error } of answers.slice(0, 2)) {
    assert.equal(error.code, 'DISK_FULL', error.message);
    assert.ok(error.where?.length > 0 && error.fix.startsWith('Free space'), JSON.stringify(error));
  }
  assert.equal(answers[2].totals.kWh, `${KWH}`);
  await checkWhole(after);
});
