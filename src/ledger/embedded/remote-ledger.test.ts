import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { isChannelError } from '../../emissions/index.ts';
import { steps } from '../toy-contract.conformance.ts';
import { openRemoteLedger } from './remote-ledger.ts';
import { createTestLedger, openTestLedger, testFolder, testSigner } from './test-ledger.conformance.ts';

const code = (expected: Parameters<typeof isChannelError>[1]) => (error: unknown) =>
  isChannelError(error, expected as NonNullable<typeof expected>);

async function served() {
  const { dir, remove } = testFolder();
  const ledger = await createTestLedger(dir);
  const { path } = await ledger.serve(join(dir, 'ledger.sock'));
  const close = async () => {
    await ledger.close();
    remove();
  };
  return { dir, ledger, path, close };
}

/** A socket in front of the holder's that cuts the connection when its first answer to a submission comes back. */
async function cutter(path: string, target: string): Promise<{ cuts(): number; close(): void }> {
  let cuts = 0;
  const server = createServer((client) => {
    const holder = connect(target);
    client.on('error', () => undefined).on('data', (data) => holder.write(data));
    client.on('close', () => holder.destroy());
    holder.on('error', () => undefined).on('close', () => client.destroy());
    holder.on('data', (data) => {
      if (cuts === 0 && data.includes('transactionId')) {
        cuts += 1;
        client.destroy();
      } else client.write(data);
    });
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return { cuts: () => cuts, close: () => server.close() };
}

test('the socket is open to its owner only', async () => {
  const { path, close } = await served();
  assert.equal(statSync(path).mode & 0o777, 0o600);
  await close();
});

test('a submission whose answer was lost is sent again and stands on the ledger once', async () => {
  const { dir, ledger, path, close } = await served();
  const proxyPath = join(dir, 'proxy.sock');
  const proxy = await cutter(proxyPath, path);
  const remote = await openRemoteLedger({ socketPath: proxyPath, signer: testSigner('BETA') });
  const receipt = await remote.submit('steps', steps(['append', 'list', 'once']));
  assert.equal(proxy.cuts(), 1);
  assert.equal(receipt.height, 1);
  assert.equal(await ledger.height(), 2);
  assert.equal(await ledger.evaluate('steps', steps(['get', 'list'])), '["[\\"once\\"]"]');
  await remote.close();
  proxy.close();
  await close();
});

test('a holder that starts again is found again; one that is gone is LEDGER_UNAVAILABLE, naming the transaction', async () => {
  const { dir, ledger, path, close } = await served();
  const remote = await openRemoteLedger({ socketPath: path, signer: testSigner('BETA') });
  await remote.submit('steps', steps(['put', 'a', '"1"']));
  const followed = assert.rejects(Array.fromAsync(remote.blocks(0, { follow: true })), code('LEDGER_UNAVAILABLE'));
  await ledger.close();
  await followed;
  const waiting = remote.evaluate('steps', steps(['get', 'a']));
  const again = await openTestLedger(dir);
  await again.serve(path);
  assert.equal(await waiting, '["\\"1\\""]');
  await again.close();
  await assert.rejects(remote.submit('steps', steps(['put', 'b', '"1"'])), (error) => {
    assert.ok(isChannelError(error, 'LEDGER_UNAVAILABLE'));
    assert.match(error.message, /may be on the ledger/);
    assert.match(String(error.details.transactionId), /^[0-9a-f]{64}$/);
    return true;
  });
  await remote.close();
  await close();
});

test('a client that breaks off, sends no message or one too long harms nobody', async () => {
  const { path, close } = await served();
  const remote = await openRemoteLedger({ socketPath: path, signer: testSigner('BETA') });
  const stream = remote.blocks(0, { follow: true })[Symbol.asyncIterator]();
  await stream.next();
  const tooLong = Buffer.alloc(8);
  tooLong.writeUInt32BE(0x7fffffff, 4);
  const halfSent = Buffer.concat([Buffer.from([0, 0, 0, 90, 0, 0, 1, 0]), Buffer.from('{"id":1,"op":"sub')]);
  const noJson = Buffer.from([0, 0, 0, 3, 0, 0, 0, 0, 0x7b, 0x7b, 0x7b]);
  for (const [bytes, closes] of [
    [tooLong, true],
    [noJson, true],
    [halfSent, false],
  ] as const) {
    const socket = await rawSocket(path);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.write(bytes);
    if (closes) await closed;
    else socket.destroy();
  }
  const { transactionId } = await remote.submit('steps', steps(['put', 'a', '"1"']));
  assert.equal((await stream.next()).value?.transactions[0].id, transactionId);
  await stream.return?.();
  await remote.close();
  await close();
});

test('requests of no known kind and malformed submissions are answered with their error', async () => {
  const { path, close } = await served();
  const socket = await rawSocket(path);
  const answers: string[] = [];
  const all = new Promise<void>((resolve) => {
    socket.on('data', (data) => {
      answers.push(...(data.toString().match(/"code":"[A-Z_]+"/g) ?? []));
      if (answers.length === 4) resolve();
    });
  });
  for (const head of [
    { op: 'open' },
    { op: 'submit' },
    { op: 'blocks', from: -1 },
    { op: 'submit', header: { channel: 'x' }, signature: 7 },
  ]) {
    const text = Buffer.from(JSON.stringify({ id: 1, ...head }));
    const lengths = Buffer.alloc(8);
    lengths.writeUInt32BE(text.length);
    socket.write(Buffer.concat([lengths, text]));
  }
  await all;
  assert.deepEqual(answers, Array(4).fill('"code":"ARGUMENTS_INVALID"'));
  socket.destroy();
  await close();
});

test('two members in two processes write through one holder', async () => {
  const { path, ledger, close } = await served();
  const script = `
    const { openRemoteLedger } = await import(${JSON.stringify(join(import.meta.dirname, 'remote-ledger.ts'))});
    const { testSigner } = await import(${JSON.stringify(join(import.meta.dirname, 'test-ledger.conformance.ts'))});
    const ledger = await openRemoteLedger({ socketPath: process.argv[1], signer: testSigner(process.argv[2], 'p256') });
    for (let index = 0; index < 20; index += 1) {
      await ledger.submit('steps', JSON.stringify([['append', 'shared', ledger.member]]));
    }
    const { faults, blocks } = await ledger.verify();
    process.stdout.write(JSON.stringify({ faults, enough: blocks >= 20 }));
    await ledger.close();`;
  const outputs = ['BETA', 'GAMMA'].map(
    (member) =>
      new Promise<string>((resolve) => {
        const child = spawn(process.execPath, ['--input-type=module', '-e', script, path, member], {
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        let text = '';
        child.stdout.on('data', (data) => {
          text += data;
        });
        child.once('close', () => resolve(text));
      }),
  );
  for (const output of await Promise.all(outputs)) assert.deepEqual(JSON.parse(output), { faults: [], enough: true });
  const [shared] = JSON.parse(await ledger.evaluate('steps', steps(['get', 'shared']))) as [string];
  const members = JSON.parse(shared) as string[];
  assert.deepEqual([members.length, members.filter((member) => member === 'BETA').length], [40, 20]);
  await close();
});

test('a path that the system cannot name a socket by is refused before anything is tried', async () => {
  const socketPath = `/tmp/${'long/'.repeat(30)}ledger.sock`;
  await assert.rejects(openRemoteLedger({ socketPath, signer: testSigner('BETA') }), code('CONFIG_INVALID'));
});

async function rawSocket(path: string): Promise<Socket> {
  const socket = connect(path);
  socket.on('error', () => undefined);
  await new Promise((resolve) => socket.once('connect', resolve));
  return socket;
}
