import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { isChannelError } from '../../../emissions/index.ts';
import { freePorts } from './ports.ts';
import { isRunning, type ProcessRecord, startProcess, stopProcesses, untilListening } from './processes.ts';

const folder = mkdtempSync(join(tmpdir(), 'uec-processes-'));
const started: ProcessRecord[] = [];
after(async () => {
  await stopProcesses(started);
  rmSync(folder, { recursive: true, force: true });
});

const log = (name: string): string => join(folder, `${name}.log`);

async function start(name: string, program: string): Promise<ProcessRecord> {
  const record = await startProcess({
    name,
    command: process.execPath,
    args: ['-e', program],
    env: {},
    log: log(name),
  });
  started.push(record);
  return record;
}

const LISTEN = (port: number) => `require('net').createServer().listen(${port}, '127.0.0.1')`;

test('a process is started, answers, and is ended by its record', async () => {
  const [port] = (await freePorts(1)) as [number];
  const record = await start('server', LISTEN(port));
  await untilListening(record, port, log('server'));
  assert.equal(isRunning(record), true);
  assert.deepEqual(await stopProcesses([record]), ['server']);
  assert.equal(isRunning(record), false);
  assert.deepEqual(await stopProcesses([record]), []);
});

test('a process that has the id of a record and began at another time is left alone', async () => {
  const [port] = (await freePorts(1)) as [number];
  const record = await start('other', LISTEN(port));
  await untilListening(record, port, log('other'));
  const stale = { ...record, started: `${record.started}0` };
  assert.equal(isRunning(stale), false);
  assert.deepEqual(await stopProcesses([stale]), []);
  assert.equal(isRunning(record), true);
});

test('one that ends at its start is told with the last line of its log', async () => {
  const [port] = (await freePorts(1)) as [number];
  const record = await start('faulty', "console.error('first'); console.error('no such folder'); process.exit(1)");
  await assert.rejects(
    untilListening(record, port, log('faulty')),
    (error) =>
      isChannelError(error, 'FABRIC_NETWORK_FAILED') &&
      error.message === 'faulty ended at its start: no such folder' &&
      error.details.where === log('faulty'),
  );
  assert.equal(readFileSync(log('faulty'), 'utf8'), 'first\nno such folder\n');
});

test('a program that is not there cannot be started', async () => {
  const missing = { name: 'none', command: join(folder, 'none'), args: [], env: {}, log: log('none') };
  await assert.rejects(startProcess(missing), (error) => isChannelError(error, 'FABRIC_NETWORK_FAILED'));
});
